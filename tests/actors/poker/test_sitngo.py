"""A table of sit-and-gos on a host: money for a place, and prizes back."""

from random import Random
from typing import Any

import msgpack
import pytest
from pokerkit import HandHistory

from protocol.commands import Asked, Reached
from protocol.errors import Code, Refusal
from protocol.games.poker import PokerAct, PokerAway, PokerLeave, PokerSit, PokerTopUp
from protocol.games.sitngo import SitngoRegister, SitngoUnregister
from protocol.ids import PlayerId
from protocol.records import Transfer, TransferKind
from protocol.replies import Done
from tests.support.cardroom import REF, TABLE, CardRoom
from tests.support.poker import TIMING
from tests.support.sitngo import STRUCTURE
from tests.support.sitngo_room import ANN, BEN, CASH, CAT, DAN, HANDS_MAX, PLAYERS, PRICE, Room


@pytest.fixture
def room() -> Room:
    return Room()


def codes(answers: list[Any]) -> list[Code | None]:
    return [one.code if isinstance(one, Refusal) else None for one in answers]


def test_one_who_registers_has_paid_in_one_batch(room: Room) -> None:
    before = len(room.batches)
    answer = room.registers(ANN)

    assert (answer["t"], answer["amount"], answer["available"]) == ("sitngo.registered", PRICE, CASH - PRICE)
    assert (room.cash(ANN), room.escrow, room.house) == (CASH - PRICE, PRICE, 0)
    [moved] = [one for one in room.batches[-1].records if isinstance(one, Transfer)]
    assert (moved.kind, moved.amount) == (TransferKind.BUY_IN, PRICE)
    assert len(room.batches) == before + 1
    [seat] = room.seen().seats
    assert (seat.player, seat.seat, seat.stack) == (ANN, answer["seat"], 0)


def test_one_who_unregisters_has_all_of_it_back(room: Room) -> None:
    room.registers(ANN)
    leaves = SitngoUnregister(id=room.new_id(), table=TABLE)

    assert type(room.asks(ANN, leaves)) is Done
    assert type(room.asks(ANN, leaves)) is Done
    assert (room.cash(ANN), room.escrow, room.seen().seats) == (CASH, 0, ())
    room.began()
    assert room.tournament.number == 1


def test_the_same_request_again_has_the_same_answer_and_no_other_effect(room: Room) -> None:
    register = SitngoRegister(id=room.new_id(), table=TABLE)
    first = room.asks(ANN, register)
    assert room.asks(ANN, register) == first
    room.start()
    assert room.asks(ANN, register) == first
    room.asks(ANN, SitngoUnregister(id=room.new_id(), table=TABLE))

    assert room.asks(ANN, register) == first
    assert (room.cash(ANN), room.seen().seats) == (CASH, ())


def test_when_all_seats_are_taken_it_begins_and_the_fees_are_the_houses(room: Room) -> None:
    room.began()
    tournament = room.tournament

    assert (tournament.phase, tournament.left, tournament.prizes) == ("playing", 3, (2_001, 999, 0))
    assert (room.house, room.escrow) == (3 * STRUCTURE.fee, STRUCTURE.pool)
    assert {one.stack for one in room.seen().seats} == {STRUCTURE.chips}
    assert sorted(one.seat for one in room.seen().seats) == [0, 1, 2]
    [taken] = [one for one in room.batches[-1].records if isinstance(one, Transfer) and one.kind == TransferKind.RAKE]
    assert taken.amount == 3 * STRUCTURE.fee
    assert (tournament.next_level_hand, tournament.next_level_at_ms) == (5, None)


def test_seats_are_drawn() -> None:
    seats = set()
    for draw in range(12):
        room = Room()
        room.rng = Random(draw)
        room.start()
        seats.add(room.registers(ANN)["seat"])

    assert seats == {0, 1, 2}


