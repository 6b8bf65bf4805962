"""Reads from a poker table's journal what money is on it, for whoever compares that with the ledger.

In a cash game that are its chips; of a tournament, what was paid for it and is not paid out: its chips are no money.
Each event says by itself how much came or went, so the hands need not be played again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgpack

from actors.games.poker.events import ChipsAdded, SeatLeft, SeatTaken
from actors.games.poker.tournament_events import PlayerOut, Registered, TournamentBegan, Unregistered
from actors.poker.journal import Bought, Buying, Owed, Paid, Raked, TableEvent, read_event
from persistence.interfaces import JournalRow, TableChips
from protocol.ids import CommandId


@dataclass(slots=True)
class _Count:
    chips: int = 0
    buying: dict[CommandId, tuple[int, int]] = field(default_factory=dict)
    owed: dict[CommandId, int] = field(default_factory=dict)

    def add(self, n: int, event: TableEvent) -> None:
        """One more event, with its number."""
        match event:
            case SeatTaken(stack=amount) | ChipsAdded(amount=amount) | Registered(paid=amount):
                self.chips += amount
            case SeatLeft(amount=amount) | Raked(amount=amount):
                self.chips -= amount
            case Unregistered(paid=amount) | TournamentBegan(fees=amount) | PlayerOut(prize=amount):
                self.chips -= amount
            case Buying(id=command, amount=amount):
                self.buying[command] = n, amount
            case Bought(id=command):
                self.buying.pop(command, None)
            case Owed(id=command, amount=amount):
                self.owed[command] = amount
            case Paid(id=command):
                self.owed.pop(command, None)


class ChipsReader:
    """Knows the configured poker tables, by the numbers of their assets."""

    def __init__(self, tables: Mapping[str, int]) -> None:
        self._tables = tables

    @property
    def tables(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(self._tables)

    def read(self, table: str, journal: JournalRow) -> TableChips:
        """The chips of a table. Raises whatever is raised by bytes that are not understood."""
        count = _Count()
        if journal.snapshot is not None:
            memory = msgpack.unpackb(journal.snapshot, use_list=False, strict_map_key=False)
            count.chips = _chips_in(msgpack.unpackb(memory["state"], use_list=False, strict_map_key=False))
            for n, fields in memory["buying"]:
                count.add(n, Buying(*fields))
            for n, fields in memory["owed"]:
                count.add(n, Owed(*fields))
        for n, event in journal.events:
            count.add(n, read_event(event))
        return TableChips(self._tables[table], count.chips, count.buying, count.owed)


def _chips_in(state: Mapping[str, Any]) -> int:
    """Of the state in a snapshot: see `actors.games.poker.state.dump`."""
    if state.get("tournament"):
        (_, money, *_), _ = state["tournament"]
        return int(money)
    entrants = dict(one[:2] for one in state["deal"][-1]) if state["deal"] else {}
    chips = sum(entrants.values())
    for number, (_, _, stack, _, _, _, added, *_) in state["seats"]:
        chips += added + (0 if number in entrants else stack)
    return chips
