"""A round of crash: who is paid what, what is refused, and who decides when two things come at once."""

from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.fairness.commitment import SeedMismatch, commitment_of
from actors.fairness.verify import NotAWager
from actors.games.crash import multiplier_at
from actors.games.crash.game import BEAT_MS, HISTORY_MAX
from actors.games.crash.state import BETS_PER_PLAYER_MAX
from actors.games.interface import (
    Advance,
    CashedOut,
    CashOut,
    ChainBegun,
    Launched,
    OutcomeDrawn,
    PlaceBet,
    RoundSettled,
)
from protocol.codec import encode
from protocol.errors import Code, Refusal
from protocol.games.crash import TARGET_MAX, CrashBet, CrashCrashed, CrashSettled
from protocol.ids import PlayerId
from tests.support.crash import ANN, AT, BEN, GAME, LIMITS, PlayedCrash, bet_id, flight, seed_numbered

CAY, DAN = PlayerId(3), PlayerId(4)


def code_of(answer: Any) -> Code | None:
    return answer.code if isinstance(answer, Refusal) else None


# --- who is paid ---


def test_a_bet_is_cashed_out_at_its_target_whether_or_not_its_player_is_there() -> None:
    table = flight((ANN, 100, 150), (BEN, 100, 400), low=200, high=300)

    assert table.finish() == {bet_id(1): 150, bet_id(2): 0}


def test_a_target_that_is_exactly_the_bust_is_paid() -> None:
    bust = flight((ANN, 100, 250), low=200, high=300).bust
    for target, paid in ((bust, bust), (bust + 1, 0)):
        # Targets take no part in the client seed, so the same round is played with another one.
        table = flight((ANN, 100, target), low=bust, high=bust)
        assert table.finish() == {bet_id(1): paid}


