"""A round from its commitment to its payment: phases at their times, one outcome, every bet paid."""

import hmac

import pytest

from actors.fairness.commitment import SeedMismatch, commitment_of
from actors.fairness.entropy import client_seed_from
from actors.games.board import RulesChanged
from actors.games.interface import (
    Advance,
    BettingClosed,
    Limits,
    OpenRound,
    OutcomeDrawn,
    RoundOpened,
    RoundSettled,
)
from actors.games.roulette import Variant
from actors.games.roulette.layout import layout_of
from actors.games.roulette.wheel import pocket_of
from actors.games.rounds import RoundOutOfOrder
from protocol.errors import Code, Refusal
from tests.actors.games.roulette.play import ANN, BEN, GAME, Table, bet_id, rules, seed_of
from tests.vectors.read import read_vectors

COMMITMENT = commitment_of(seed_of(1))


@pytest.fixture
def table() -> Table:
    return Table()


def test_a_round_goes_through_its_phases_at_their_times(table: Table) -> None:
    assert GAME.deadline(table.state) is None
    assert GAME.between_rounds(table.state)
    assert table.open() == (RoundOpened(1, COMMITMENT, 1_000, 16_000),)

    assert GAME.deadline(table.state) == 16_000
    assert not GAME.between_rounds(table.state)
    assert GAME.wants_seed(table.state)
    (closed,) = table.advance()
    client_seed = client_seed_from(table.rules.table, 1, COMMITMENT, ())
    assert closed == BettingClosed(16_000, client_seed, 17_000)

    assert GAME.wants_seed(table.state)
    (drawn,) = table.advance()
    pocket = (
        int.from_bytes(hmac.digest(seed_of(1).encode(), f"{client_seed}:1:0".encode(), "sha256")[:4], "big") * 37 >> 32
    )
    assert drawn == OutcomeDrawn(17_000, seed_of(1), {"pocket": pocket}, 22_000)
    assert not GAME.wants_seed(table.state)

    assert table.advance() == (RoundSettled(22_000, (), 26_000),)
    assert GAME.between_rounds(table.state)
    assert GAME.deadline(table.state) == 26_000
    assert table.advance() == (RoundOpened(2, commitment_of(seed_of(2)), 26_000, 41_000),)


def test_nothing_happens_a_moment_too_early(table: Table) -> None:
    assert table.do(Advance(table.now)) == ()
    table.open()
    for _ in range(4):
        deadline = GAME.deadline(table.state)
        assert deadline is not None
        table.now = deadline - 1
        assert table.advance(to_deadline=False) == ()
        assert table.advance() != ()


def test_a_late_table_goes_on_from_the_time_it_is(table: Table) -> None:
    table.open()
    table.now = 1_000_000

    assert table.advance() == (BettingClosed(1_000_000, table.state.round.binding.client_seed, 1_001_000),)


def test_the_ball_is_not_thrown_without_the_seed(table: Table) -> None:
    table.open()
    table.advance()

    assert table.do(Advance(10**9)) == ()


def test_a_seed_that_was_not_committed_to_is_a_bug_and_draws_nothing(table: Table) -> None:
    table.open()
    table.advance()

    with pytest.raises(SeedMismatch):
        table.do(Advance(10**9, "another seed"))
    assert table.state.round.phase == "closed"


@pytest.mark.parametrize("phases", [0, 1, 2])
def test_a_round_is_not_opened_over_another(table: Table, phases: int) -> None:
    table.open()
    for _ in range(phases):
        table.advance()

    with pytest.raises(RoundOutOfOrder) as caught:
        table.do(OpenRound(2, COMMITMENT, 10**9))
    assert (caught.value.number, caught.value.opened) == (1, 2)


def test_round_numbers_only_grow_because_they_are_the_nonce(table: Table) -> None:
    table.open()
    table.finish()

    for number in (0, 1):
        with pytest.raises(RoundOutOfOrder):
            table.do(OpenRound(number, COMMITMENT, 10**9))


def test_entropy_of_bets_that_were_taken_back_stays_mixed_in(table: Table) -> None:
    table.open()
    table.bet(ANN, ("red", 5), entropy="first")
    table.bet(BEN, ("red", 5))
    table.clear(ANN)
    table.bet(ANN, ("red", 5), entropy="third")
    (closed,) = table.advance()

    binding = GAME.binding(table.state)
    assert binding.contributions == ("first", bet_id(2).hex(), "third")
    assert (binding.round, binding.commitment) == (1, COMMITMENT)
    assert isinstance(closed, BettingClosed)
    assert closed.client_seed == binding.client_seed
    assert binding.client_seed == client_seed_from(table.rules.table, 1, COMMITMENT, binding.contributions)


def test_every_bet_that_stands_is_paid_or_lost_and_no_other(table: Table) -> None:
    table.open()
    for number in range(37):
        table.bet(ANN, (f"straight:{number}", 2))
    table.bet(BEN, ("low", 10), ("high", 10))
    table.bet(BEN, ("low", 10))
    table.undo(BEN)
    table.finish()

    settled = table.events[-1]
    assert isinstance(settled, RoundSettled)
    pocket = table.pocket
    assert pocket is not None
    payouts = dict(settled.payouts)
    assert list(payouts) == [bet_id(n) for n in range(1, 39)]
    assert {bet for bet, payout in payouts.items() if payout == 72} == {bet_id(pocket + 1)}
    assert payouts[bet_id(38)] == (20 if pocket else 0)
    assert sum(payouts.values()) == 72 + payouts[bet_id(38)]
    assert GAME.bets(table.state).keys() == payouts.keys()


