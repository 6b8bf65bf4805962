"""How many chips a table's journal says there are, at every commit, beside what the ledger has in escrow."""

from random import Random

import pytest

from actors.poker.reader import ChipsReader
from persistence.interfaces import TableChips
from protocol.games.poker import PokerAway, PokerBack, PokerLeave, PokerTopUp
from protocol.ids import PlayerId
from tests.support.cardroom import REF, TABLE, CardRoom
from tests.support.casino import PLAY
from tests.support.hand_driven import at_once
from tests.support.poker import TIMING

PLAYERS = [PlayerId(number) for number in (1, 2, 3)]


class Watched(CardRoom):
    """A card room whose journal is read after every commit."""

    counts = 0

    def seal(self):  # type: ignore[no-untyped-def]
        """Compare what was written."""
        batch = super().seal()
        if batch is not None:
            self.counts += 1
            known = self.read()
            assert known.chips + sum(known.owed.values()) == self.escrow
            assert known.buying == {}
        return batch

    def read(self) -> TableChips:
        """The chips by the journal."""
        journals = at_once(self.ledger.load_journals([str(REF)]))
        return ChipsReader({TABLE: PLAY.number}).read(TABLE, journals[str(REF)])


def plays(room: Watched, chance: Random) -> None:
    """Somebody does something, or time goes by."""
    shown, player = room.seen(), chance.choice(PLAYERS)
    drawn = chance.random()
    if shown.turn is not None and drawn < 0.6:
        turn = shown.turn
        if turn.raise_min is not None and chance.random() < 0.4:
            room.acts("raise", chance.choice([turn.raise_min, turn.raise_max or 0]))
        else:
            room.acts("call")
    elif shown.turn is None and drawn < 0.5:
        room.wait(TIMING.pause_ms)
    elif drawn < 0.8:
        room.sits(player, chance.randrange(3), 1_000)
    elif drawn < 0.9:
        words = [PokerTopUp(id=room.new_id(), table=TABLE, amount=500), PokerLeave(id=room.new_id(), table=TABLE)]
        words += [PokerAway(id=room.new_id(), table=TABLE), PokerBack(id=room.new_id(), table=TABLE, posts=True)]
        room.asks(player, chance.choice(words))
    elif drawn < 0.95:
        room.wait(chance.choice([TIMING.pause_ms, TIMING.act_ms + TIMING.bank_ms_max]))
    else:
        room.start()


@pytest.mark.parametrize("seed", range(4))
def test_at_every_commit_of_random_play_with_crashes_the_chips_are_what_is_in_escrow(seed: int) -> None:
    room, chance = Watched(), Random(seed)
    for player in PLAYERS:
        room.open(player, 30_000)
    for _ in range(120):
        plays(room, chance)

    assert room.counts > 40
    assert room.seen().hand > 1
    for player in PLAYERS:
        room.asks(player, PokerLeave(id=room.new_id(), table=TABLE))
    room.wait(10 * (TIMING.act_ms + TIMING.bank_ms_max))
    assert (room.escrow, room.read().chips) == (0, 0)
    assert sum(map(room.cash, PLAYERS)) + room.house == 90_000


def test_the_rake_of_a_hand_is_off_the_table_with_its_last_move() -> None:
    room = Watched()
    for number, player in enumerate(PLAYERS[:2]):
        room.open(player)
        room.sits(player, number, 1_000)
    room.wait(TIMING.pause_ms)
    room.acts("raise", 1_000)
    room.acts("call")

    assert room.house == 100
    assert room.read().chips == 1_900