def test_a_bet_that_is_cashed_out_by_hand_is_paid_what_the_curve_said_then() -> None:
    table = flight((ANN, 333, None), (BEN, 100, None), low=200, high=300)

    assert table.cash_out(ANN, 1, 5_000) == multiplier_at(5_000) == 134
    assert table.finish() == {bet_id(1): 333 * 134 // 100, bet_id(2): 0}


def test_a_bet_with_a_target_may_be_cashed_out_by_hand_before_it() -> None:
    table = flight((ANN, 100, 1_000), low=200, high=300)

    assert table.cash_out(ANN, 1, 5_000) == 134
    assert table.finish() == {bet_id(1): 134}


def test_a_round_may_be_over_as_it_begins_and_nobody_is_faster() -> None:
    table = flight((ANN, 100, 101), (BEN, 100, None), low=100, high=100)

    assert [type(event) for event in table.events[-3:]] == [Launched, OutcomeDrawn, RoundSettled]
    assert code_of(table.cash_out(BEN, 2, 0)) is Code.CRASHED
    assert table.finish() == {bet_id(1): 0, bet_id(2): 0}


def test_the_table_cashes_a_bet_out_where_it_would_win_more_than_it_may() -> None:
    table = flight((ANN, 1_000, None), low=2_000, high=100_000)

    assert table.rules.cap_of(1_000) == 1_100
    assert table.finish() == {bet_id(1): 11_000}


def test_no_bet_stays_in_above_the_greatest_target_however_little_it_would_win() -> None:
    rules = PlayedCrash().rules

    assert (rules.cap_of(1), rules.cap_of(100), rules.cap_of(10_000)) == (TARGET_MAX, 10_100, 200)


# --- at once ---


def test_in_the_millisecond_of_the_bust_the_one_whose_turn_comes_first_is_first() -> None:
    table = flight((ANN, 100, None), (BEN, 100, None), low=200, high=300)
    tie = table.cash_out(ANN, 1, table.crashed_ms)
    table.do(Advance(table.now, table.seed))
    late = table.cash_out(BEN, 2, table.crashed_ms)

    assert tie == table.bust
    assert late == Refusal(
        Code.CRASHED,
        {"round": 1, "bust": table.bust, "crashed_ms": table.crashed_ms, "came_ms": table.crashed_ms},
    )
    [crashed] = [message for message in table.told if isinstance(message, CrashCrashed)]
    assert (crashed.crashed_ms, crashed.ties) == (table.crashed_ms, ((ANN, "p1", table.bust),))
    assert table.finish() == {bet_id(1): table.bust, bet_id(2): 0}


def test_a_millisecond_after_the_bust_it_is_too_late_though_nobody_was_told_yet() -> None:
    table = flight((ANN, 100, None), low=200, high=300)
    crashed_ms = table.crashed_ms

    assert code_of(table.cash_out(ANN, 1, crashed_ms + 1)) is Code.CRASHED
    assert table.state.is_flying
    assert table.finish() == {bet_id(1): 0}


def test_no_cash_out_pays_more_than_the_bust_where_the_curve_steps_over_it() -> None:
    table = flight((ANN, 10, None), low=30_000, high=90_000)
    paid = table.cash_out(ANN, 1, table.crashed_ms)

    assert multiplier_at(table.crashed_ms) >= table.bust == paid


# --- what is refused ---


@pytest.mark.parametrize("low", [200])
def test_a_bet_is_cashed_out_once_and_not_after_its_target(low: int) -> None:
    table = flight((ANN, 100, None), (ANN, 100, 120), low=low, high=300)
    table.cash_out(ANN, 1, 5_000)

    assert table.cash_out(ANN, 1, 5_001) == Refusal(Code.CASHED_OUT, {"multiplier": 134})
    assert table.cash_out(ANN, 2, 5_001) == Refusal(Code.CASHED_OUT, {"multiplier": 120})
    table.finish()
    assert code_of(table.cash_out(ANN, 1, 20_000)) is Code.CASHED_OUT


def test_nobody_cashes_out_anothers_bet_or_one_that_is_none() -> None:
    table = flight((ANN, 100, None), low=200, high=300)

    assert code_of(table.cash_out(BEN, 1, 1_000)) is Code.INVALID_BET
    assert code_of(table.cash_out(ANN, 2, 1_000)) is Code.INVALID_BET


def test_nothing_is_cashed_out_before_it_flies() -> None:
    table = PlayedCrash((ANN, 100, None))
    for _ in range(2):
        assert code_of(table.do(CashOut(ANN, bet_id(1), table.now, table.seed))) is Code.OUT_OF_TURN
        table.advance()
    assert table.state.is_flying


def test_a_bet_that_was_taken_back_is_not_cashed_out() -> None:
    table = PlayedCrash((ANN, 100, None), (ANN, 100, None), seed=seed_numbered(1))
    assert table.undo(ANN) is None
    table.launch()

    assert code_of(table.cash_out(ANN, 2, 1)) is Code.INVALID_BET


@pytest.mark.parametrize("phase", ["closed", "spinning", "settled"])
def test_no_bet_is_placed_or_taken_back_after_betting(phase: str) -> None:
    table = flight((ANN, 100, 200), low=200, high=300)
    if phase == "closed":
        table = PlayedCrash((ANN, 100, 200))
        table.advance()
    elif phase == "settled":
        table.finish()
    assert table.state.round.phase == phase

    assert (table.bet(BEN, 100), table.undo(ANN), table.clear(ANN)) == (Code.BETTING_CLOSED,) * 3


@pytest.mark.parametrize(
    ("amount", "target", "code"),
    [
        (9, 200, Code.BET_BELOW_MINIMUM),
        (1_001, 200, Code.BET_ABOVE_MAXIMUM),
        (100, 100, Code.INVALID_BET),
        (100, TARGET_MAX + 1, Code.INVALID_BET),
        (1_000, 1_101, Code.EXPOSURE_LIMIT),
        (1_000, 1_100, None),
    ],
)
def test_illegal_amounts_and_targets_are_refused(amount: int, target: int, code: Code | None) -> None:
    assert PlayedCrash().bet(ANN, amount, target) is code


@pytest.mark.parametrize(
    "wagers",
    [
        (),
        (("auto:200", 50), ("auto:300", 50)),
        (("red", 50),),
        (("auto:²00", 50),),
        (("hand:300", 50),),
        (("auto", 50),),
    ],
)
def test_what_is_no_bet_of_crash_is_refused(wagers: tuple[tuple[str, int], ...]) -> None:
    table = PlayedCrash((ANN, 50, 200))
    [placed] = [event for event in table.events if type(event).__name__ == "BetPlaced"]
    command = table_command(placed, wagers, table.now)

    assert code_of(table.do(command)) is Code.INVALID_BET


def table_command(placed: Any, wagers: tuple[tuple[str, int], ...], now: int) -> Any:
    return PlaceBet(bet_id(99), placed.player, placed.name, placed.account, wagers, "", now)


def test_bets_that_are_too_much_together_are_refused_though_each_is_not() -> None:
    table = PlayedCrash((ANN, 1_000, 300), (ANN, 900, 200))

    assert table.bet(ANN, 101, 150) is Code.TABLE_LIMIT
    assert table.bet(BEN, 101, 150) is None


def test_a_player_places_no_more_than_so_many_bets() -> None:
    table = PlayedCrash(*[(ANN, 10, 200)] * BETS_PER_PLAYER_MAX)

    assert table.bet(ANN, 10, 200) is Code.TOO_MANY_BETS


def test_the_house_covers_every_bet_at_its_target_and_no_more() -> None:
    # Each can win 10,000 on top of its stake: five of them are all that 50,000 covers.
    both = [(player, 1_000, target) for player in (ANN, BEN) for target in (1_100, None)]
    table = PlayedCrash(*both, (CAY, 1_000, None))

    assert table.state.liability == 50_000
    assert table.bet(DAN, 10, 110) is Code.EXPOSURE_LIMIT
    assert table.undo(BEN) is None
    assert table.bet(DAN, 1_000, 1_100) is None


def test_a_table_that_wakes_up_covers_what_it_covered_before() -> None:
    table = PlayedCrash(*((player, 1_000, None) for player in (ANN, BEN, CAY, DAN)))
    table.state = GAME.load(table.rules, GAME.dump(table.state))

    assert table.bet(ANN, 1_000, 1_100) is None
    assert table.bet(BEN, 10, 110) is Code.EXPOSURE_LIMIT


def test_bets_of_a_player_at_one_target_are_together_no_more_than_one_may_be() -> None:
    table = PlayedCrash((ANN, 600, 200))

    assert table.bet(ANN, 401, 200) is Code.BET_ABOVE_MAXIMUM
    assert table.bet(ANN, 401, 201) is None


# --- what is bound, and who may know it ---


def test_a_flight_does_not_go_on_without_its_seed_nor_with_another() -> None:
    table = flight((ANN, 100, 200), low=200, high=300)

    assert GAME.decide(table.state, Advance(table.now + 100_000, None)) == ()
    with pytest.raises(SeedMismatch):
        GAME.decide(table.state, Advance(table.now + 100_000, seed_numbered(-1)))


def test_nobody_is_told_the_bust_before_it_comes() -> None:
    table = flight((ANN, 100, None), (BEN, 100, 500), low=231, high=299)
    table.cash_out(ANN, 1, 3_000)
    cashed = table.events[-1]
    shown = [message.model_dump() for message in table.told if message is not None]
    shown += [table.tick(cashed).model_dump(), table.seen(ANN).model_dump(), dict(GAME.lobby(table.state))]

    assert table.state.is_flying
    assert not [one for one in shown if table.seed in repr(one) or table.bust in _numbers(one)]
    assert table.seed.encode() not in GAME.dump(table.state)
    assert table.bust not in _numbers(msgpack.unpackb(GAME.dump(table.state), strict_map_key=False))


def _numbers(value: Any) -> set[int]:
    if isinstance(value, dict):
        return set().union(*map(_numbers, value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(_numbers, value))
    return {value} if type(value) is int else set()


def test_the_deadline_of_a_flight_is_its_bust() -> None:
    table = flight((ANN, 100, None), low=200, high=300)

    assert GAME.deadline(table.state, table.seed) == table.state.launched_at + table.crashed_ms
    assert GAME.wants_seed(table.state)
    assert GAME.decide(table.state, Advance(table.state.launched_at + table.crashed_ms - 1, table.seed)) == ()
    assert table.finish() == {bet_id(1): 0}
    assert not GAME.wants_seed(table.state)


# --- what is shown ---


def test_a_tick_says_where_the_flight_is_who_is_still_in_and_who_cashed_out_in_their_order() -> None:
    table = flight((ANN, 100, None), (BEN, 100, None), (BEN, 100, 120), (ANN, 100, 600), low=200, high=300)
    assert GAME.beat_ms(table.state) == BEAT_MS
    assert 1000 / BEAT_MS >= 20
    table.cash_out(BEN, 2, 5_000)
    table.cash_out(ANN, 1, 5_100)
    tick = table.tick(*table.events[-2:])

    assert (tick.elapsed_ms, tick.multiplier, tick.flying) == (5_100, multiplier_at(5_100), 1)
    assert tick.cashed == ((BEN, "p2", 134, 134), (ANN, "p1", multiplier_at(5_100), multiplier_at(5_100)))
    table.finish()
    assert GAME.beat_ms(table.state) is None


def test_bets_that_came_and_went_are_told_with_their_targets() -> None:
    table = PlayedCrash((ANN, 100, 150), (BEN, 100, None), (BEN, 50, 150))
    table.undo(BEN)
    shown = table.tick(*table.events[1:])

    assert shown.bets == ((ANN, "p1", "auto:150", 100), (BEN, "p2", "hand:10100", 100))
    assert (shown.total, shown.players) == (200, 2)


def test_a_settled_round_is_told_with_its_winners_and_remembered() -> None:
    table = flight((ANN, 100, 150), (BEN, 50, 120), low=200, high=300)
    table.finish()
    settled = table.told[-1]

    assert isinstance(settled, CrashSettled)
    assert (settled.bust, settled.staked, settled.paid) == (table.bust, 150, 210)
    assert settled.winners == ((ANN, "p1", 150), (BEN, "p2", 60))
    assert GAME.lobby(table.state)["history"] == (table.bust,)
    for number in range(2, HISTORY_MAX + 5):
        table.state.round.number = number
        GAME.apply(table.state, table.events[-1])
    assert len(table.seen().history) == HISTORY_MAX


def test_a_viewer_sees_the_own_bets_and_what_became_of_them_but_not_those_of_others() -> None:
    table = flight((ANN, 100, None), (BEN, 100, 500), low=200, high=300)
    table.cash_out(ANN, 1, 5_000)

    assert table.seen(ANN).mine == ((bet_id(1), "hand:10100", 100, 134),)
    assert table.seen(None).mine == ()
    assert (table.seen().phase, table.seen().launched_at_ms) == ("flying", table.state.launched_at)


def test_the_chain_of_seeds_is_shown_and_its_root_is_not() -> None:
    table = PlayedCrash()
    chain = ChainBegun(1, 2_000, "ab" * 32, b"sealed")
    table.state = GAME.apply(table.state, chain)

    seen = table.seen()
    assert (seen.terminating, seen.first_round, seen.rounds) == ("ab" * 32, 1, 2_000)
    for message in (seen, GAME.publish(table.state, chain, *AT)):
        assert message is not None
        assert b"sealed" not in encode(message)


# --- whatever is played ---

ACTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("bet"), st.sampled_from([ANN, BEN]), st.integers(10, 900), st.none() | st.integers(101, 2_000)
        ),
        st.tuples(st.sampled_from(["undo", "clear"]), st.sampled_from([ANN, BEN])),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(
    acts=ACTS,
    cash_outs=st.lists(st.tuples(st.integers(1, 12), st.integers(0, 60_000)), max_size=8),
    seed=st.integers(0, 500),
)
def test_whatever_is_played_the_replay_and_the_proof_agree_with_what_was_paid(
    acts: list[tuple[Any, ...]], cash_outs: list[tuple[int, int]], seed: int
) -> None:
    table = PlayedCrash(seed=seed_numbered(seed))
    for what, player, *more in acts:
        getattr(table, what)(player, *more)
    table.launch()
    for n, after_ms in sorted(cash_outs, key=lambda one: one[1]):
        table.cash_out(ANN, n, after_ms)
        loaded = GAME.load(table.rules, GAME.dump(table.state))
        assert GAME.dump(loaded) == GAME.dump(table.state)
        assert loaded.flying(150) == table.state.flying(150)
    paid = table.finish()

    assert GAME.dump(table.replayed()) == GAME.dump(table.state)
    by_hand = {event.bet: event.multiplier for event in table.events if isinstance(event, CashedOut)}
    standing = GAME.bets(table.state)
    assert set(paid) == set(standing)
    for bet_key, bet in standing.items():
        params = dict(GAME.params(table.state, bet))
        if bet_key in by_hand:
            params["cashed_out"] = by_hand[bet_key]
        found = GAME.recompute(table.seed, table.state.round.binding.client_seed, 1, params=params, stake=bet.stake)
        assert found == ({"bust": table.bust}, paid[bet_key])
    assert sum(paid.values()) - sum(bet.stake for bet in standing.values()) <= LIMITS.exposure_max


@pytest.mark.parametrize(
    "wrong",
    [
        {"variant": "other"},
        {"cashed_out": 200},
        {"cashed_out": 99},
        {"cashed_out": "1"},
        {"wagers": None},
        {"wagers": []},
        {"wagers": [["auto:200", 99]]},
        {"wagers": [["auto:200", 50], ["auto:200", 50]]},
        {"wagers": [["auto:100", 100]]},
        {"wagers": [["auto:99999999999", 100]]},
        {"wagers": [["red", 100]]},
        {"wagers": [["hand", 100]]},
        {"wagers": [[200, 100]]},
        {"wagers": [["auto:0200", 100]]},
        {"chain": None},
        {"chain": [1, commitment_of("another")]},
        {"chain": [2, commitment_of(seed_numbered(1))]},
        {"chain": [0, commitment_of(seed_numbered(1))]},
        {"chain": [-10_000_000, commitment_of(seed_numbered(1))]},
        {"chain": [1, 7]},
    ],
)
def test_what_is_no_record_of_a_bet_is_no_wager(wrong: dict[str, Any]) -> None:
    chain = [1, commitment_of(seed_numbered(1))]
    params = {"variant": "classic", "wagers": [["auto:200", 100]], "entropy": "x", "chain": chain}
    assert GAME.recompute(seed_numbered(1), "client", 1, params=params, stake=100)[1] in (0, 200)

    with pytest.raises(NotAWager):
        GAME.recompute(seed_numbered(1), "client", 1, params=params | wrong, stake=100)


def test_what_is_no_seed_of_a_chain_is_no_round() -> None:
    params = {"variant": "classic", "wagers": (("hand:200", 100),), "chain": (1, commitment_of("no seed"))}
    with pytest.raises(NotAWager, match="server_seed"):
        GAME.recompute("no seed", "client", 1, params=params, stake=100)


def test_a_request_is_a_bet_at_its_target_or_by_hand() -> None:
    at: dict[str, Any] = {"id": bytes(16), "table": "one", "amount": 50}

    assert [(one.spot, one.amount) for one in CrashBet(**at, target=250).wagers] == [("auto:250", 50)]
    assert [(one.spot, one.amount) for one in CrashBet(**at).wagers] == [("hand", 50)]
