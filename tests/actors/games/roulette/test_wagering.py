"""Placing and taking back bets: what is refused, for which reason, and what adds up."""

import pytest

from actors.games.interface import BetsReturned, Limits
from protocol.errors import Code
from protocol.games.table import WAGERS_MAX
from tests.actors.games.roulette.play import ANN, BEN, LIMITS, Table, bet_id, code_of, placed, rules


@pytest.fixture
def table() -> Table:
    table = Table()
    table.open()
    return table


def test_a_bet_stands_with_its_stake_and_its_contribution(table: Table) -> None:
    bet = placed(table.bet(ANN, ("straight:17", 5), ("red", 10)))

    assert (bet.stake, bet.wagers, bet.entropy) == (15, (("straight:17", 5), ("red", 10)), bet_id(1).hex())
    assert placed(table.bet(ANN, ("red", 1), entropy="words")).entropy == "words"


def test_before_the_first_round_betting_is_closed() -> None:
    assert code_of(Table().bet(ANN, ("red", 1))) is Code.BETTING_CLOSED


def test_at_the_deadline_betting_is_closed_although_nobody_closed_it(table: Table) -> None:
    table.bet(ANN, ("red", 1))

    table.now += 14_999
    placed(table.bet(ANN, ("red", 1)))
    table.now += 1
    assert table.state.round.phase == "betting"
    assert code_of(table.bet(ANN, ("red", 1))) is Code.BETTING_CLOSED
    assert code_of(table.undo(ANN)) is Code.BETTING_CLOSED
    assert code_of(table.clear(ANN)) is Code.BETTING_CLOSED


@pytest.mark.parametrize("phases", [1, 2, 3])
def test_after_betting_nothing_is_placed_or_taken_back(table: Table, phases: int) -> None:
    table.bet(ANN, ("red", 1))
    for _ in range(phases):
        table.advance()

    assert code_of(table.bet(ANN, ("red", 1))) is Code.BETTING_CLOSED
    assert code_of(table.undo(ANN)) is Code.BETTING_CLOSED
    assert code_of(table.clear(ANN)) is Code.BETTING_CLOSED


@pytest.mark.parametrize("spot", ["split:20-17", "straight:007", "first_five", "straight:00", "split:3-4", "purple"])
def test_a_wager_that_is_not_on_this_layout_is_refused(table: Table, spot: str) -> None:
    assert code_of(table.bet(ANN, ("red", 5), (spot, 5))) is Code.INVALID_BET
    assert not table.state.round.bets.standing


@pytest.mark.parametrize("count", [0, WAGERS_MAX + 1])
def test_a_bet_has_one_wager_at_least_and_not_too_many(table: Table, count: int) -> None:
    assert code_of(table.bet(ANN, *[("red", 5)] * count)) is Code.INVALID_BET


@pytest.mark.parametrize("amount", [-5, 0, 9])
def test_a_wager_below_the_minimum_is_refused(amount: int) -> None:
    table = Table(rules(limits=Limits(min_bet=10, max_bet=100, max_total=100, exposure_max=10_000)))
    table.open()

    assert code_of(table.bet(ANN, ("red", 10), ("black", amount))) is Code.BET_BELOW_MINIMUM
    placed(table.bet(ANN, ("red", 10)))


def test_repeated_bets_on_a_spot_add_up_to_its_maximum(table: Table) -> None:
    placed(table.bet(ANN, ("red", 600), ("black", 1_000)))

    assert code_of(table.bet(ANN, ("red", 401))) is Code.BET_ABOVE_MAXIMUM
    assert code_of(table.bet(ANN, ("red", 200), ("red", 201))) is Code.BET_ABOVE_MAXIMUM
    placed(table.bet(BEN, ("red", 1_000)))
    placed(table.bet(ANN, ("red", 200), ("red", 200)))
    assert table.state.round.bets.spots == {"red": 2_000, "black": 1_000}


