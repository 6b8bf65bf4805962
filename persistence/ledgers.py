"""Every ledger of a platform, and which of them has what: one for each database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from persistence.interfaces import BetRow, Ledger, Owner
from protocol.ids import BetId, PlayerId, ShardId
from protocol.shards import Partition

__all__ = ["Ledgers"]


@dataclass(frozen=True, slots=True)
class Ledgers:
    """Ledgers by the parts of a partition, in its order."""

    partition: Partition
    all: Sequence[Ledger]

    @classmethod
    def one(cls, ledger: Ledger) -> Self:
        """A ledger that has everything."""
        return cls(Partition.whole(1), (ledger,))

    def of_player(self, player: PlayerId) -> Ledger:
        """Where a player's accounts, bets, commands and seeds are."""
        return self.all[self.partition.of_player(player)]

    def of_table(self, table: str) -> Ledger:
        """Where a table's rounds and journal are."""
        return self.all[self.partition.of_table(table)]

    async def owners(self) -> dict[ShardId, Owner]:
        """Whose every shard is, each as of one moment of its ledger. Raises `Unavailable`."""
        return {shard: owner for ledger in self.all for shard, owner in (await ledger.owners()).items()}

    async def find_bets(self, bet: BetId, player: PlayerId | None) -> list[BetRow]:
        """The bet of this id: `player`'s, or whoever's.

        Ids are the clients' to make, and two players of two databases may have used the same one.
        """
        asked = self.all if player is None else [self.of_player(player)]
        found = [await ledger.find_bet(bet) for ledger in asked]
        return [one for one in found if one is not None]
