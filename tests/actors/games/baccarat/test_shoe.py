"""A shoe of many rounds: what is burned, what is left, when it ends, and how all of it is checked afterwards."""

from collections import Counter
from typing import Any

import pytest

from actors.fairness.draws import Draws
from actors.games.baccarat import CUT_CARDS, FULL, Baccarat, Shoe, layout_of, left_after
from actors.games.baccarat.road import big_road
from actors.games.baccarat.shoe import CARDS, cards_in, is_shoe
from actors.games.interface import OutcomeDrawn
from tests.support.board import ANN, PlayedTable, seed_of

GAME = Baccarat()


class Chosen:
    """Draws that come as a test wants them."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)
        self.asked: list[int] = []

    def below(self, outcomes: int) -> int:
        self.asked.append(outcomes)
        return self.numbers.pop(0)


def cards_of(outcome: Any) -> list[str]:
    return [*outcome["burned"], *outcome["player"], *outcome["banker"]]


def outcomes_of(table: PlayedTable) -> list[Any]:
    return [event.outcome for event in table.events if isinstance(event, OutcomeDrawn)]


def played(rounds: int) -> PlayedTable:
    table = PlayedTable(GAME, layout_of("eight_decks"))
    for _ in range(rounds):
        table.advance()
        table.bet(ANN, ("banker", 20))
        table.finish()
    return table


def test_a_card_is_the_one_with_the_drawn_number_among_those_left() -> None:
    draws = Chosen(0, 0, 6, 0, 411)
    shoe = Shoe(draws, FULL)

    assert [shoe.card() for _ in range(5)] == ["2d", "2d", "2h", "2d", "Ac"]
    assert draws.asked == [416, 415, 414, 413, 412]


def test_every_card_of_a_shoe_comes_eight_times() -> None:
    shoe = Shoe(Draws("server", "client", 1), FULL)

    assert Counter(shoe.card() for _ in range(416)) == dict.fromkeys(CARDS, 8)
    with pytest.raises(ValueError, match="empty"):
        Shoe(Chosen(0), "0" * 52).card()


@pytest.mark.parametrize(("first", "burned"), [("Ad", 2), ("2d", 3), ("9d", 10), ("Td", 11), ("Kd", 11)])
def test_as_many_cards_are_burned_as_the_first_one_counts(first: str, burned: int) -> None:
    number = CARDS.index(first) * 8

    assert len(Shoe(Chosen(number, *[0] * 10), FULL).burn()) == burned


def test_a_whole_shoe_is_checked_from_its_rounds_alone() -> None:
    table = played(160)
    left, shoe = FULL, 1
    lasts = []
    for outcome in outcomes_of(table):
        assert bool(outcome["burned"]) == (left == FULL)
        left = left_after(left, cards_of(outcome))
        if cards_in(left) <= CUT_CARDS:
            lasts.append(cards_in(left))
            left, shoe = FULL, shoe + 1
    assert dict(table.state.carried) == {"shoe": shoe, "left": left}
    assert shoe >= 2
    # The cut card came in the last round of each, and no sooner.
    assert all(CUT_CARDS - 6 < last <= CUT_CARDS for last in lasts)


def test_each_bet_records_the_shoe_that_its_round_began_with_and_is_recomputed_from_it() -> None:
    table = PlayedTable(GAME, layout_of("eight_decks"))
    left = FULL
    for number in range(1, 12):
        table.advance()
        table.bet(ANN, ("player", 20), ("tie", 5), entropy=f"words {number}")
        (bet,) = GAME.bets(table.state).values()
        params = GAME.params(table.state, bet)
        payouts = table.finish()
        binding = GAME.binding(table.state)

        assert (params["shoe"], params["left"]) == (1, left)
        found = GAME.recompute(seed_of(number), binding.client_seed, number, params=params, stake=25)
        assert found == (table.state.round.outcome, payouts[bet.bet])
        left = left_after(left, cards_of(found[0]))


def test_cards_that_were_not_in_the_shoe_are_found_out() -> None:
    with pytest.raises(ValueError, match="more often"):
        left_after("0" + FULL[1:], ["2d"])


@pytest.mark.parametrize("left", [None, 8, "", "8" * 51, "9" + "8" * 51, "x" + "8" * 51, "0" * 52, "٨" * 52])
def test_what_is_no_shoe_is_known(left: object) -> None:
    assert not is_shoe(left)
    assert is_shoe(FULL)


def test_the_entropy_of_a_rounds_players_changes_its_cards() -> None:
    hands = set()
    for words in ("one", "two", "three"):
        table = played(1)
        table.advance()
        table.bet(ANN, ("banker", 20), entropy=words)
        table.finish()
        hands.add(str(table.state.round.outcome))
    assert len(hands) == 3


def test_the_big_road_has_a_column_for_each_run_and_ties_behind_the_win_before_them() -> None:
    assert big_road(()) == ()
    assert big_road(tuple(reversed(["B", "Bp", "T", "P", "Tb", "T", "P", "B"]))) == ("BBT", "PTTP", "B")
    assert big_road(tuple(reversed(["T", "T", "P", "P", "B"]))) == ("TTPP", "B")


def test_the_history_is_of_this_shoe() -> None:
    table = played(160)
    since = next(at for at, outcome in enumerate(reversed(outcomes_of(table)), 1) if outcome["burned"])

    assert len(table.state.history) == since
