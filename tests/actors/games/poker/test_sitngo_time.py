"""Sit-and-gos: how the blinds rise, and who is waited for how long."""

from typing import Any

import pytest

from actors.games.poker.deal import Entrant
from actors.games.poker.events import (
    Advance,
    HandDealt,
    Moved,
    Reach,
    ReachChanged,
    SatIn,
    SatOut,
    SitIn,
)
from actors.games.poker.structure import Chips, Level
from actors.games.poker.table import options_of
from actors.games.poker.tournament_events import (
    Conclude,
)
from protocol.ids import PlayerId
from tests.support.poker import CALL, FOLD, TIMING, deal_next, to, told
from tests.support.sitngo import late, registered, sitngo_rules
from tests.support.sitngo_steps import absent, act, fold_out, turn_of

ONE, TWO, THREE, NINE = PlayerId(1), PlayerId(2), PlayerId(3), PlayerId(9)
RULES = sitngo_rules()


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


def test_an_ante_comes_before_the_blind_of_one_who_has_not_enough_for_both() -> None:
    state = registered(sitngo_rules(levels=(Level(50, 100, 30),), seats=4))
    for number, chips in enumerate((4_000, 60, 110, 20)):
        state.seats[number].stack = chips
    (dealt,) = deal_next(state)

    assert isinstance(dealt, HandDealt)
    assert dealt.deal.entrants == (
        Entrant(1, 60, 30, 30), Entrant(2, 110, 80, 30), Entrant(3, 20, 0, 20), Entrant(0, 4_000, 0, 30)
    )  # fmt: skip


def test_of_a_big_blind_that_the_ante_leaves_nothing_of_one_chip_is_left() -> None:
    state = registered(sitngo_rules(levels=(Level(50, 100, 30),), seats=4))
    for number, chips in enumerate((4_000, 4_000, 25, 4_000)):
        state.seats[number].stack = chips
    (dealt,) = deal_next(state)

    assert isinstance(dealt, HandDealt)
    assert dealt.deal.entrants[1] == Entrant(2, 25, 1, 24)
    assert turn_of(state)[0] == 3


def test_one_who_folds_to_a_short_big_blind_loses_the_blind_and_the_ante() -> None:
    state = registered(sitngo_rules(levels=(Level(300, 600, 50),), seats=2, payouts=(1_000,), chips=Chips(3_000)))
    state.seats[0].stack, state.seats[1].stack = 5_412, 588
    deal_next(state)
    assert turn_of(state)[0] == 0
    act(state, FOLD)

    assert [seat.stack for seat in state.seats.values()] == [5_062, 938]


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
