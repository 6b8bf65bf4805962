"""What a tool needs of a platform that it does not run: its database, and questions about the past."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from persistence.embedded import opened_database
from persistence.postgres.ledger import PostgresLedger
from server.queries import LedgerQueries


@contextlib.asynccontextmanager
async def open_database(*, database_url: str | None, data_dir: Path) -> AsyncIterator[str]:
    """The DSN of a database for a tool: its own URL, or that of a data dir, whose engine is started if need be."""
    if database_url is not None:
        yield database_url
        return
    async with opened_database(data_dir) as dsn:
        yield dsn


@contextlib.asynccontextmanager
async def open_queries(*, database_url: str | None, data_dir: Path) -> AsyncIterator[LedgerQueries]:
    """Questions about the past for a tool, beside a running server or without one."""
    async with open_database(database_url=database_url, data_dir=data_dir) as dsn:
        ledger = PostgresLedger(dsn)
        try:
            yield LedgerQueries(ledger, ())
        finally:
            await ledger.close()
