"""Which shards a database has: decided when it is made, and for good, because it says where every key lives."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from persistence.interfaces import StoreError

if TYPE_CHECKING:
    from asyncpg import Connection, Record

__all__ = ["ShardCountDiffers", "ShardsDiffer", "prepare_shards"]


class ShardCountDiffers(StoreError):
    """The database was made for another number of shards than is configured."""

    def __init__(self, configured: int, found: int) -> None:
        self.configured = configured
        self.found = found
        super().__init__(
            f"the database was made with {found} shards and the configuration says {configured}:"
            f" set shards to {found}; the number cannot be changed afterwards"
        )


class ShardsDiffer(StoreError):
    """The database has as many shards as it should have, but not the same ones. `strange` are those it should not."""

    def __init__(self, strange: Collection[int]) -> None:
        self.strange = strange
        super().__init__(f"the database has shards that belong elsewhere: {sorted(strange)}")


async def prepare_shards(connection: "Connection[Record]", shards: Collection[int]) -> None:
    """Make the shards of a new database; leave one that has them as it is.

    Of several callers at once one makes them, and the others wait. Raises ShardCountDiffers, ShardsDiffer.
    """
    async with connection.transaction():
        # Conflicts with itself and with writers, so that "there are none" stays true until we commit.
        await connection.execute("LOCK TABLE shard IN SHARE ROW EXCLUSIVE MODE")
        found = {row[0] for row in await connection.fetch("SELECT id FROM shard")}
        if not found:
            await connection.execute("INSERT INTO shard (id) SELECT unnest($1::int[])", list(shards))
        elif len(found) != len(shards):
            raise ShardCountDiffers(len(shards), len(found))
        elif strange := found.difference(shards):
            raise ShardsDiffer(strange)
