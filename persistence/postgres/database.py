"""Databases that the platform may run on: checked, at the version of the code, each with its shards."""

from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from persistence import migrations
from persistence.interfaces import StoreError, Unavailable
from persistence.postgres.failures import DRIVER_ERRORS, failure
from persistence.postgres.ledger import prepare_connection
from persistence.postgres.migrate import migrate
from persistence.postgres.migration_errors import MigrationError
from persistence.postgres.parts import Part, PartEmpty, claim, compare_part, complete, judge, read_part
from persistence.postgres.preflight import PreflightRefused, preflight
from protocol.shards import Partition, ShardRange

if TYPE_CHECKING:
    from asyncpg import Connection, Record

__all__ = [
    "Address",
    "DatabaseRefused",
    "Prepared",
    "PreparedFleet",
    "check_part",
    "open_pool",
    "prepare_database",
    "prepare_fleet",
]

CONNECT_SECONDS_MAX = 10.0


class DatabaseRefused(StoreError):
    """The database cannot be used as it is; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, and the shards that it holds."""

    shards: ShardRange
    dsn: str = field(repr=False)

    @property
    def name(self) -> str:
        """For people."""
        return f"the database of the shards {self.shards}"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found unsafe and accepted, and the migrations that were applied just now."""

    warnings: Sequence[str]
    migrations: Sequence[str]


@dataclass(frozen=True, slots=True)
class PreparedFleet:
    """The fleet's id, and what became of each database."""

    fleet: UUID
    databases: Sequence[Prepared]


async def prepare_database(dsn: str, *, shards: int, unsafe: bool) -> Prepared:
    """See that a database that holds everything keeps what it confirms, has this code's schema, and has its shards.

    Raises as `prepare_fleet` does.
    """
    return (await prepare_fleet([Address(ShardRange.whole(shards), dsn)], shards=shards, unsafe=unsafe)).databases[0]


async def prepare_fleet(addresses: Sequence[Address], *, shards: int, unsafe: bool) -> PreparedFleet:
    """See that these databases are one fleet: each keeps what it confirms, has this code's schema, and its shards.

    They are in the order of their shards. Nothing is written before all of them are reached and each is the part that
    it is configured for, or is new together with the others.
    Raises `DatabaseRefused`, `ShardCountDiffers`, another `StoreError` of `parts`, or `Unavailable`.
    """
    partition = Partition(shards, tuple(address.shards for address in addresses))
    several = len(addresses) > 1
    async with AsyncExitStack() as stack:
        connections, findings = [], []
        for address in addresses:
            with _told_of(address, several):
                connection = await _connect(address.dsn)
                stack.push_async_callback(connection.close)
                connections.append(connection)
                findings.append(await preflight(connection, unsafe=unsafe))
        # The register last: it is claimed before the others.
        said: list[Part | None] = []
        for address, connection in reversed(list(zip(addresses, connections, strict=True))):
            with _told_of(address, several):
                said.insert(0, await read_part(connection))
        wrong = judge(partition, said)
        if wrong is not None:
            with _told_of(addresses[wrong[0]], several):
                raise wrong[1]
        fleet, prepared = None, []
        for address, connection, accepted in zip(addresses, connections, findings, strict=True):
            with _told_of(address, several):
                applied = await migrate(connection, migrations.folder())
                fleet = await claim(connection, address.shards, shards, fleet)
                prepared.append(
                    Prepared([str(one) for one in accepted], [f"{one.number:04}_{one.name}" for one in applied])
                )
        with _told_of(addresses[0], several):
            await complete(connections[0])
    if fleet is None:
        raise ValueError("a fleet has a database at least")
    return PreparedFleet(fleet, prepared)


async def check_part(address: Address, *, shards: int, fleet: UUID) -> None:
    """See that one database is that part of this fleet, whatever became of the others: for who serves it alone.

    Raises `DatabaseRefused`, or `Unavailable`.
    """
    with _told_of(address, several=True):
        connection = await _connect(address.dsn)
        try:
            part = await read_part(connection)
        finally:
            await connection.close()
        if part is None:
            raise PartEmpty(fleet)
        compare_part(part, address.shards, shards, fleet)


async def open_pool(dsn: str, *, connections_max: int) -> asyncpg.Pool:
    """Connections that are made when they are needed."""
    return await asyncpg.create_pool(dsn, min_size=0, max_size=connections_max, init=prepare_connection)


async def _connect(dsn: str) -> "Connection[Record]":
    try:
        return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS_MAX)
    except (*DRIVER_ERRORS, ValueError) as error:
        raise DatabaseRefused(f"cannot connect to the database: {str(error) or type(error).__name__}") from error


@contextmanager
def _told_of(address: Address, several: bool) -> Iterator[None]:
    """Say errors in the store's words and, if there are several databases, of which one they are."""
    try:
        yield
    except (StoreError, PreflightRefused, MigrationError, *DRIVER_ERRORS) as error:
        said = failure("cannot prepare the database", error) if isinstance(error, DRIVER_ERRORS) else error
        if several or not isinstance(said, StoreError):
            kind = Unavailable if isinstance(said, Unavailable) else DatabaseRefused
            raise kind(f"{address.name}: {said}" if several else str(said)) from error
        if said is error:
            raise
        raise said from error
