"""A cluster's memory in PostgreSQL: two small tables, and one connection that is made anew when it is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from persistence.clusters import ClusterRow, ClusterStore, ClusterTaken, ProcessKind, ProcessRow, Superseded
from persistence.postgres.failures import DRIVER_ERRORS, PATIENCE, failure

ANSWER_SECONDS_MAX: Final = 5.0
_TAKEN: Final = """
    SELECT instance, name, is_down, extract(epoch FROM clock_timestamp() - heard_at)::float AS silent
    FROM cluster FOR UPDATE"""
_CLAIM: Final = """
    INSERT INTO cluster (instance, name, release, generation, hosts, gateways) VALUES ($1, $2, $3, 1, $4, $5)
    ON CONFLICT (the_one) DO UPDATE SET
        hosts = CASE WHEN cluster.instance = $1 THEN cluster.hosts ELSE excluded.hosts END,
        gateways = CASE WHEN cluster.instance = $1 THEN cluster.gateways ELSE excluded.gateways END,
        instance = $1, name = $2, release = $3, generation = cluster.generation + 1, is_down = false,
        heard_at = clock_timestamp()
    RETURNING name, release, generation, hosts, gateways, is_down"""
_PROCESSES: Final = "SELECT name, kind, node, slot, leaving, part FROM cluster_process ORDER BY name"
_MINE: Final = """
    UPDATE cluster SET heard_at = clock_timestamp() WHERE generation = $1
    RETURNING name, release, generation, hosts, gateways, is_down"""


class PostgresClusterStore(ClusterStore):
    """See `ClusterStore`."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: asyncpg.Connection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def close(self) -> None:
        """Let go of the connection, at once."""
        if self._connection is not None:
            self._connection.terminate()

    async def require_free(self, silence_seconds: float) -> None:
        """See `ClusterStore.require_free`."""
        async with self._transaction("look for a cluster") as connection:
            before = await connection.fetchrow(_TAKEN)
        if before is not None:
            _require_free(before, silence_seconds)

    async def claim(
        self, instance: str, *, name: str, release: str, hosts: tuple[int, ...], gateways: int, silence_seconds: float
    ) -> ClusterRow:
        """See `ClusterStore.claim`."""
        async with self._transaction("claim the cluster") as connection:
            # Of two that begin at once on a new database, the second waits here and then finds the first.
            await connection.execute("LOCK TABLE cluster IN SHARE ROW EXCLUSIVE MODE")
            before = await connection.fetchrow(_TAKEN)
            other = before is not None and before["instance"] != instance
            if before is not None and other:
                _require_free(before, silence_seconds)
                await connection.execute("DELETE FROM cluster_process")
            row = await connection.fetchrow(_CLAIM, instance, name, release, hosts, gateways)
        return _cluster(row)

    async def beat(self, generation: int) -> ClusterRow:
        """See `ClusterStore.beat`."""
        async with self._mine(generation, "beat") as (_, row):
            return row

    async def want(self, generation: int, hosts: tuple[int, ...], gateways: int) -> None:
        """See `ClusterStore.want`."""
        async with self._mine(generation, "change the cluster") as (connection, _):
            await connection.execute("UPDATE cluster SET hosts = $1, gateways = $2", hosts, gateways)

    async def stop(self, generation: int) -> None:
        """See `ClusterStore.stop`."""
        async with self._mine(generation, "stop the cluster") as (connection, _):
            await connection.execute("UPDATE cluster SET is_down = true")
            await connection.execute("DELETE FROM cluster_process")

    async def take_number(self, generation: int) -> int:
        """See `ClusterStore.take_number`."""
        async with self._mine(generation, "name a process") as (connection, _):
            return int(await connection.fetchval("UPDATE cluster SET numbers = numbers + 1 RETURNING numbers"))

    async def processes(self) -> list[ProcessRow]:
        """See `ClusterStore.processes`."""
        async with self._transaction("read the processes") as connection:
            rows = await connection.fetch(_PROCESSES)
        return [ProcessRow(row[0], ProcessKind(row[1]), *row[2:]) for row in rows]

    async def put_process(self, generation: int, process: ProcessRow) -> None:
        """See `ClusterStore.put_process`."""
        async with self._mine(generation, "remember a process") as (connection, _):
            await connection.execute(
                "INSERT INTO cluster_process (name, kind, node, slot, leaving, part) VALUES ($1, $2, $3, $4, $5, $6)"
                " ON CONFLICT (name) DO UPDATE SET leaving = excluded.leaving",
                process.name,
                process.kind,
                process.node,
                process.slot,
                process.leaving,
                process.part,
            )

    async def drop_process(self, generation: int, name: str) -> None:
        """See `ClusterStore.drop_process`."""
        async with self._mine(generation, "forget a process") as (connection, _):
            await connection.execute("DELETE FROM cluster_process WHERE name = $1", name)

    @asynccontextmanager
    async def _mine(self, generation: int, doing: str) -> AsyncIterator[tuple[Any, ClusterRow]]:
        """A transaction of the directory of this generation, which no later one can come into."""
        async with self._transaction(doing) as connection:
            row = await connection.fetchrow(_MINE, generation)
            if row is None:
                raise Superseded(f"directory {generation} has been superseded")
            yield connection, _cluster(row)

    @asynccontextmanager
    async def _transaction(self, doing: str) -> AsyncIterator[Any]:
        async with self._one_at_a_time:
            try:
                if self._connection is None or self._connection.is_closed():
                    self._connection = await asyncpg.connect(
                        self._dsn,
                        timeout=ANSWER_SECONDS_MAX,
                        command_timeout=ANSWER_SECONDS_MAX,
                        server_settings=PATIENCE,
                    )
                async with self._connection.transaction(isolation="read_committed"):
                    yield self._connection
            except DRIVER_ERRORS as error:
                if self._connection is not None:
                    self._connection.terminate()
                raise failure(f"cannot {doing}", error) from error


def _cluster(row: Any) -> ClusterRow:
    return ClusterRow(**{**row, "hosts": tuple(row["hosts"])})


def _require_free(before: Any, silence_seconds: float) -> None:
    if not before["is_down"] and before["silent"] < silence_seconds:
        raise ClusterTaken(before["name"], before["silent"])
