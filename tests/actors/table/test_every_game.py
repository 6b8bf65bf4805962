"""What holds at a table of every game: what is refused, what is bound, and that money comes out as it went in."""

from collections.abc import Mapping
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.fairness.seal import round_seed
from actors.games.catalogue import BOARD_GAMES, VERIFIABLE
from actors.runtime.ref import Ref
from persistence.memory.tables import StoredBet
from protocol.errors import Code, Refusal
from protocol.ids import TableId
from protocol.records import BetState
from protocol.requests import Leave, Sit
from tests.support.casino import ANN, BEN, ROUND_MS, RULES, TABLE, Casino
from tests.support.layouts import SPOTS
from tests.support.simulation_oracle import plain

SEAT = Ref("table", TABLE)
FUNDS = 10_000
MOMENTS_MS = (0, 9_999, 10_000, 10_500, 11_000, 12_000, 13_000, 15_999)
"""Of a round: betting until 10,000, closed until 11,000, drawn, settled at 13,000, over at 16,000."""
PLAYED = [(game.name, variant) for game in BOARD_GAMES.values() for variant in game.variants]
AT_RISK: Mapping[str, tuple[tuple[str, int], ...]] = {
    "roulette": (("straight:17", 600),),
    "sicbo": (("triple:6", 150),),
    "baccarat": (("player_pair", 1_000), ("banker_pair", 1_000)),
}
"""Wagers within the limits that may cost the house more than it is ready to lose."""

of_each_game = pytest.mark.parametrize("game", sorted(BOARD_GAMES))
of_each_variant = pytest.mark.parametrize(("game", "variant"), PLAYED)


def seated(game: str, variant: str = "") -> Casino:
    """Ann and Ben sit at a table of this game, and betting has begun."""
    variant = variant or BOARD_GAMES[game].variants[0]
    casino = Casino(rules={**RULES, "game": game, "variant": variant})
    for player in (ANN, BEN):
        casino.open(player, FUNDS)
        casino.asks(player, Sit(id=casino.new_id(), table=TABLE))
    return casino


def bet_on(casino: Casino, number: int, amount: int = 50) -> Any:
    """A bet on one of the game's spots."""
    spots = SPOTS[casino.game]
    return casino.table_bet((spots[number % len(spots)], amount), entropy="luck")


def again(casino: Casino) -> None:
    """The process is killed, and another one goes on with the table."""
    casino.restart()
    casino.host.wake(SEAT)
    casino.settle()


def rows(casino: Casino) -> list[StoredBet]:
    return list(casino.ledger.tables.bets.values())


def test_every_game_is_tried() -> None:
    assert set(SPOTS) == set(AT_RISK) == set(BOARD_GAMES)


# --- what is refused ---


@of_each_game
@pytest.mark.parametrize("after_ms", [10_000, 11_500, 14_000])
def test_what_comes_after_betting_is_refused_and_stays_refused_in_the_next_round(game: str, after_ms: int) -> None:
    casino = seated(game)
    casino.asks(ANN, bet_on(casino, 0))
    casino.wait(after_ms)
    late = [bet_on(casino, 1), casino.undo(), casino.clear()]

    refused = [casino.asks(ANN, request) for request in late]
    assert [refusal.code for refusal in refused] == [Code.BETTING_CLOSED] * len(late)
    casino.wait(ROUND_MS - after_ms)
    casino.asks(ANN, bet_on(casino, 2))
    assert [casino.asks(ANN, request) for request in late] == refused
    assert sorted((bet.round, bet.stake) for bet in rows(casino)) == [(1, 50), (2, 50)]


@of_each_game
def test_who_does_not_sit_there_places_nothing_and_takes_nothing_back(game: str) -> None:
    casino = seated(game)
    casino.asks(ANN, bet_on(casino, 0))
    casino.asks(BEN, Leave(id=casino.new_id(), table=TABLE))

    assert casino.asks(BEN, bet_on(casino, 1)).code is Code.NOT_SEATED
    assert isinstance(casino.asks(BEN, casino.clear()), Refusal)
    assert casino.balance(BEN) == (FUNDS, 0)
    assert [bet.state for bet in rows(casino)] == [BetState.OPEN]


@of_each_game
def test_illegal_amounts_hold_nothing(game: str) -> None:
    casino = seated(game)
    first, second, third = SPOTS[game][0], SPOTS[game][1], SPOTS[game][-1]
    wrong = {
        Code.BET_BELOW_MINIMUM: casino.table_bet((first, 9)),
        Code.BET_ABOVE_MAXIMUM: casino.table_bet((first, 1_001)),
        Code.TABLE_LIMIT: casino.table_bet((first, 800), (second, 800), (third, 401)),
        Code.EXPOSURE_LIMIT: casino.table_bet(*AT_RISK[game]),
        Code.INVALID_BET: casino.table_bet(("no such spot", 50)),
    }

    assert {code: casino.asks(ANN, request).code for code, request in wrong.items()} == {code: code for code in wrong}
    assert casino.balance(ANN) == (FUNDS, 0)
    assert rows(casino) == []


@of_each_game
def test_bets_that_are_too_much_together_are_refused_though_each_is_not(game: str) -> None:
    casino = seated(game)
    spot = SPOTS[game][0]
    casino.asks(ANN, casino.table_bet((spot, 600)))

    assert casino.asks(ANN, casino.table_bet((spot, 401))).code is Code.BET_ABOVE_MAXIMUM
    assert casino.asks(BEN, casino.table_bet((spot, 401)))["stake"] == 401


# --- once, whatever is repeated ---


