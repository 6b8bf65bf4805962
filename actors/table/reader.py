"""Reads from a table's journal which bets it knows, for whoever compares it with the wallets' books."""

from collections.abc import Mapping
from typing import Any

from actors.games.interface import TableGame
from actors.table.journal import read_event
from actors.table.memory import apply_event, load_memory
from persistence.interfaces import JournalRow, TableBets


class TableReader:
    """Knows the configured tables, by their games and rules."""

    def __init__(self, tables: Mapping[str, tuple[TableGame[Any], Any]]) -> None:
        self._tables = tables

    def read(self, table: str, journal: JournalRow) -> TableBets | None:
        """The bets of a table's memory; nothing for a table that is not configured.

        Raises whatever a memory raises that is not understood.
        """
        if table not in self._tables:
            return None
        game, rules = self._tables[table]
        memory = load_memory(game, rules, journal.snapshot_n, journal.snapshot)
        for _, event in journal.events:
            apply_event(game, memory, read_event(event))
        standing = {bet: (placed.player, placed.stake) for bet, placed in game.bets(memory.game).items()}
        return TableBets(standing, dict(memory.owed))
