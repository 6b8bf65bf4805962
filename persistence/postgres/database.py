"""A database that the platform may run on: checked, at the version of the code, with its shards."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from persistence import migrations
from persistence.interfaces import StoreError
from persistence.postgres.failures import DRIVER_ERRORS, failure
from persistence.postgres.ledger import prepare_connection
from persistence.postgres.migrate import migrate
from persistence.postgres.migration_errors import MigrationError
from persistence.postgres.preflight import PreflightRefused, preflight
from persistence.postgres.shards import prepare_shards

__all__ = ["DatabaseRefused", "Prepared", "open_pool", "prepare_database"]


class DatabaseRefused(StoreError):
    """The database cannot be used as it is; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found unsafe and accepted, and the migrations that were applied just now."""

    warnings: Sequence[str]
    migrations: Sequence[str]


async def prepare_database(dsn: str, *, shards: int, unsafe: bool) -> Prepared:
    """See that the database keeps what it confirms, has this code's schema, and has its shards.

    Raises `DatabaseRefused`, `ShardCountDiffers`, or `Unavailable` when it cannot be reached.
    """
    try:
        connection = await asyncpg.connect(dsn)
    except (*DRIVER_ERRORS, ValueError) as error:
        raise DatabaseRefused(f"cannot connect to the database: {str(error) or type(error).__name__}") from error
    try:
        findings = await preflight(connection, unsafe=unsafe)
        applied = await migrate(connection, migrations.folder())
        await prepare_shards(connection, shards)
    except (PreflightRefused, MigrationError) as error:
        raise DatabaseRefused(str(error)) from error
    except DRIVER_ERRORS as error:
        raise failure("cannot prepare the database", error) from error
    finally:
        await connection.close()
    return Prepared([str(one) for one in findings], [f"{one.number:04}_{one.name}" for one in applied])


async def open_pool(dsn: str, *, connections_max: int) -> asyncpg.Pool:
    """Connections that are made when they are needed."""
    return await asyncpg.create_pool(dsn, min_size=0, max_size=connections_max, init=prepare_connection)
