"""Brings a database's schema to the version of the code: numbered SQL files, each applied once, in order."""

import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

from persistence.postgres.migration_errors import (
    DatabaseNewer,
    DatabaseUnreachable,
    MigrationBusy,
    MigrationChanged,
    MigrationError,
    MigrationFailed,
    MigrationFileInvalid,
    MigrationHistoryBroken,
)

if TYPE_CHECKING:
    from asyncpg import Connection, Record

__all__ = [
    "DatabaseNewer",
    "DatabaseUnreachable",
    "Migration",
    "MigrationBusy",
    "MigrationChanged",
    "MigrationError",
    "MigrationFailed",
    "MigrationFileInvalid",
    "MigrationHistoryBroken",
    "MigrationStatus",
    "connected",
    "migrate",
    "read_migrations",
    "status",
]

WAIT_SECONDS_MAX = 60.0
"""How long to wait for another runner, and for each table that somebody uses."""

CONNECT_SECONDS_MAX = 10.0

ADVISORY_LOCK = int.from_bytes(b"croupier")
"""The key of the lock that runners share; advisory locks are per database."""

FILE_NAME = re.compile(r"(?P<number>[0-9]{4})_(?P<name>[a-z0-9_]+)\.sql")

TABLE = """\
CREATE TABLE IF NOT EXISTS migration (
    number integer PRIMARY KEY CHECK (number > 0),
    name text NOT NULL,
    checksum bytea NOT NULL CHECK (octet_length(checksum) = 32),
    applied_at timestamptz NOT NULL DEFAULT now()
)"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file. The checksum is the SHA-256 of its bytes."""

    number: int
    name: str
    checksum: bytes
    sql: str


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """One migration and when it was applied; None while it is pending."""

    number: int
    name: str
    applied_at: datetime | None


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """Return the folder's migrations in order. Raises MigrationFileInvalid."""
    migrations: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        matched = FILE_NAME.fullmatch(path.name)
        if matched is None:
            raise MigrationFileInvalid(path, "its name is not of the form NNNN_lower_case_name.sql")
        number = int(matched["number"])
        if number != len(migrations) + 1:
            raise MigrationFileInvalid(
                path, f"{len(migrations) + 1:04} is expected here: numbers go up by one from 0001"
            )
        content = path.read_bytes()
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MigrationFileInvalid(path, f"it is not UTF-8 ({error.reason} at byte {error.start})") from error
        migrations.append(Migration(number, matched["name"], hashlib.sha256(content).digest(), text))
    return tuple(migrations)


@asynccontextmanager
async def connected(dsn: str) -> "AsyncIterator[Connection[Record]]":
    """Yield a connection for `migrate` and `status`. Raises DatabaseUnreachable."""
    try:
        connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS_MAX, command_timeout=None)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnreachable(str(error) or type(error).__name__) from error
    try:
        yield connection
    finally:
        await connection.close()


async def migrate(
    connection: "Connection[Record]", folder: Path, wait_seconds: float = WAIT_SECONDS_MAX
) -> tuple[Migration, ...]:
    """Apply what is pending and return it, in order; nothing when the database is up to date.

    Each migration is one transaction with its row in `migration`, under an advisory lock: of several runners one
    applies it, while the others wait and then go on from what they find. Raises MigrationError; the migrations
    before the one that failed stay applied.
    """
    migrations = read_migrations(folder)
    applied: list[Migration] = []
    while True:
        step = await _apply_next(connection, migrations, wait_seconds)
        if step is None:
            return tuple(applied)
        applied.append(step)


async def status(connection: "Connection[Record]", folder: Path) -> tuple[MigrationStatus, ...]:
    """Return every known migration, in order, changing nothing. Raises MigrationError if rows and files disagree."""
    migrations = read_migrations(folder)
    exists = await connection.fetchval("SELECT to_regclass('migration') IS NOT NULL")
    rows = await _applied_rows(connection) if exists else []
    _verify(migrations, rows)
    times = {row["number"]: row["applied_at"] for row in rows}
    return tuple(MigrationStatus(one.number, one.name, times.get(one.number)) for one in migrations)


async def _apply_next(
    connection: "Connection[Record]", migrations: Sequence[Migration], wait_seconds: float
) -> Migration | None:
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = {round(wait_seconds * 1000)}")
            # Of the transaction, not of the session: a pooler between us and the database may give us another
            # session each time.
            await connection.execute("SELECT pg_advisory_xact_lock($1)", ADVISORY_LOCK)
            await connection.execute(TABLE)
            rows = await _applied_rows(connection)
            _verify(migrations, rows)
            if len(rows) == len(migrations):
                return None
            migration = migrations[len(rows)]
            await _apply(connection, migration)
            return migration
    except asyncpg.LockNotAvailableError as error:
        raise MigrationBusy(wait_seconds) from error


async def _apply(connection: "Connection[Record]", migration: Migration) -> None:
    try:
        await connection.execute(migration.sql)
    except asyncpg.LockNotAvailableError:
        raise
    except asyncpg.PostgresError as error:
        position = getattr(error, "position", None)
        line = migration.sql.count("\n", 0, int(position) - 1) + 1 if position else None
        raise MigrationFailed(migration.number, migration.name, str(error), error.sqlstate, line) from error
    if not connection.is_in_transaction():
        raise MigrationFailed(
            migration.number, migration.name, "it ends the transaction that it is applied in", None, None
        )
    await connection.execute(
        "INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3)",
        migration.number,
        migration.name,
        migration.checksum,
    )


async def _applied_rows(connection: "Connection[Record]") -> "list[Record]":
    return await connection.fetch("SELECT number, name, checksum, applied_at FROM migration ORDER BY number")


def _verify(migrations: Sequence[Migration], rows: "Sequence[Record]") -> None:
    for expected, row in enumerate(rows, start=1):
        if row["number"] != expected:
            raise MigrationHistoryBroken(expected)
        if expected > len(migrations):
            raise DatabaseNewer(row["number"], row["name"], len(migrations))
        known = migrations[expected - 1]
        if row["checksum"] != known.checksum:
            raise MigrationChanged(known.number, known.name, row["checksum"], known.checksum)
