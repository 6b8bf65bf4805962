"""Whoever does not decide in time, at any decision of a hand, checks or folds, sits out, and is not waited for."""

import pytest

from actors.runtime.ref import Ref
from protocol.commands import Reached
from protocol.games.poker import PokerAct, PokerLeave, PokerSeat, PokerSnapshot
from protocol.ids import PlayerId
from tests.support.cardroom import REF, TABLE, CardRoom
from tests.support.poker import TIMING

ANN, BEN = PlayerId(1), PlayerId(2)
BUY_IN = 1_000
CASES = [(at, False) for at in range(8)] + [(at, True) for at in (1, 3, 5, 7)]
"""At which decision of a hand between two who check and call, and whether it is against a raise."""
at_each_decision = pytest.mark.parametrize(("at", "raised"), CASES)


def played_to(at: int, *, raised: bool) -> CardRoom:
    """Two who have played up to a decision."""
    room = CardRoom()
    for seat, player in enumerate((ANN, BEN)):
        room.open(player)
        room.sits(player, seat, BUY_IN)
    room.wait(TIMING.pause_ms)
    for number in range(at):
        turn = room.seen().turn
        assert turn is not None
        is_raise = raised and number == at - 1
        room.acts("raise" if is_raise else "call", turn.raise_min if is_raise and turn.raise_min else 0)
    return room


def decides(shown: PokerSnapshot) -> tuple[PlayerId, int]:
    """Whose turn it is, and until when."""
    assert shown.turn is not None
    return PlayerId(shown.turn.seat + 1), shown.turn.until_ms


def seat_of(shown: PokerSnapshot, player: PlayerId) -> PokerSeat:
    [seat] = [one for one in shown.seats if one.player == player]
    return seat


def moves_of(room: CardRoom) -> list[tuple[int, str, bool]]:
    """Seat, kind, and whether it was late, of all moves that everybody was told of."""
    told = [event for _, event in room.pushed_events if getattr(event, "t", "") == "poker.moved"]
    return [(one.seat, one.kind, one.is_late) for one in told]


def reaches(room: CardRoom, player: PlayerId, *, is_here: bool) -> None:
    """The connection is lost, or there again."""
    room.post(REF, Reached(player, is_here))
    room.settle()


def ends_by_the_rules(room: CardRoom, player: PlayerId, at: int, facing: int) -> None:
    """From a late move on: the other goes on alone, and nobody waits for the one who was late."""
    assert moves_of(room)[at:][0] == (player - 1, "fold" if facing else "call", True)
    began = room.now_ms
    while (turn := room.seen().turn) is not None:
        assert turn.seat != player - 1, "no time is given any more"
        room.acts("call")
        room.wait(0)
    assert room.now_ms == began
    assert all(late == (seat == player - 1) for seat, _, late in moves_of(room)[at:])
    shown = room.seen()
    assert shown.last is not None
    assert facing or len(shown.last.board) == 5, "who could check has seen the river"
    assert not facing or shown.last.winnings[0][1] == 2 - player, "who could not has lost the pot"
    assert not seat_of(shown, player).is_in
    assert sum(one.stack for one in shown.seats) + shown.last.rake == 2 * BUY_IN
    room.wait(10 * TIMING.pause_ms)
    assert room.seen().hand == 1, "one who sits out is not dealt in"


@at_each_decision
def test_one_who_is_there_has_the_time_of_a_decision_and_the_bank(at: int, raised: bool) -> None:
    room = played_to(at, raised=raised)
    shown = room.seen()
    player, until = decides(shown)
    assert shown.turn is not None
    assert until == room.now_ms + TIMING.act_ms + TIMING.bank_ms_max
    room.wait(until - room.now_ms - 1)
    assert decides(room.seen()) == (player, until)
    room.wait(1)

    ends_by_the_rules(room, player, at, shown.turn.call)


@at_each_decision
def test_one_who_cannot_be_reached_has_more_time_once(at: int, raised: bool) -> None:
    room = played_to(at, raised=raised)
    shown = room.seen()
    player, until = decides(shown)
    assert shown.turn is not None
    reaches(room, player, is_here=False)
    assert seat_of(room.seen(), player).is_away
    room.wait(until - room.now_ms)
    assert decides(room.seen()) == (player, until + TIMING.away_ms)
    room.wait(TIMING.away_ms - 1)
    assert decides(room.seen()) == (player, until + TIMING.away_ms)
    room.wait(1)

    ends_by_the_rules(room, player, at, shown.turn.call)


@at_each_decision
def test_one_who_is_back_in_time_makes_the_move(at: int, raised: bool) -> None:
    room = played_to(at, raised=raised)
    player, until = decides(room.seen())
    reaches(room, player, is_here=False)
    room.wait(until - room.now_ms + TIMING.away_ms - 1)
    room.start()
    reaches(room, player, is_here=True)
    answer = room.acts("call")

    assert answer.t == "done"
    assert moves_of(room)[at] == (player - 1, "call", False)
    assert seat_of(room.seen(), player).is_in


@at_each_decision
def test_one_who_leaves_is_not_waited_for_and_is_paid_when_the_hand_is_over(at: int, raised: bool) -> None:
    room = played_to(at, raised=raised)
    shown = room.seen()
    player, _ = decides(shown)
    assert shown.turn is not None
    before = room.cash(player)
    room.asks(player, PokerLeave(id=room.new_id(), table=TABLE))
    began = room.now_ms
    room.wait(0)
    assert moves_of(room)[at] == (player - 1, "fold" if shown.turn.call else "call", True)
    while room.seen().turn is not None:
        assert room.acts("call").t == "done"
        room.wait(0)
    assert room.now_ms == began
    last = room.seen().last
    assert last is not None
    room.wait(TIMING.pause_ms)

    assert [one.player for one in room.seen().seats] == [3 - player]
    assert room.cash(player) == before + dict(last.stacks)[player - 1]


@at_each_decision
def test_a_move_that_comes_too_late_is_refused_and_changes_nothing(at: int, raised: bool) -> None:
    room = played_to(at, raised=raised)
    shown = room.seen()
    player, until = decides(shown)
    assert shown.turn is not None
    act = PokerAct(id=room.new_id(), table=TABLE, hand=1, move=shown.turn.move, kind="call")
    room.wait(until - room.now_ms)
    before = moves_of(room)
    answer = room.asks(player, act)

    if shown.turn.call:
        assert answer.code.name in ("OUT_OF_TURN", "BETTING_CLOSED")
    assert moves_of(room) == before


def test_the_cards_of_a_hand_that_everybody_has_left_are_the_same_after_a_crash() -> None:
    room = played_to(3, raised=True)
    player, until = decides(room.seen())
    cards = room.seen(player).cards
    room.start()

    assert room.seen(player).cards == cards
    assert decides(room.seen()) == (player, until)
    assert room.host.cells[Ref("table", TABLE)].actor is not None
