"""The databases that a tool looks at: those of the configuration, or else the one of the data dir."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from protocol.shards import ShardRange
from server.config import Config

if TYPE_CHECKING:
    from persistence.postgres.database import Address

__all__ = ["opened_databases"]


@asynccontextmanager
async def opened_databases(config: Config, *, create: bool = False) -> "AsyncIterator[list[Address]]":
    """Yield their addresses, by their shards; a data dir's engine runs meanwhile, if no server runs it.

    `create` makes a data dir's database if there is none. Raises EngineError.
    """
    from persistence.embedded import opened_database
    from persistence.postgres.database import Address
    from server.bootstrap import addresses_of

    if config.databases:
        yield addresses_of(config)
        return
    async with opened_database(config.data_dir, create=create) as dsn:
        yield [Address(ShardRange.whole(config.shards), dsn)]
