"""How tables wake up."""

from collections.abc import Mapping, Sequence
from typing import Any

from actors.fairness.seal import Sealer, round_seed
from actors.games.interface import TableGame
from actors.jackpots.plan import Entries
from actors.runtime.actor import Actor
from actors.runtime.ref import Ref
from actors.table.journal import read_event
from actors.table.memory import apply_event, load_memory
from actors.table.table import Table
from persistence.interfaces import JournalRow, Ledger, RoundRow, Unavailable
from protocol.ids import TableId
from protocol.money import Asset


class TableKind:
    """Tables from their snapshot and the events after it; their rounds go on with the seeds they were committed to."""

    def __init__(
        self,
        tables: Mapping[str, tuple[TableGame[Any], Any]],
        assets: Sequence[Asset],
        sealer: Sealer,
        jackpots: Entries | None = None,
    ) -> None:
        """`jackpots` says which games are in one."""
        self._jackpots = jackpots or Entries()
        self._tables = tables
        self._assets = {asset.code: asset for asset in assets}
        self._sealer = sealer

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`. A table that is not configured does not exist.

        Raises `StoreError`; `Unavailable` also when another owner of the shard writes meanwhile.
        """
        known = [ref for ref in refs if ref.key in self._tables]
        journals = await ledger.load_journals([str(ref) for ref in known])
        rounds = await ledger.newest_rounds([str(ref.key) for ref in known])
        return {ref: self._table(str(ref.key), journals[str(ref)], rounds.get(str(ref.key))) for ref in known}

    def _table(self, key: str, journal: JournalRow, newest: RoundRow | None) -> Table:
        game, rules = self._tables[key]
        memory = load_memory(game, rules, journal.snapshot_n, journal.snapshot)
        for n, event in journal.events:
            apply_event(game, memory, read_event(event))
            memory.n = n
        server_seed = None
        if game.wants_seed(memory.game):
            number = game.round(memory.game)
            if newest is None or newest.round != number or newest.outcome is not None:
                # Journal and rounds are read one after the other: only another owner can write between the two.
                raise Unavailable(f"table {key}: somebody else goes on with round {number}")
            server_seed = self._sealer.open(newest.sealed, round_seed(TableId(key), number))
        jackpot = self._jackpots.plan_of(game.name, rules.asset)
        return Table(game, rules, memory, server_seed, self._assets[rules.asset], self._sealer, jackpot)
