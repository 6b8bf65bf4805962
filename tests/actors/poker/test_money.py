"""Chips are bought and paid back exactly once, wherever the host dies and whatever answer is lost."""

from collections.abc import Callable

import pytest

from actors.runtime.host import HostLimits
from protocol.commands import Asked
from protocol.errors import Code, Refusal
from protocol.games.poker import PokerLeave, PokerSit, PokerTopUp
from protocol.ids import PlayerId
from protocol.model import Request
from tests.support.cardroom import REF, TABLE, CardRoom
from tests.support.poker import TIMING

ANN, BEN = PlayerId(1), PlayerId(2)
Die = Callable[[CardRoom], None]


def before_the_batch(room: CardRoom) -> None:
    """Nothing was written."""


def with_the_batch(room: CardRoom) -> None:
    """What was decided is lost."""
    room.host.take_batch()


def after_the_batch(room: CardRoom) -> None:
    """It is written, and nobody was told."""
    room.seal()


def after_a_batch_and_the_next(room: CardRoom) -> None:
    """What came of the answers is written, too."""
    room.commit()
    room.load()
    room.look_up()
    room.seal()


DEATHS = [before_the_batch, with_the_batch, after_the_batch, after_a_batch_and_the_next]


@pytest.fixture
def room() -> CardRoom:
    room = CardRoom()
    for player in (ANN, BEN):
        room.open(player)
    return room


def asked_and_dead(room: CardRoom, player: PlayerId, request: Request, die: Die) -> None:
    """A request is on its way when the host dies, and another goes on."""
    room.post(REF, Asked(player, f"player {player}", request))
    room.load()
    room.look_up()
    die(room)
    room.start()


@pytest.mark.parametrize("die", DEATHS)
def test_a_seat_is_bought_once(room: CardRoom, die: Die) -> None:
    sit = PokerSit(id=room.new_id(), table=TABLE, seat=3, amount=1_000)
    asked_and_dead(room, ANN, sit, die)
    answer = room.asks(ANN, sit)

    assert (answer["t"], answer["seat"], answer["amount"]) == ("poker.bought", 3, 1_000)
    assert (room.cash(ANN), room.escrow) == (9_000, 1_000)
    assert [(one.seat, one.stack) for one in room.seen().seats] == [(3, 1_000)]


@pytest.mark.parametrize("die", DEATHS)
def test_chips_are_added_once(room: CardRoom, die: Die) -> None:
    room.sits(ANN, 0)
    more = PokerTopUp(id=room.new_id(), table=TABLE, amount=700)
    asked_and_dead(room, ANN, more, die)
    room.asks(ANN, more)

    assert (room.cash(ANN), room.escrow) == (8_300, 1_700)
    assert [one.stack for one in room.seen().seats] == [1_700]


@pytest.mark.parametrize("die", DEATHS)
def test_chips_are_paid_back_once(room: CardRoom, die: Die) -> None:
    room.sits(ANN, 0)
    leave = PokerLeave(id=room.new_id(), table=TABLE)
    asked_and_dead(room, ANN, leave, die)
    room.asks(ANN, leave)
    room.asks(ANN, leave)

    assert (room.cash(ANN), room.escrow, room.seen().seats) == (10_000, 0, ())


@pytest.mark.parametrize("die", DEATHS)
def test_a_seat_that_was_refused_stays_refused(room: CardRoom, die: Die) -> None:
    room.sits(BEN, 3)
    sit = PokerSit(id=room.new_id(), table=TABLE, seat=3, amount=1_000)
    asked_and_dead(room, ANN, sit, die)
    assert room.asks(ANN, sit).code == Code.ILLEGAL_STEP
    room.asks(BEN, PokerLeave(id=room.new_id(), table=TABLE))

    assert room.asks(ANN, sit).code == Code.ILLEGAL_STEP
    assert (room.cash(ANN), room.seen().seats) == (10_000, ())


def test_nobody_has_two_seats_nor_a_seat_that_somebody_is_buying(room: CardRoom) -> None:
    answers = [
        room.post(REF, Asked(player, "x", PokerSit(id=room.new_id(), table=TABLE, seat=seat, amount=1_000)))
        for player, seat in ((ANN, 0), (ANN, 1), (BEN, 0))
    ]
    room.settle()
    codes = [one.code if isinstance(one, Refusal) else None for [one] in answers]

    assert codes == [None, Code.ILLEGAL_STEP, Code.ILLEGAL_STEP]
    assert (room.cash(ANN), room.cash(BEN), room.escrow) == (9_000, 10_000, 1_000)


def test_the_last_hand_is_there_after_a_crash_and_its_winner_may_still_show(room: CardRoom) -> None:
    for seat, player in enumerate((ANN, BEN)):
        room.sits(player, seat)
    room.wait(TIMING.pause_ms)
    room.acts("fold")
    before = room.seen().last
    room.start()

    assert before is not None
    assert room.seen().last == before
    assert room.table is not None
    hidden = room.table.memory.state.hidden
    assert {len(cards) for cards in hidden.values()} == {2}


def test_what_the_rules_refuse_is_answered_although_nobody_can_look_the_id_up() -> None:
    room = CardRoom(limits=HostLimits(lookups_max=0))
    room.open(ANN)
    too_many = PokerTopUp(id=room.new_id(), table=TABLE, amount=50_000)
    room.sits(ANN, 0)
    room.start()

    assert room.asks(ANN, too_many).code == Code.OVERLOADED


def test_what_is_asked_for_again_before_its_wallet_has_answered_is_answered_as_often(room: CardRoom) -> None:
    sit = PokerSit(id=room.new_id(), table=TABLE, seat=0, amount=1_000)
    room.start()
    answers = [room.post(REF, Asked(ANN, "ann", sit)) for _ in range(3)]
    room.settle()

    assert [[one["t"] for one in said] for said in answers] == [["poker.bought"]] * 3
    assert (room.cash(ANN), room.escrow) == (9_000, 1_000)


def test_a_full_table_refuses_a_seat_for_good(room: CardRoom) -> None:
    for seat, player in enumerate(map(PlayerId, range(10, 16))):
        room.open(player)
        room.sits(player, seat)
    sit = PokerSit(id=room.new_id(), table=TABLE, seat=3, amount=1_000)
    first = room.asks(ANN, sit)
    room.asks(PlayerId(13), PokerLeave(id=room.new_id(), table=TABLE))

    assert first.code == Code.ILLEGAL_STEP
    assert room.asks(ANN, sit) == first, "although the seat is free by now, and the request may have come late"
    assert room.cash(ANN) == 10_000


def test_an_id_is_that_of_the_request_that_was_answered_and_not_of_one_that_waits(room: CardRoom) -> None:
    room.sits(ANN, 0)
    room.seal()
    used = room.new_id()
    first, other = (PokerTopUp(id=used, table=TABLE, amount=amount) for amount in (300, 400))
    room.asks(ANN, first)
    room.start()
    room.now_ms += 1
    said = [room.post(REF, Asked(ANN, "ann", request)) for request in (other, first, other)]
    room.settle()

    codes = [[one.code if isinstance(one, Refusal) else one["amount"] for one in answers] for answers in said]
    assert codes == [[Code.ID_REUSED], [300], [Code.ID_REUSED]]
    assert (room.cash(ANN), room.escrow) == (8_700, 1_300)
