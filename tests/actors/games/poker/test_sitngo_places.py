"""Sit-and-gos: who is out in which place, what that wins, and what comes after."""

from collections.abc import Sequence
from typing import Any

from actors.games.poker.events import (
    DealHand,
)
from actors.games.poker.tournament_events import (
    Conclude,
    Opened,
    PlayerOut,
    Register,
    TournamentEnded,
)
from protocol.errors import Code
from protocol.ids import PlayerId
from tests.support.poker import COMMITMENT, refusal, rules_of, table_of, told
from tests.support.sitngo import registered, sitngo_rules
from tests.support.sitngo_steps import ended

ONE, TWO, THREE, NINE = PlayerId(1), PlayerId(2), PlayerId(3), PlayerId(9)
RULES = sitngo_rules()


def placed(events: Sequence[Any]) -> list[tuple[int, int, int]]:
    """(Seat, place, prize) of those who are out."""
    return [(one.seat, one.place, one.prize) for one in events if isinstance(one, PlayerOut)]


FOUR = sitngo_rules(seats=4, payouts=(500, 300, 200))


def test_one_who_is_out_has_the_place_after_those_who_are_left() -> None:
    state = ended(registered(FOUR), dict.fromkeys(range(4), 1_500), {0: 3_000, 1: 0, 2: 1_500, 3: 1_500})

    assert placed(told(state, Conclude(7))) == [(1, 4, 0)]
    assert (sorted(state.seats), state.money) == ([0, 2, 3], 4_000)
    assert told(state, Conclude(8)) == ()


def test_of_those_who_are_out_in_one_hand_who_had_more_has_the_better_place() -> None:
    state = ended(registered(FOUR), {0: 3_000, 1: 900, 2: 1_100, 3: 1_000}, {0: 5_000, 1: 0, 2: 1_000, 3: 0})

    assert placed(told(state, Conclude(7))) == [(1, 4, 0), (3, 3, 800)]


def test_those_who_had_as_many_share_the_prizes_and_the_first_from_the_button_has_the_odd_unit() -> None:
    rules = sitngo_rules(seats=4, payouts=(500, 300, 200), entry=1_001)
    assert rules.structure is not None
    assert rules.structure.prizes == (2_003, 1_201, 800, 0)
    state = ended(
        registered(rules), {0: 3_000, 1: 900, 2: 1_100, 3: 1_100}, {0: 4_200, 1: 900, 2: 0, 3: 0}, (3, 0, 1, 2)
    )
    assert placed(told(state, Conclude(7))) == [(2, 4, 400), (3, 3, 400)]

    odd = sitngo_rules(seats=4, payouts=(501, 300, 199), entry=1_001)
    assert odd.structure is not None
    assert odd.structure.prizes == (2_007, 1_201, 796, 0)
    state = ended(registered(odd), {0: 3_000, 1: 900, 2: 1_050, 3: 1_050}, {0: 6_000, 1: 0, 2: 0, 3: 0}, (3, 0, 1, 2))
    assert placed(told(state, Conclude(7))) == [(1, 4, 0), (2, 3, 998), (3, 2, 999), (0, 1, 2_007)]


def test_when_one_has_all_chips_it_is_over_and_the_table_takes_registrations_anew() -> None:
    state = ended(registered(FOUR), dict.fromkeys(range(4), 1_500), {0: 0, 1: 6_000, 2: 0, 3: 0})
    events = told(state, Conclude(7))

    assert placed(events) == [(3, 4, 666), (2, 3, 667), (0, 2, 667), (1, 1, 2_000)]
    assert events[-1] == TournamentEnded(7)
    assert (state.seats, state.money, state.chips, state.tournament) == ({}, 0, 0, None)
    assert told(state, Register(ONE, "a", 0, 1_100, 8))[0] == Opened(2, FOUR.structure, 8)  # type: ignore[arg-type]


def test_a_tournament_is_played_by_what_it_was_opened_with_and_the_next_by_what_is_offered_then() -> None:
    state = registered(RULES, 2)
    dearer = sitngo_rules(entry=5_000)
    state.offered = dearer
    told(state, Register(THREE, "c", 2, 1_100, 0))
    assert state.money == 3_000
    told(ended(state, dict.fromkeys(range(3), 1_500), {0: 4_500, 1: 0, 2: 0}), Conclude(7))

    assert state.rules == dearer
    assert refusal(state, Register(ONE, "a", 0, 1_100, 8)).code == Code.ILLEGAL_STEP
    told(state, Register(ONE, "a", 0, 5_100, 8))


def test_a_cash_table_has_no_levels() -> None:
    state = table_of([1_000, 1_000], rules_of())
    told(state, DealHand(COMMITMENT, "c1", state.until))

    assert state.hand is not None
    assert state.hand.deal.level == 0
    assert state.money == state.chips == 2_000