@of_each_game
@pytest.mark.parametrize("after_ms", [0, 10_500, 12_000, ROUND_MS])
def test_a_bet_has_one_answer_for_ever_and_one_effect(game: str, after_ms: int) -> None:
    casino = seated(game)
    bet = bet_on(casino, 0)
    answer = plain(casino.asks(ANN, bet))
    casino.wait(after_ms)
    again(casino)

    assert plain(casino.asks(ANN, bet)) == answer
    assert len(rows(casino)) == len(casino.ledger.tables.holds) == 1


@of_each_game
def test_a_bet_that_was_taken_back_is_not_placed_again_by_its_repetition(game: str) -> None:
    casino = seated(game)
    bet, undo = bet_on(casino, 0), casino.undo()
    answers = [plain(casino.asks(ANN, request)) for request in (bet, undo)]

    assert [plain(casino.asks(ANN, request)) for request in (bet, undo)] == answers
    assert casino.balance(ANN) == (FUNDS, 0)
    assert [one.state for one in rows(casino)] == [BetState.RETURNED]


# --- bound ---


def played(game: str, variant: str, after_ms: int, *, dies: bool) -> list[Any]:
    """Two rounds, in the second of which the process dies or does not: what came, and what was paid."""
    casino = seated(game, variant)
    for number in range(3):
        casino.asks(ANN, bet_on(casino, number))
    casino.wait(ROUND_MS)
    for number in range(3, 6):
        casino.asks(BEN, bet_on(casino, number))
    casino.wait(after_ms)
    if dies:
        again(casino)
    casino.wait(ROUND_MS - after_ms)
    rounds = casino.ledger.tables.rounds
    came = [(rounds[TABLE, number].outcome, rounds[TABLE, number].client_seed) for number in (1, 2)]
    return [came, [bet.payout for bet in rows(casino)], casino.balance(ANN), casino.balance(BEN)]


@of_each_variant
@pytest.mark.parametrize("after_ms", MOMENTS_MS)
def test_a_crash_at_any_time_changes_neither_the_outcome_nor_what_is_paid(
    game: str, variant: str, after_ms: int
) -> None:
    assert played(game, variant, after_ms, dies=True) == played(game, variant, after_ms, dies=False)


@of_each_game
def test_a_draw_that_was_not_written_is_drawn_again_the_same(game: str) -> None:
    casino = seated(game)
    casino.asks(ANN, bet_on(casino, 0))
    casino.wait(10_000)
    server_seed = casino.sealer.open(casino.ledger.tables.rounds[TABLE, 1].sealed, round_seed(TableId(TABLE), 1))
    casino.now_ms += 1_000
    casino.host.run_timers()
    lost = casino.host.take_batch()
    assert lost is not None
    assert server_seed in repr(lost.records)
    again(casino)
    casino.wait(ROUND_MS)

    drawn = [record for record in lost.records if type(record).__name__ == "RoundEnd"]
    assert [record.outcome for record in drawn] == [casino.ledger.tables.rounds[TABLE, 1].outcome]  # type: ignore[union-attr]


@of_each_game
def test_who_goes_away_keeps_the_bets_and_is_paid_the_same(game: str) -> None:
    balances = []
    for leaves in (False, True):
        casino = seated(game)
        for number in range(len(SPOTS[game])):
            casino.asks(ANN, bet_on(casino, number))
        if leaves:
            casino.asks(ANN, Leave(id=casino.new_id(), table=TABLE))
        casino.wait(ROUND_MS)
        balances.append(casino.balance(ANN))

    assert balances[0] == balances[1]
    assert balances[0][1] == 0


# --- whatever is played ---

ACTS = st.one_of(
    st.tuples(st.just("bet"), st.sampled_from([ANN, BEN]), st.integers(0, 5), st.integers(10, 400)),
    st.tuples(st.sampled_from(["undo", "clear"]), st.sampled_from([ANN, BEN])),
    st.tuples(st.just("wait"), st.integers(1, 9_000)),
    st.tuples(st.sampled_from(["die", "sleep"])),
)


def act(casino: Casino, what: tuple[Any, ...]) -> None:
    match what:
        case ("bet", player, number, amount):
            casino.asks(player, bet_on(casino, number, amount))
        case ("undo", player):
            casino.asks(player, casino.undo())
        case ("clear", player):
            casino.asks(player, casino.clear())
        case ("wait", ms):
            casino.wait(ms)
        case ("die",):
            again(casino)
        case ("sleep",):
            casino.host.sweep()


@of_each_variant
@settings(max_examples=12)
@given(acts=st.lists(ACTS, max_size=30))
def test_whatever_happens_all_bets_are_over_in_the_end_and_what_went_in_came_out(
    game: str, variant: str, acts: list[tuple[Any, ...]]
) -> None:
    casino = seated(game, variant)
    for what in acts:
        act(casino, what)
    casino.wait(2 * ROUND_MS)

    bets = rows(casino)
    assert {bet.state for bet in bets} <= {BetState.SETTLED, BetState.RETURNED}
    house = sum(bet.stake - (bet.payout or 0) for bet in bets if bet.state == BetState.SETTLED)
    balances = [casino.balance(player) for player in (ANN, BEN)]
    assert sum(posted for posted, _ in balances) + house == 2 * FUNDS
    assert [held for _, held in balances] == [0, 0]
    recomputed(casino, bets)


def recomputed(casino: Casino, bets: list[StoredBet]) -> None:
    """Every round and every bet follow from what is recorded of them alone."""
    for bet in bets:
        row = casino.ledger.tables.rounds[TABLE, bet.round or 0]
        params = msgpack.unpackb(bet.params)
        found, payout = VERIFIABLE[casino.game].recompute(
            row.server_seed or "", row.client_seed or "", row.round, params=params, stake=bet.stake
        )
        assert found == msgpack.unpackb(row.outcome or b"")
        assert payout == bet.payout or bet.state == BetState.RETURNED