def test_all_of_a_players_bets_together_have_a_maximum(table: Table) -> None:
    for number in range(1, 5):
        placed(table.bet(ANN, (f"street:{3 * number + 1}", 1_000)))
    placed(table.bet(ANN, ("red", 999)))

    assert code_of(table.bet(ANN, ("black", 2))) is Code.TABLE_LIMIT
    placed(table.bet(ANN, ("black", 1)))
    placed(table.bet(BEN, ("black", 2)))


def test_an_id_is_placed_once_even_after_it_was_taken_back(table: Table) -> None:
    placed(table.bet(ANN, ("red", 1)))
    table.bets_made = 0
    assert code_of(table.bet(ANN, ("red", 1))) is Code.ID_REUSED
    table.undo(ANN)
    table.bets_made = 0
    assert code_of(table.bet(ANN, ("red", 1))) is Code.ID_REUSED


def test_a_player_places_so_many_bets_a_round_counting_those_taken_back() -> None:
    table = Table(rules(bets_per_player_max=3))
    table.open()
    placed(table.bet(ANN, ("red", 1)))
    placed(table.bet(ANN, ("red", 1)))
    table.undo(ANN)
    placed(table.bet(ANN, ("red", 1)))

    assert code_of(table.bet(ANN, ("red", 1))) is Code.TOO_MANY_BETS
    placed(table.bet(BEN, ("red", 1)))
    table.finish()
    table.advance()
    placed(table.bet(ANN, ("red", 1)))


def test_undo_takes_back_the_newest_bet_and_clear_all_of_the_player_alone(table: Table) -> None:
    for spot in ("red", "odd", "low"):
        table.bet(ANN, (spot, 5))
    table.bet(BEN, ("black", 5))

    assert table.undo(ANN) == (BetsReturned(ANN, (bet_id(3),), table.now),)
    assert table.clear(ANN) == (BetsReturned(ANN, (bet_id(1), bet_id(2)), table.now),)
    assert list(table.state.round.bets.standing) == [bet_id(4)]


def test_there_is_nothing_to_take_back_without_a_bet(table: Table) -> None:
    assert code_of(table.undo(ANN)) is Code.NOTHING_TO_UNDO
    table.bet(ANN, ("red", 5))
    table.undo(ANN)
    assert code_of(table.clear(ANN)) is Code.NOTHING_TO_UNDO


def test_taking_back_makes_room_for_other_bets(table: Table) -> None:
    placed(table.bet(ANN, ("red", LIMITS.max_bet)))
    assert code_of(table.bet(ANN, ("red", 1))) is Code.BET_ABOVE_MAXIMUM
    table.undo(ANN)
    placed(table.bet(ANN, ("red", LIMITS.max_bet)))


def test_what_the_house_can_lose_on_a_round_is_limited() -> None:
    table = Table(rules(limits=Limits(min_bet=1, max_bet=100, max_total=1_000, exposure_max=350)))
    table.open()

    placed(table.bet(ANN, ("straight:17", 10)))
    assert code_of(table.bet(BEN, ("straight:17", 1))) is Code.EXPOSURE_LIMIT
    assert code_of(table.bet(BEN, ("red", 1), ("black", 1), ("straight:17", 1))) is Code.EXPOSURE_LIMIT
    placed(table.bet(BEN, ("straight:18", 10)))
    placed(table.bet(BEN, ("street:34", 1)))


def test_a_bet_that_can_be_taken_back_makes_no_room_for_another() -> None:
    table = Table(rules(limits=Limits(min_bet=1, max_bet=1_000, max_total=1_000, exposure_max=100)))
    table.open()

    placed(table.bet(ANN, ("black", 100)))
    placed(table.bet(BEN, ("red", 100)))
    assert code_of(table.bet(BEN, ("red", 1))) is Code.EXPOSURE_LIMIT


def test_wagers_of_one_bet_cannot_be_taken_back_one_by_one_so_they_do_offset() -> None:
    table = Table(rules(limits=Limits(min_bet=1, max_bet=1_000, max_total=2_000, exposure_max=100)))
    table.open()

    placed(table.bet(ANN, ("black", 1_000), ("red", 1_000)))
    assert max(table.state.liability) == 0
