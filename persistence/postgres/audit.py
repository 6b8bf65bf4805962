"""The auditor: derives every invariant of the ledger again from its rows, beside a running server or without one.

All questions are asked of one snapshot, on a few connections at once, and nothing is written. Sums of the big tables
are taken in one pass each (`audit_queries`); whether every bet has its transfers and its hold is decided by comparing
salted fingerprints of both sides, and only where these differ are the rows themselves joined, to name those at fault.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from persistence import migrations
from persistence.interfaces import StoreError
from persistence.postgres.audit_checks import CHECKS, Check
from persistence.postgres.audit_questions import Questions
from persistence.postgres.failures import DRIVER_ERRORS, failure
from persistence.postgres.migrate import MigrationError, status

__all__ = ["AuditImpossible", "Check", "Report", "audit"]

CONNECTIONS: Final = 2
CONNECT_SECONDS_MAX: Final = 10.0
EVIDENCE_MAX: Final = 20
WORK_MEM_MIB: Final = 192
WORKERS_PER_QUERY_MAX: Final = 2
_LONG: Final = frozenset({"statements", "draws"})
_SETTINGS: Final = {
    "application_name": "croupier audit",
    "jit": "off",
    "max_parallel_workers_per_gather": str(WORKERS_PER_QUERY_MAX),
    "parallel_setup_cost": "0",
    "parallel_tuple_cost": "0.01",
    "statement_timeout": "0",
    "work_mem": f"{WORK_MEM_MIB}MB",
}


class AuditImpossible(StoreError):
    """The database cannot be reached, or has no ledger of this version in it."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the audit of one moment found; `seconds` is how long it took."""

    checks: tuple[Check, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every invariant holds."""
        return all(check.ok for check in self.checks)


async def audit(dsn: str, *, salt: int, evidence_max: int = EVIDENCE_MAX) -> Report:
    """Check every invariant; at most `evidence_max` rows are named for each way of breaking one.

    `salt` is a 63-bit number that nobody could foresee, for the fingerprints. Raises AuditImpossible.
    """
    began = time.monotonic()
    try:
        async with _lanes(dsn) as lanes:
            ask = Questions(lanes, salt, evidence_max)
            async with asyncio.TaskGroup() as group:
                # What takes longest asks first, so that no connection is idle at the end.
                running = {name: group.create_task(CHECKS[name](ask)) for name in sorted(CHECKS, key=_is_short)}
                ask.survey_in(group)
    except* DRIVER_ERRORS as errors:
        error = _one_of(errors)
        raise AuditImpossible(str(failure("cannot audit", error))) from error
    return Report(tuple(Check(name, *running[name].result()) for name in CHECKS), time.monotonic() - began)


def _one_of(errors: ExceptionGroup[Exception]) -> Exception:
    error: Exception = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _is_short(name: str) -> bool:
    return name not in _LONG


@asynccontextmanager
async def _lanes(dsn: str) -> AsyncIterator["asyncio.Queue[asyncpg.Connection]"]:
    """Connections that all see the same moment of the ledger."""
    lanes: asyncio.Queue[asyncpg.Connection] = asyncio.Queue()
    async with AsyncExitStack() as stack:
        snapshot = None
        for _ in range(CONNECTIONS):
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
