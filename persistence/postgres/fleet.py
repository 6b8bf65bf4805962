"""All databases of a platform, opened: which one has what, who is who, and the currencies known alike in each.

Players are registered in the first database, whatever shard they are on: there an identity is unique, and so is the
number that it gets. What a player then does is in the database of the player's shard.
"""

from collections.abc import Sequence
from typing import Final

import asyncpg

from persistence.interfaces import Rejected
from persistence.ledgers import Ledgers
from persistence.postgres.database import Address, open_pool
from persistence.postgres.ledger import PostgresLedger
from persistence.postgres.players import PostgresPlayers
from persistence.postgres.pools import let_go
from protocol.money import Asset
from protocol.shards import Partition

__all__ = ["Fleet", "open_fleet"]

REGISTER_CONNECTIONS_MAX: Final = 4


class Fleet:
    """The databases of a platform; `close` lets go of them, soon."""

    def __init__(self, addresses: Sequence[Address], partition: Partition, pools: Sequence[asyncpg.Pool]) -> None:
        self.addresses = tuple(addresses)
        self.partition = partition
        self.postgres = tuple(PostgresLedger(address.dsn) for address in addresses)
        self.ledgers = Ledgers(partition, self.postgres)
        self._pools = tuple(pools)
        self._registers = tuple(PostgresPlayers(pool) for pool in pools)

    @property
    def players(self) -> PostgresPlayers:
        """Who is who: the register's."""
        return self._registers[0]

    async def define_assets(self, assets: Sequence[Asset]) -> None:
        """See that each database knows the assets by these numbers and scales. Raises `Rejected` as `Players` does."""
        for part in range(len(self.addresses)):
            await self.define_assets_in(part, assets)

    async def define_assets_in(self, part: int, assets: Sequence[Asset]) -> None:
        """The same for one database, whatever became of the others."""
        try:
            await self._registers[part].define_assets(assets)
        except Rejected as error:
            several = len(self.addresses) > 1
            raise Rejected(f"{self.addresses[part].name}: {error}" if several else str(error)) from error

    async def close(self) -> None:
        """Let go of every connection."""
        for ledger in self.postgres:
            await ledger.close()
        for pool in self._pools:
            await let_go(pool)


async def open_fleet(addresses: Sequence[Address], *, shards: int) -> Fleet:
    """Open databases that were prepared. Connections are made when they are needed."""
    partition = Partition(shards, tuple(address.shards for address in addresses))
    pools = [await open_pool(address.dsn, connections_max=REGISTER_CONNECTIONS_MAX) for address in addresses]
    return Fleet(addresses, partition, pools)
