"""A table whose settings change between two starts: what was begun goes on by what it was begun with."""

from dataclasses import replace

import pytest

from actors.games.poker.rules import BadRules, Rake, Rules
from actors.poker.memory import load_memory
from protocol.games.poker import PokerLeave
from protocol.ids import PlayerId
from protocol.replies import Done
from tests.support.cardroom import RULES, TABLE, CardRoom
from tests.support.poker import TIMING
from tests.support.sitngo import STRUCTURE, sitngo_rules

ANN, BEN, CAT = PlayerId(1), PlayerId(2), PlayerId(3)
DEARER = replace(RULES, small_blind=100, big_blind=400, buy_in_min=2_000, rake=Rake(0, 0))


@pytest.fixture
def room() -> CardRoom:
    room = CardRoom()
    for player, seat in ((ANN, 0), (BEN, 1)):
        room.open(player)
        room.sits(player, seat)
    room.wait(TIMING.pause_ms)
    return room


def restarted(room: CardRoom, rules: Rules) -> CardRoom:
    """Another process with other settings on the same ledger."""
    after = CardRoom(ledger=room.ledger, rules=rules)
    after.now_ms = room.now_ms
    after.start()
    return after


@pytest.mark.parametrize("restarts", range(5))
def test_a_hand_goes_on_by_the_blinds_and_the_rake_that_it_was_opened_with(room: CardRoom, restarts: int) -> None:
    """The restart is before any of its moves, or after the last, where the hand is still to be played again."""
    for number, move in enumerate([("raise", 250), ("call", 0), ("raise", 750), ("call", 0)]):
        if number == restarts:
            room = restarted(room, DEARER)
        assert isinstance(room.acts(*move), Done), number
    if restarts == 4:
        room = restarted(room, DEARER)

    assert (room.house, room.escrow) == (100, 1_900)
    assert sum(one.stack for one in room.seen().seats) == 1_900
    for player in (ANN, BEN):
        room.asks(player, PokerLeave(id=room.new_id(), table=TABLE))
    assert (room.cash(ANN) + room.cash(BEN), room.escrow) == (19_900, 0)


def test_the_next_hand_is_for_the_new_blinds(room: CardRoom) -> None:
    room.acts("fold")
    room = restarted(room, DEARER)
    first = room.seen()
    room.wait(TIMING.pause_ms)
    room.acts("fold")
    room.wait(TIMING.pause_ms)

    assert room.seen().hand == first.hand + 2
    assert max(one.bet for one in room.seen().seats) == DEARER.big_blind


def test_chips_of_a_cash_game_are_not_played_in_a_tournament(room: CardRoom) -> None:
    journal = room.ledger.tables.snapshots
    assert journal
    snapshot = next(row.state for name, row in journal.items() if str(name) == f"table:{TABLE}")

    with pytest.raises(BadRules, match="need a table of their own"):
        load_memory(sitngo_rules(), 1, snapshot, None)


def test_a_clock_that_is_behind_the_beginning_has_the_first_level() -> None:
    timed = replace(STRUCTURE, level_hands=0, level_ms=1_000)

    assert timed.level_at(0, -1) == timed.level_at(99, -50_000) == 0