def test_the_next_round_begins_with_a_clean_table(table: Table) -> None:
    table.open()
    table.bet(ANN, ("red", 5))
    table.finish()
    table.advance()

    assert not GAME.bets(table.state)
    assert GAME.binding(table.state).contributions == ()
    assert set(table.state.liability) == {0}
    assert table.pocket is None


def test_history_is_the_newest_twenty_pockets_newest_first(table: Table) -> None:
    drawn = []
    for _ in range(25):
        table.advance()
        table.finish()
        drawn.append(table.pocket)

    assert table.state.history == tuple(reversed(drawn))[:20]
    assert len(set(drawn)) > 5


@pytest.mark.parametrize("case", read_vectors("pf_stake_games")["set_B_even_nonces"]["roulette"])
def test_published_pockets_come_out(case: dict[str, object]) -> None:
    wheel = layout_of("european")

    pocket = pocket_of(wheel, str(case["serverSeed"]), str(case["clientSeed"]), int(str(case["nonce"])))

    assert pocket == case["result"]


def test_more_published_pockets_come_out() -> None:
    case = read_vectors("pf_stake_games")["set_A"]
    wheel = layout_of("european")

    pockets = [pocket_of(wheel, case["serverSeed"], case["clientSeed"], nonce) for nonce in case["nonces"]]

    assert pockets == case["roulette"]


@pytest.mark.parametrize(("variant", "pockets"), [("european", 37), ("la_partage", 37), ("american", 38)])
def test_every_pocket_of_a_wheel_comes_and_no_other(variant: Variant, pockets: int) -> None:
    wheel = layout_of(variant)

    assert {pocket_of(wheel, "seed", "client", nonce) for nonce in range(1_000)} == set(range(pockets))


@pytest.mark.parametrize("variant", ["european", "american", "la_partage"])
def test_a_recorded_bet_is_recomputed_as_it_was_paid(variant: Variant) -> None:
    table = Table(rules(variant))
    table.open()
    table.bet(ANN, ("red", 5), ("dozen:2", 3), ("straight:17", 1), entropy="words")
    (bet,) = GAME.bets(table.state).values()
    params = GAME.params(table.state, bet)
    table.finish()

    settled, binding = table.events[-1], GAME.binding(table.state)
    assert isinstance(settled, RoundSettled)
    outcome, payout = GAME.recompute(seed_of(1), binding.client_seed, binding.round, params=params, stake=bet.stake)

    assert params == {"variant": variant, "wagers": bet.wagers, "entropy": "words"}
    assert outcome == {"pocket": table.pocket}
    assert settled.payouts == ((bet.bet, payout),)


def test_a_table_that_was_loaded_in_the_middle_of_a_round_draws_what_it_was_bound_to(table: Table) -> None:
    table.open()
    table.bet(ANN, ("red", 5))
    dumped = GAME.dump(table.state)
    table.finish()
    later = Table()
    later.state, later.now = GAME.load(later.rules, dumped), 10**9
    later.finish()

    assert later.pocket == table.pocket
    assert isinstance(later.events[-1], RoundSettled)
    assert isinstance(table.events[-1], RoundSettled)
    assert later.events[-1].payouts == table.events[-1].payouts


def test_a_round_is_played_to_its_end_on_the_layout_it_began_with_and_the_next_on_the_new_one(table: Table) -> None:
    table.open()
    table.bet(ANN, ("first_four", 8))
    dumped = GAME.dump(table.state)
    table.finish()
    paid = table.events[-1]
    later = Table(rules("american"))
    later.state, later.now = GAME.load(later.rules, dumped), 10**9

    assert GAME.dump(later.state) == dumped
    assert later.state.rules.variant == "european"
    later.finish()
    assert isinstance(paid, RoundSettled)
    assert isinstance(later.events[-1], RoundSettled)
    assert later.events[-1].payouts == paid.payouts
    assert later.pocket == table.pocket
    later.advance()
    assert later.state.rules == later.rules
    assert (later.state.history, len(later.state.liability)) == ((), 38)
    refused = later.bet(ANN, ("first_four", 8))
    assert isinstance(refused, Refusal)
    assert refused.code is Code.INVALID_BET
    assert not isinstance(later.bet(ANN, ("first_five", 8)), Refusal)


def test_a_table_between_rounds_takes_the_new_layout_with_its_next_one(table: Table) -> None:
    table.open()
    table.bet(ANN, ("first_four", 8))
    table.finish()
    later = Table(rules("american"))
    later.state, later.now = GAME.load(later.rules, GAME.dump(table.state)), 10**9
    later.advance()

    assert (later.state.rules, later.state.round.number) == (later.rules, table.state.round.number + 1)
    assert GAME.load(later.rules, GAME.dump(later.state)).wanted is None


def test_a_table_is_not_loaded_that_was_played_on_a_layout_that_there_is_no_longer(table: Table) -> None:
    table.open()
    dumped = GAME.dump(table.state).replace(b"european", b"forsaken")

    with pytest.raises(RulesChanged) as caught:
        GAME.load(rules("american"), dumped)
    assert (caught.value.played, caught.value.configured) == ({"variant": "forsaken"}, {"variant": "american"})


def test_a_table_is_loaded_under_the_limits_of_today(table: Table) -> None:
    limits = Limits(min_bet=5, max_bet=10, max_total=20, exposure_max=1_000)

    assert GAME.load(rules(limits=limits), GAME.dump(table.state)).rules.limits == limits
