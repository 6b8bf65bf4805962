"""A cluster's memory in PostgreSQL: two small tables, and one connection that is made anew when it is lost."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from persistence.clusters import ClusterRow, ClusterStore, LastCluster, ProcessKind, ProcessRow, Superseded
from persistence.postgres.failures import DRIVER_ERRORS, PATIENCE, failure

ANSWER_SECONDS_MAX: Final = 5.0
_LAST: Final = """
    SELECT instance, name, is_down, extract(epoch FROM clock_timestamp() - heard_at)::float FROM cluster"""
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

    async def last(self) -> LastCluster | None:
        """See `ClusterStore.last`."""
        async with self._transaction("look for a cluster") as connection:
            return _last(await connection.fetchrow(_LAST))

    async def claim(
        self, instance: str, *, name: str, release: str, hosts: tuple[int, ...], gateways: int, silence_seconds: float
    ) -> ClusterRow:
        """See `ClusterStore.claim`."""
        async with self._transaction("claim the cluster") as connection:
            # Of two that begin at once on a new database, the second waits here and then finds the first.
            await connection.execute("LOCK TABLE cluster IN SHARE ROW EXCLUSIVE MODE")
            last = _last(await connection.fetchrow(f"{_LAST} FOR UPDATE"))
            if last is not None and last.instance != instance:
                last.require_over(silence_seconds)
                await _forget(connection)
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
            await _forget(connection)

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

    async def closed_nodes(self) -> frozenset[str]:
        """See `ClusterStore.closed_nodes`."""
        async with self._transaction("read the closed nodes") as connection:
            return frozenset(row[0] for row in await connection.fetch("SELECT node FROM cluster_closed_node"))

    async def close_nodes(self, generation: int, nodes: Collection[str]) -> None:
        """See `ClusterStore.close_nodes`."""
        async with self._mine(generation, "close nodes") as (connection, _):
            await connection.execute("DELETE FROM cluster_closed_node")
            await connection.execute("INSERT INTO cluster_closed_node SELECT unnest($1::text[])", sorted(nodes))

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


def _last(row: Any) -> LastCluster | None:
    return None if row is None else LastCluster(*row)


async def _forget(connection: Any) -> None:
    """What was there of the cluster before."""
    await connection.execute("DELETE FROM cluster_process")
    await connection.execute("DELETE FROM cluster_closed_node")