def test_whatever_is_wrong_is_refused_and_moves_no_money(room: Room) -> None:
    def at(request: type[Any], **more: Any) -> Any:
        return request(id=room.new_id(), table=TABLE, **more)

    room.registers(ANN)
    early = [
        room.asks(ANN, at(SitngoRegister)),
        room.asks(ANN, at(PokerTopUp, amount=100)),
        room.asks(ANN, at(PokerLeave)),
        room.asks(ANN, at(PokerAway)),
        room.asks(BEN, at(PokerSit, seat=1, amount=PRICE)),
        room.asks(ANN, at(PokerAct, hand=1, move=0, kind="call")),
    ]
    assert codes(early) == [Code.ILLEGAL_STEP] * 5 + [Code.BETTING_CLOSED]
    for player in (BEN, CAT):
        room.registers(player)
    money = room.money()
    late = [
        room.asks(DAN, at(SitngoRegister)),
        room.asks(ANN, at(SitngoRegister)),
        room.asks(ANN, at(SitngoUnregister)),
        room.asks(ANN, at(PokerTopUp, amount=100)),
        room.asks(ANN, at(PokerLeave)),
        room.asks(ANN, at(PokerAway)),
        room.asks(DAN, at(PokerAct, hand=1, move=0, kind="call")),
    ]

    assert codes(late) == [Code.TABLE_FULL] + [Code.ILLEGAL_STEP] * 5 + [Code.NOT_SEATED]
    assert room.money() == money


def test_one_who_has_not_the_money_takes_no_part_not_even_later_by_the_same_id(room: Room) -> None:
    poor = PlayerId(9)
    room.open(poor, PRICE - 1)
    register = SitngoRegister(id=room.new_id(), table=TABLE)
    first = room.asks(poor, register)

    assert codes([first]) == [Code.INSUFFICIENT_FUNDS]
    assert room.asks(poor, register) == first
    assert room.seen().seats == ()


def test_a_cash_table_takes_no_registrations() -> None:
    cash = CardRoom()
    cash.open(ANN)

    assert codes([cash.registers(ANN), cash.asks(ANN, SitngoUnregister(id=cash.new_id(), table=TABLE))]) == [
        Code.ILLEGAL_STEP,
        Code.ILLEGAL_STEP,
    ]
    assert (cash.cash(ANN), cash.seen().tournament) == (10_000, None)


def test_of_four_who_register_at_once_three_are_taken_and_one_pays_nothing(room: Room) -> None:
    answers = [room.post(REF, Asked(player, "x", SitngoRegister(id=room.new_id(), table=TABLE))) for player in PLAYERS]
    room.settle()

    assert codes([one for [one] in answers]) == [None, None, None, Code.TABLE_FULL]
    assert (room.cash(DAN), room.tournament.phase) == (CASH, "playing")


def test_prizes_are_paid_when_a_place_is_taken_and_then_the_table_takes_registrations_anew(room: Room) -> None:
    room.began()
    room.ends(Random(4))
    finished = room.tournament.finished

    assert [one.place for one in finished] == [3, 2, 1]
    assert sum(one.prize for one in finished) == STRUCTURE.pool
    for one in finished:
        assert room.cash(PlayerId(one.player)) == CASH - PRICE + one.prize
    assert (room.escrow, room.house) == (0, 3 * STRUCTURE.fee)
    room.began()
    assert room.tournament.number == 2


def test_the_absent_are_dealt_in_and_folded_until_it_is_over(room: Room) -> None:
    room.began()
    for player in (ANN, BEN, CAT):
        room.post(REF, Reached(player, False))
    room.settle()
    room.wait(3 * (TIMING.act_ms + TIMING.bank_ms_max) + HANDS_MAX * (2 * TIMING.absent_ms + TIMING.pause_ms))

    assert room.tournament.phase == "registering"
    assert room.escrow == 0
    assert sum(room.money()) == 4 * CASH


def test_every_hand_is_written_down_with_its_chips_and_antes() -> None:
    room = Room(level_hands=1)
    room.began()
    room.wait(TIMING.pause_ms)
    room.plays("fold")
    room.plays("fold")
    room.ends(Random(11))
    texts = [
        msgpack.unpackb(row.outcome)["phh"] for row in room.ledger.tables.rounds.values() if row.outcome is not None
    ]

    assert len(texts) > 1
    assert all("currency" not in text for text in texts)
    for text in texts:
        history = HandHistory.loads(text)
        *_, end = history
        assert end.stacks == history.finishing_stacks
        assert sum(end.stacks) == STRUCTURE.chips * STRUCTURE.seats
    assert [set(HandHistory.loads(text).antes) for text in texts][1] == {25}
