"""A poker table: seats, chips that are paid for, turns by the clock, and hands that survive a crash."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.games.poker.changes import NoSeed, apply
from actors.games.poker.deal import Move
from actors.games.poker.events import (
    Act,
    Advance,
    BuyIn,
    DealHand,
    Extended,
    Leaving,
    Moved,
    Reach,
    SatOut,
    SeatLeft,
    Show,
    Shown,
    SitIn,
    SitOut,
    StandUp,
    TopUp,
)
from actors.games.poker.rules import Rake
from actors.games.poker.state import State, dump, load
from actors.games.poker.table import MISSED_MAX, deadline, decide, may_deal, options_of
from protocol.errors import Code, Refusal
from protocol.ids import PlayerId
from tests.support.poker import (
    CALL,
    CLIENT_SEED,
    COMMITMENT,
    FOLD,
    SERVER_SEED,
    TIMING,
    deal_next,
    moves_in,
    refusal,
    rules_of,
    table_of,
    to,
    told,
)

ONE, TWO, THREE = PlayerId(1), PlayerId(2), PlayerId(3)


def turn_of(state: State) -> tuple[PlayerId, int]:
    """Whose turn it is, and until when."""
    options = options_of(state)
    assert options is not None
    return state.seats[options.seat].player, state.until


def act(state: State, move: Move, now: int | None = None) -> None:
    """The player whose turn it is moves, at once unless said otherwise."""
    player, _ = turn_of(state)
    told(state, Act(player, state.number, len(state.moves), move, state.turn_at if now is None else now))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (BuyIn(ONE, "a", 3, 1_000, 0), Code.ILLEGAL_STEP),
        (BuyIn(PlayerId(9), "i", 0, 1_000, 0), Code.ILLEGAL_STEP),
        (BuyIn(PlayerId(9), "i", -1, 1_000, 0), Code.ILLEGAL_STEP),
        (BuyIn(PlayerId(9), "i", 6, 1_000, 0), Code.ILLEGAL_STEP),
        (BuyIn(PlayerId(9), "i", 5, 999, 0), Code.BET_BELOW_MINIMUM),
        (BuyIn(PlayerId(9), "i", 5, 20_001, 0), Code.BET_ABOVE_MAXIMUM),
        (TopUp(ONE, 0, 0), Code.BET_BELOW_MINIMUM),
        (TopUp(ONE, 19_001, 0), Code.BET_ABOVE_MAXIMUM),
        (TopUp(PlayerId(9), 100, 0), Code.NOT_SEATED),
        (SitOut(PlayerId(9), 0), Code.NOT_SEATED),
        (Act(PlayerId(9), 1, 0, CALL, 0), Code.NOT_SEATED),
        (Act(ONE, 1, 0, CALL, 0), Code.BETTING_CLOSED),
        (Show(ONE, 1, 0), Code.ILLEGAL_STEP),
    ],
)
def test_what_cannot_be_done_between_hands_is_refused(command: Any, code: Code) -> None:
    state = table_of([1_000, 1_000])
    before = dump(state)

    assert refusal(state, command).code == code
    assert dump(state) == before


def test_a_table_with_all_its_seats_taken_is_full() -> None:
    assert refusal(table_of([1_000] * 6), BuyIn(PlayerId(9), "i", 5, 1_000, 0)).code == Code.ILLEGAL_STEP


def test_what_cannot_be_done_in_a_hand_is_refused() -> None:
    state = table_of([1_000] * 3)
    deal_next(state)
    player, until = turn_of(state)
    other = next(one for one in (ONE, TWO, THREE) if one != player)
    number = state.number

    assert refusal(state, Act(other, number, 0, CALL, 0)).code == Code.OUT_OF_TURN
    assert refusal(state, Act(player, number + 1, 0, CALL, 0)).code == Code.BETTING_CLOSED
    assert refusal(state, Act(player, number, 0, to(199), 0)).code == Code.ILLEGAL_STEP
    assert refusal(state, Act(player, number, 0, to(1_001), 0)).code == Code.ILLEGAL_STEP
    assert refusal(state, Act(player, number, 0, CALL, until)).code == Code.OUT_OF_TURN
    act(state, CALL)
    assert refusal(state, Act(player, number, 1, CALL, 0)).code == Code.OUT_OF_TURN


def test_a_move_that_comes_twice_is_not_made_on_the_next_street() -> None:
    state = table_of([1_000] * 2)
    deal_next(state)
    act(state, CALL)
    player, _ = turn_of(state)
    check = Act(player, state.number, len(state.moves), CALL, state.turn_at)
    told(state, check)
    assert turn_of(state)[0] == player

    assert told(state, check) == ()
    assert turn_of(state)[0] == player
    bet = Act(player, state.number, check.number, to(200), state.turn_at)
    assert refusal(state, bet).code == Code.OUT_OF_TURN


def test_a_hand_is_dealt_when_two_can_play_and_the_pause_is_over() -> None:
    state = table_of([1_000])
    assert deadline(state) is None
    assert deal_next(state, 0) == ()
    told(state, BuyIn(TWO, "b", 1, 1_000, 5))
    assert may_deal(state)
    assert deal_next(state, 5 + TIMING.pause_ms - 1) == ()
    deal_next(state, 5 + TIMING.pause_ms)
    assert state.number == 1
    act(state, FOLD)

    assert state.hand is None
    assert deal_next(state, state.until - 1) == ()
    deal_next(state)
    assert state.number == 2


def test_a_hand_cannot_begin_without_its_seed() -> None:
    state = table_of([1_000, 1_000])
    (event,) = decide(state, DealHand(COMMITMENT, CLIENT_SEED, 0))  # type: ignore[misc]

    with pytest.raises(NoSeed):
        apply(state, event)


def test_one_who_does_not_decide_in_time_folds_and_is_dealt_in_no_more() -> None:
    state = table_of([1_000] * 3)
    deal_next(state)
    player, until = turn_of(state)
    assert until == TIMING.act_ms + TIMING.bank_ms_max
    assert told(state, Advance(until - 1)) == ()
    seat = state.seat_of(player)
    assert seat is not None

    assert told(state, Advance(until)) == (Moved(seat, FOLD, True, until), SatOut(seat, until))
    assert not state.seats[seat].is_in


def test_one_who_does_not_decide_in_time_checks_where_that_is_free_and_is_waited_for_no_more() -> None:
    state = table_of([1_000] * 2)
    deal_next(state)
    act(state, CALL)
    player, until = turn_of(state)
    (late, _) = told(state, Advance(until))
    assert isinstance(late, Moved)
    assert late.move == CALL

    assert turn_of(state) == (player, until)


def test_thinking_longer_is_taken_from_the_bank_which_grows_hand_by_hand() -> None:
    state = table_of([1_000] * 2)
    deal_next(state, 0)
    player, _ = turn_of(state)
    seat = state.seat_of(player)
    assert seat is not None
    act(state, CALL, TIMING.act_ms + 12_000)
    assert state.seats[seat].bank_ms == TIMING.bank_ms_max - 12_000
    act(state, to(500))
    assert state.until == state.turn_at + TIMING.act_ms + TIMING.bank_ms_max - 12_000
    act(state, FOLD)
    deal_next(state)

    assert state.seats[seat].bank_ms == TIMING.bank_ms_max - 11_000


def test_one_who_is_away_is_given_more_time_once_a_hand() -> None:
    state = table_of([1_000] * 3)
    deal_next(state)
    player, until = turn_of(state)
    seat = state.seat_of(player)
    assert seat is not None
    told(state, Reach(player, True, 1))

    later = until + TIMING.away_ms
    assert told(state, Advance(until)) == (Extended(seat, later, until),)
    assert turn_of(state) == (player, later)
    assert told(state, Advance(later)) == (Moved(seat, FOLD, True, later), SatOut(seat, later))


def test_one_who_is_all_in_and_away_plays_for_the_pot() -> None:
    state = table_of([1_000] * 2)
    deal_next(state)
    player, _ = turn_of(state)
    act(state, to(1_000))
    told(state, Reach(player, True, 1))
    act(state, CALL)

    assert state.hand is None
    assert state.chips == 2_000
    assert state.last is not None
    assert len(state.last.board) == 5


def test_chips_added_in_a_hand_count_from_the_next_one_on() -> None:
    state = table_of([1_000] * 2)
    deal_next(state)
    told(state, TopUp(ONE, 5_000, 0))
    options = options_of(state)
    assert options is not None
    assert options.raise_max == 1_000
    assert state.chips == 7_000
    assert refusal(state, TopUp(ONE, 15_000, 0)).code == Code.BET_ABOVE_MAXIMUM
    act(state, FOLD)

    assert {seat.player: seat.stack for seat in state.seats.values()} == {ONE: 5_950, TWO: 1_050}


def test_one_who_stands_up_in_a_hand_leaves_when_it_is_over_and_is_not_waited_for() -> None:
    state = table_of([1_000] * 3)
    deal_next(state)
    player, _ = turn_of(state)
    seat = state.seat_of(player)
    assert seat is not None
    assert told(state, StandUp(player, 7)) == (Leaving(seat, 7),)
    assert told(state, StandUp(player, 7)) == ()
    assert refusal(state, SitIn(player, True, 7)).code == Code.ILLEGAL_STEP
    assert told(state, Advance(7)) == (Moved(seat, FOLD, True, 7), SatOut(seat, 7))
    act(state, FOLD)

    assert state.hand is None
    assert told(state, Advance(8)) == (SeatLeft(seat, player, 1_000, 8),)


def test_one_who_stands_up_between_hands_takes_all_chips_at_once() -> None:
    state = table_of([1_000] * 2)
    told(state, TopUp(ONE, 500, 0))

    assert told(state, StandUp(ONE, 3)) == (SeatLeft(0, ONE, 1_500, 3),)
    assert state.chips == 1_000


def test_one_who_sits_out_is_not_dealt_in_until_sitting_in_again() -> None:
    state = table_of([1_000] * 3)
    assert told(state, SitOut(THREE, 0)) == (SatOut(2, 0),)
    assert told(state, SitOut(THREE, 0)) == ()
    deal_next(state)
    assert not state.plays(2)
    act(state, FOLD)
    told(state, SitIn(THREE, True, state.until))
    deal_next(state)
    act(state, FOLD)
    if not state.plays(2):
        while state.hand is not None:
            act(state, FOLD if options_of(state).call else CALL)  # type: ignore[union-attr]
        deal_next(state)

    assert state.plays(2)


def test_one_who_sits_out_for_very_long_gives_up_the_seat() -> None:
    state = table_of([1_000] * 3)
    told(state, SitOut(THREE, 0))
    state.seats[2].missed = MISSED_MAX
    assert told(state, Advance(0)) == ()
    deal_next(state)
    act(state, FOLD)

    assert told(state, Advance(state.until)) == (SeatLeft(2, THREE, 1_000, state.until),)


def test_one_whom_all_others_left_alone_may_show_until_the_next_hand() -> None:
    state = table_of([1_000] * 2)
    deal_next(state)
    folded, _ = turn_of(state)
    act(state, FOLD)
    winner = TWO if folded == ONE else ONE
    seat = state.seat_of(winner)
    assert seat is not None
    assert state.last is not None
    assert len(state.last.shown) == 0
    cards = state.hidden[seat]

    assert told(state, Show(winner, 1, 9)) == (Shown(seat, 9),)
    assert dict(state.last.shown) == {seat: cards}
    assert told(state, Show(winner, 1, 9)) == ()
    deal_next(state)
    assert refusal(state, Show(folded, 1, 9)).code == Code.ILLEGAL_STEP


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_at_every_step_chips_are_what_was_paid_for_and_a_crash_changes_nothing(data: st.DataObject) -> None:
    rules = rules_of(rake=Rake(50, 300))
    state = State(rules)
    now = 0
    for _ in range(data.draw(st.integers(5, 60))):
        now += data.draw(st.sampled_from([1, 900, 4_000, 45_000]))
        player = PlayerId(data.draw(st.integers(1, 5)))
        options, number = options_of(state), state.number
        commands: list[Any] = [
            BuyIn(player, "x", data.draw(st.integers(0, 5)), 1_000 * player, now),
            TopUp(player, 300, now),
            StandUp(player, now),
            SitOut(player, now),
            SitIn(player, data.draw(st.booleans()), now),
            Reach(player, data.draw(st.booleans()), now),
            Show(player, number, now),
            Advance(now),
        ] + [DealHand(COMMITMENT, CLIENT_SEED, now)] * 4
        if options is not None:
            move = data.draw(st.sampled_from(moves_in(options)))
            commands += [Act(state.seats[options.seat].player, number, len(state.moves), move, now)] * 12
        decided = decide(state, data.draw(st.sampled_from(commands)))
        if isinstance(decided, Refusal):
            continue
        for event in decided:
            before = state.chips
            was_playing = state.hand is not None
            apply(state, event, SERVER_SEED)
            rake = state.last.result.rake if was_playing and state.hand is None and state.last else 0
            allowed = {"SeatTaken": 1, "ChipsAdded": 1, "SeatLeft": -1}.get(type(event).__name__, 0)
            amount = getattr(event, "stack", getattr(event, "amount", 0)) if allowed else 0
            assert state.chips - before == allowed * amount - rake
            assert all(seat.stack >= 0 and seat.bank_ms >= 0 for seat in state.seats.values())
        again = load(rules, dump(state), SERVER_SEED if state.hand else None)
        assert dump(again) == dump(state)
        assert options_of(again) == options_of(state)
        assert (again.hand is None) == (state.hand is None)


def test_nothing_of_the_cards_of_a_hand_is_in_its_events_or_in_a_snapshot() -> None:
    dumps = []
    for server_seed in ("1" * 64, "2" * 64):
        state = table_of([1_000] * 2)
        (dealt,) = decide(state, DealHand(COMMITMENT, CLIENT_SEED, 0))  # type: ignore[misc]
        apply(state, dealt, server_seed)
        assert state.hand is not None
        dumps.append((dealt, dump(state), state.hand.cards_of(0)))

    (first, first_dump, first_cards), (second, second_dump, second_cards) = dumps
    assert first_cards != second_cards
    assert (first, first_dump) == (second, second_dump)
