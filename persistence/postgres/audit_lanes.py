"""Connections of an audit: all of a database see one moment of it, and nothing is written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import asyncpg

from persistence import migrations
from persistence.interfaces import StoreError
from persistence.postgres.migrate import MigrationError, status

__all__ = ["AuditImpossible", "Lanes", "opened_lanes"]

CONNECT_SECONDS_MAX: Final = 10.0
WORK_MEM_MIB: Final = 192
WORKERS_PER_QUERY_MAX: Final = 2
_SETTINGS: Final = {
    "application_name": "croupier audit",
    "jit": "off",
    "max_parallel_workers_per_gather": str(WORKERS_PER_QUERY_MAX),
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0.01",
    "statement_timeout": "0",
    "work_mem": f"{WORK_MEM_MIB}MB",
}

Lanes = asyncio.Queue[asyncpg.Connection]
"""Whoever asks something takes a connection out meanwhile."""


class AuditImpossible(StoreError):
    """A database cannot be reached, has no ledger of this version in it, or is not the one that it should be."""


@asynccontextmanager
async def opened_lanes(dsn: str, *, connections: int) -> AsyncIterator[Lanes]:
    """Connections that all see the same moment of the ledger. Raises AuditImpossible when there is none."""
    lanes: Lanes = asyncio.Queue()
    async with AsyncExitStack() as stack:
        snapshot = None
        for _ in range(connections):
            connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS_MAX, server_settings=_SETTINGS)
            stack.push_async_callback(connection.close)
            if snapshot is None:
                await _see_that_there_is_a_ledger(connection)
            await stack.enter_async_context(connection.transaction(isolation="repeatable_read", readonly=True))
            if snapshot is None:
                snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            else:
                await connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            lanes.put_nowait(connection)
        yield lanes


async def _see_that_there_is_a_ledger(connection: Any) -> None:
    try:
        listed = await status(connection, migrations.folder())
    except MigrationError as error:
        raise AuditImpossible(str(error)) from error
    pending = [one for one in listed if one.applied_at is None]
    if len(pending) == len(listed):
        raise AuditImpossible("there is no ledger in this database")
    if pending:
        raise AuditImpossible(
            f"the database lacks migration {pending[0].number:04}_{pending[0].name}: migrate it first"
        )
