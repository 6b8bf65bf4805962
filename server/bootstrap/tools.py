"""What a tool needs of a platform that it does not run: questions about the past."""

import contextlib
from collections.abc import AsyncIterator, Sequence

from persistence.postgres.database import Address
from persistence.postgres.fleet import open_fleet
from server.queries import LedgerQueries


@contextlib.asynccontextmanager
async def open_queries(addresses: Sequence[Address], *, shards: int) -> AsyncIterator[LedgerQueries]:
    """Questions about the past for a tool, beside a running server or without one: of all databases of a platform."""
    fleet = await open_fleet(addresses, shards=shards)
    try:
        yield LedgerQueries(fleet.ledgers, ())
    finally:
        await fleet.close()
