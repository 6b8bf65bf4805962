"""Sit-and-gos go on wherever the host dies: everybody is paid exactly once."""

from random import Random

import pytest

from protocol.games.sitngo import SitngoRegister, SitngoUnregister
from tests.support.cardroom import TABLE, CardRoom
from tests.support.poker import TIMING
from tests.support.sitngo import STRUCTURE, sitngo_rules
from tests.support.sitngo_room import ANN, BEN, CASH, CAT, DAN, PRICE, Room


@pytest.fixture
def room() -> Room:
    return Room()


def lived(dies_at: int | None) -> tuple[tuple[int, ...], int]:
    """A whole tournament, in which the host dies once; everybody's money then, and how many commits it took."""
    room = Room(dies_at)
    room.does(DAN, SitngoRegister(id=room.new_id(), table=TABLE))
    room.does(DAN, SitngoUnregister(id=room.new_id(), table=TABLE))
    room.began()
    for _ in range(2):
        room.wait(TIMING.pause_ms)
        room.plays("fold")
        room.plays("fold")
    room.wait(TIMING.pause_ms)
    room.plays("raise", 300)
    room.plays("call")
    room.wait(TIMING.act_ms + TIMING.bank_ms_max)
    room.ends(Random(6))
    room.settle()
    assert (room.escrow, room.house) == (0, 3 * STRUCTURE.fee)
    assert sum(room.money()) == 4 * CASH
    assert room.cash(DAN) == CASH
    prizes = sorted(room.cash(player) - CASH + PRICE for player in (ANN, BEN, CAT))
    assert prizes == sorted(STRUCTURE.prizes)
    return room.money(), room.commits


def test_wherever_the_host_dies_everybody_is_paid_once_and_nobody_twice() -> None:
    _, commits = lived(None)

    assert commits > 25
    for dies_at in range(5, commits + 1):
        lived(dies_at)


def test_a_hand_of_a_tournament_goes_on_after_a_crash_with_the_same_cards_and_turn(room: Room) -> None:
    room.began()
    room.wait(TIMING.pause_ms)
    room.plays("raise", 300)
    before, cards = room.seen(), room.seen(ANN).cards
    room.start()
    after = room.seen()

    assert room.seen(ANN).cards == cards != ()
    assert (after.turn, after.pot, after.seats, after.tournament) == (
        before.turn, before.pot, before.seats, before.tournament
    )  # fmt: skip


def test_a_tournament_goes_on_by_what_it_was_opened_with_though_the_table_offers_something_else() -> None:
    room = Room()
    room.registers(ANN)
    room.kinds = CardRoom(ledger=room.ledger, rules=sitngo_rules(entry=2_000, chips=9_000)).kinds
    room.start()
    assert room.tournament.entry == STRUCTURE.entry
    for player in (BEN, CAT):
        assert room.registers(player)["amount"] == PRICE
    assert {one.stack for one in room.seen().seats} == {STRUCTURE.chips}
    room.ends(Random(2))

    assert (room.tournament.entry, room.tournament.chips, room.escrow) == (2_000, 9_000, 0)
    assert room.registers(ANN)["amount"] == 2_000 + STRUCTURE.fee
