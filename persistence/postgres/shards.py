"""How many shards a database has: decided when it is made, and for good, because it says where every key lives."""

from typing import TYPE_CHECKING

from persistence.interfaces import StoreError

if TYPE_CHECKING:
    from asyncpg import Connection, Record

__all__ = ["ShardCountDiffers", "prepare_shards"]


class ShardCountDiffers(StoreError):
    """The database was made for another number of shards than is configured."""

    def __init__(self, configured: int, found: int) -> None:
        self.configured = configured
        self.found = found
        super().__init__(
            f"the database was made with {found} shards and the configuration says {configured}:"
            f" set shards to {found}; the number cannot be changed afterwards"
        )


async def prepare_shards(connection: "Connection[Record]", shards: int) -> None:
    """Make the shards 0 to `shards` - 1 of a new database; leave one that has them as it is.

    Of several callers at once one makes them, and the others wait. Raises ShardCountDiffers.
    """
    async with connection.transaction():
        # Conflicts with itself and with writers, so that "there are none" stays true until we commit.
        await connection.execute("LOCK TABLE shard IN SHARE ROW EXCLUSIVE MODE")
        found = await connection.fetchval("SELECT count(*) FROM shard WHERE id = any($1::int[])", range(shards))
        total = await connection.fetchval("SELECT count(*) FROM shard")
        if total == 0:
            await connection.execute("INSERT INTO shard (id) SELECT generate_series(0, $1 - 1)", shards)
        elif not found == total == shards:
            raise ShardCountDiffers(shards, total)
