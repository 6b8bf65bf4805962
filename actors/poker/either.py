"""How tables wake up of which some are of poker: both kinds of actors are named alike, and told apart by their keys."""

from collections.abc import Container, Sequence

from actors.runtime.actor import Actor, Kind
from actors.runtime.ref import Ref
from persistence.interfaces import Ledger


class EitherTable:
    """Poker tables are made by the one kind, all others by the other."""

    def __init__(self, poker_tables: Container[str], poker: Kind, others: Kind) -> None:
        self._poker_tables = poker_tables
        self._poker = poker
        self._others = others

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`."""
        poker = [ref for ref in refs if ref.key in self._poker_tables]
        others = [ref for ref in refs if ref.key not in self._poker_tables]
        found = await self._poker.load(ledger, poker) if poker else {}
        return {**found, **(await self._others.load(ledger, others) if others else {})}
