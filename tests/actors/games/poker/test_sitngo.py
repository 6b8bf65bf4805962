"""Sit-and-gos: who may do what when, how the blinds rise, who is waited for, and who is out in which place."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from actors.games.poker.deal import Deal, Entrant, Result
from actors.games.poker.events import (
    Act,
    Advance,
    BuyIn,
    DealHand,
    HandDealt,
    Moved,
    Reach,
    ReachChanged,
    SatIn,
    SatOut,
    SitIn,
    SitOut,
    StandUp,
    TopUp,
)
from actors.games.poker.state import Ended, State, dump
from actors.games.poker.structure import Chips, Level
from actors.games.poker.table import deadline, options_of
from actors.games.poker.tournament_events import (
    Conclude,
    Opened,
    PlayerOut,
    Register,
    Registered,
    TournamentBegan,
    TournamentEnded,
    Unregister,
    Unregistered,
)
from protocol.errors import Code
from protocol.ids import PlayerId
from tests.support.poker import CALL, COMMITMENT, FOLD, TIMING, deal_next, refusal, rules_of, table_of, to, told
from tests.support.sitngo import STRUCTURE, late, registered, sitngo_rules

ONE, TWO, THREE, NINE = PlayerId(1), PlayerId(2), PlayerId(3), PlayerId(9)
RULES = sitngo_rules()


def turn_of(state: State) -> tuple[int, PlayerId]:
    """Whose turn it is."""
    options = options_of(state)
    assert options is not None
    return options.seat, state.seats[options.seat].player


def act(state: State, move: Any, now: int | None = None) -> tuple[Any, ...]:
    """The player whose turn it is moves."""
    _, player = turn_of(state)
    return told(state, Act(player, state.number, len(state.moves), move, state.turn_at if now is None else now))


def absent(state: State) -> list[int]:
    """The seats that are not waited for."""
    return [number for number, seat in state.seats.items() if not seat.is_in]


def fold_out(state: State) -> None:
    """Everybody folds to the big blind."""
    while state.hand is not None:
        act(state, FOLD if options_of(state).call else CALL)  # type: ignore[union-attr]


# --- registration ---


def test_the_first_registration_opens_a_tournament_and_the_last_one_begins_it() -> None:
    state = State(RULES)

    assert told(state, Register(ONE, "a", 2, 1_100, 5)) == (
        Opened(1, STRUCTURE, 5), Registered(2, ONE, "a", 1_100, 5)
    )  # fmt: skip
    assert told(state, Register(TWO, "b", 0, 1_100, 6)) == (Registered(0, TWO, "b", 1_100, 6),)
    assert (state.money, state.chips, deadline(state)) == (2_200, 0, None)
    *_, began = told(state, Register(THREE, "c", 1, 1_100, 7))
    assert began == TournamentBegan(300, 7)
    assert (state.money, state.chips, deadline(state)) == (3_000, 4_500, 7 + TIMING.pause_ms)
    deal_next(state)
    assert all(map(state.plays, (0, 1, 2)))


def test_one_who_goes_before_it_begins_has_all_of_it_back() -> None:
    state = registered(RULES, 2)

    assert told(state, Unregister(TWO, 9)) == (Unregistered(1, TWO, 1_100, 9),)
    assert told(state, Unregister(TWO, 9)) == ()
    assert (state.money, sorted(state.seats)) == (1_100, [0])
    told(state, Register(TWO, "b", 2, 1_100, 9))
    assert state.seat_of(TWO) == 2


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Register(ONE, "a", 2, 1_100, 0), Code.ILLEGAL_STEP),
        (Register(NINE, "i", 0, 1_100, 0), Code.ILLEGAL_STEP),
        (Register(NINE, "i", -1, 1_100, 0), Code.ILLEGAL_STEP),
        (Register(NINE, "i", 2, 1_099, 0), Code.ILLEGAL_STEP),
        (Register(NINE, "i", 3, 1_100, 0), Code.TABLE_FULL),
        (BuyIn(NINE, "i", 2, 1_100, 0), Code.ILLEGAL_STEP),
        (TopUp(ONE, 100, 0), Code.ILLEGAL_STEP),
        (StandUp(ONE, 0), Code.ILLEGAL_STEP),
        (SitOut(ONE, 0), Code.ILLEGAL_STEP),
        (Act(ONE, 1, 0, CALL, 0), Code.BETTING_CLOSED),
        (Act(NINE, 1, 0, CALL, 0), Code.NOT_SEATED),
    ],
)
def test_what_cannot_be_done_before_it_begins_is_refused(command: Any, code: Code) -> None:
    state = registered(RULES, 2)
    before = dump(state)

    assert refusal(state, command).code == code
    assert dump(state) == before


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Register(NINE, "i", 0, 1_100, 0), Code.TABLE_FULL),
        (Register(ONE, "a", 0, 1_100, 0), Code.ILLEGAL_STEP),
        (Unregister(ONE, 0), Code.ILLEGAL_STEP),
        (BuyIn(NINE, "i", 2, 1_100, 0), Code.ILLEGAL_STEP),
        (TopUp(ONE, 100, 0), Code.ILLEGAL_STEP),
        (StandUp(ONE, 0), Code.ILLEGAL_STEP),
        (SitOut(ONE, 0), Code.ILLEGAL_STEP),
        (SitIn(NINE, True, 0), Code.NOT_SEATED),
        (Act(NINE, 1, 0, CALL, 0), Code.NOT_SEATED),
        (Act(ONE, 2, 0, CALL, 0), Code.BETTING_CLOSED),
        (Act(ONE, 1, 1, CALL, 0), Code.OUT_OF_TURN),
        (Act(TWO, 1, 0, CALL, 0), Code.OUT_OF_TURN),
        (Act(ONE, 1, 0, to(199), 0), Code.ILLEGAL_STEP),
        (Act(ONE, 1, 0, to(1_501), 0), Code.ILLEGAL_STEP),
    ],
)
def test_what_cannot_be_done_while_it_is_played_is_refused(command: Any, code: Code) -> None:
    state = registered(RULES)
    deal_next(state)
    assert turn_of(state)[1] == ONE
    before = dump(state)

    assert refusal(state, command).code == code
    assert dump(state) == before


def test_one_who_is_out_may_not_register_until_it_is_over() -> None:
    state = ended(registered(RULES), {0: 1_000, 1: 2_000, 2: 1_500}, {0: 0, 1: 3_000, 2: 1_500})
    told(state, Conclude(9))

    assert refusal(state, Register(ONE, "a", 0, 1_100, 9)).code == Code.TABLE_FULL


def test_nobody_registers_at_a_cash_table_and_nothing_is_concluded_there() -> None:
    state = table_of([1_000, 1_000])

    assert refusal(state, Register(NINE, "i", 3, 1_000, 0)).code == Code.ILLEGAL_STEP
    assert refusal(state, Unregister(ONE, 0)).code == Code.ILLEGAL_STEP
    assert told(state, Conclude(0)) == ()


# --- blinds ---


def test_blinds_rise_with_the_hand_after_a_level_ends() -> None:
    state = registered(sitngo_rules(level_hands=2))
    seen = []
    for _ in range(5):
        (dealt,) = deal_next(state)
        assert isinstance(dealt, HandDealt)
        posts = [one.post for one in dealt.deal.entrants if one.post]
        seen.append((dealt.deal.level, max(posts), {one.dead for one in dealt.deal.entrants}))
        fold_out(state)

    assert seen == [(0, 100, {0}), (0, 100, {0}), (1, 200, {25}), (1, 200, {25}), (2, 400, {50})]


def test_a_level_that_ends_in_the_middle_of_a_hand_goes_on_to_its_end() -> None:
    state = registered(sitngo_rules(level_hands=0, level_ms=60_000), now=1_000)
    deal_next(state, 60_999)
    act(state, CALL, 70_000)
    options = options_of(state)
    assert options is not None
    assert (options.call, options.raise_min) == (50, 200)
    fold_out(state)
    (dealt,) = deal_next(state)

    assert isinstance(dealt, HandDealt)
    assert dealt.deal.level == 1


def test_a_blind_comes_before_the_ante_of_one_who_has_not_enough_for_both() -> None:
    state = registered(sitngo_rules(levels=(Level(50, 100, 30),), seats=4))
    for number, chips in enumerate((4_000, 60, 110, 20)):
        state.seats[number].stack = chips
    (dealt,) = deal_next(state)

    assert isinstance(dealt, HandDealt)
    assert dealt.deal.entrants == (
        Entrant(1, 60, 50, 10), Entrant(2, 110, 100, 10), Entrant(3, 20, 0, 20), Entrant(0, 4_000, 0, 30)
    )  # fmt: skip


def test_of_two_players_the_button_has_the_small_blind_and_nobody_has_the_big_one_twice() -> None:
    state = registered(sitngo_rules(seats=2, payouts=(1_000,)))
    bigs = []
    for _ in range(4):
        (dealt,) = deal_next(state)
        assert isinstance(dealt, HandDealt)
        assert dealt.deal.button == dealt.deal.small != dealt.deal.big
        assert turn_of(state)[0] == dealt.deal.button
        bigs.append(dealt.deal.big)
        fold_out(state)

    assert bigs == [1, 0, 1, 0]


# --- the absent ---


def test_one_who_does_not_decide_is_dealt_in_all_the_same_and_waited_for_only_briefly() -> None:
    state = registered(RULES)
    deal_next(state)
    seat, _ = turn_of(state)
    assert state.until - state.turn_at == TIMING.act_ms + TIMING.bank_ms_max
    assert told(state, Advance(state.until - 1)) == ()
    at = state.until
    assert late(state) == (SatOut(seat, at), Moved(seat, FOLD, True, at))
    fold_out(state)
    deal_next(state)
    while turn_of(state)[0] != seat:
        act(state, to(options_of(state).raise_min or 0))  # type: ignore[union-attr]

    assert state.plays(seat)
    assert state.until == state.turn_at + TIMING.absent_ms
    assert late(state)[-1] == Moved(seat, FOLD, True, state.turn_at)


def test_one_who_is_absent_checks_where_that_is_free() -> None:
    state = registered(RULES)
    deal_next(state)
    act(state, CALL)
    act(state, CALL)
    big, _ = turn_of(state)

    assert late(state)[-1] == Moved(big, CALL, True, state.turn_at)


@pytest.mark.parametrize("comes_back", [SitIn(ONE, False, 3), Reach(ONE, False, 3)])
def test_one_who_comes_back_is_waited_for_again(comes_back: Any) -> None:
    state = registered(RULES)
    told(state, Reach(ONE, True, 1))
    deal_next(state)
    late(state)
    assert absent(state) == [0]
    fold_out(state)
    deal_next(state)
    while turn_of(state)[0] != 0:
        act(state, CALL)
    told(state, comes_back)

    assert absent(state) == []
    assert state.until == state.turn_at + TIMING.act_ms


def test_a_move_of_ones_own_brings_one_back() -> None:
    state = registered(RULES)
    deal_next(state)
    late(state)
    fold_out(state)
    deal_next(state)
    while turn_of(state)[0] != 0:
        act(state, CALL)

    assert act(state, CALL) == (SatIn(0, False, state.turn_at), Moved(0, CALL, False, state.turn_at))
    assert told(state, Reach(ONE, True, 5)) == (ReachChanged(0, True, 5),)


def test_nobody_is_given_more_time_for_a_lost_connection_and_an_absent_player_loses_the_blinds() -> None:
    state = registered(sitngo_rules(seats=2, payouts=(1_000,), levels=(Level(500, 1_000),), chips=Chips(1_500)))
    while state.tournament is not None:
        deal_next(state)
        while state.hand is not None:
            if turn_of(state)[1] == ONE:
                told(state, Reach(ONE, True, state.turn_at))
                late(state)
            else:
                act(state, CALL)
        told(state, Conclude(state.until))

    assert state.finished is not None
    assert [one.player for one in state.finished.placed] in ([ONE, TWO], [TWO, ONE])
    assert state.number < 8


# --- places ---


def ended(state: State, before: Mapping[int, int], after: Mapping[int, int], order: Sequence[int] = ()) -> State:
    """A hand is over in which these had so many chips, dealt in this order."""
    entrants = tuple(Entrant(seat, before[seat]) for seat in order or before)
    state.number += 1
    for seat, chips in after.items():
        state.seats[seat].stack = chips
    stacks = tuple((one.seat, after[one.seat]) for one in entrants)
    state.last = Ended(Deal(state.number, 0, 1, 2, entrants), (), (), (), (), Result(stacks, 0, ()))
    return state


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
