"""A cluster's memory in memory, for tests: the promises of the real one, with a clock that the test gives."""

from collections.abc import Callable, Collection
from dataclasses import replace

from persistence.clusters import ClusterRow, ClusterStore, LastCluster, ProcessRow, Superseded


class MemoryClusterStore(ClusterStore):
    """See `ClusterStore`. The object is the database: directories come and go, it stays. `now` is in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._instance = ""
        self._row: ClusterRow | None = None
        self._heard_at = 0.0
        self._numbers = 0
        self._processes: dict[str, ProcessRow] = {}
        self._closed: frozenset[str] = frozenset()

    async def last(self) -> LastCluster | None:
        """See `ClusterStore.last`."""
        row = self._row
        if row is None:
            return None
        return LastCluster(self._instance, row.name, row.is_down, self._now() - self._heard_at)

    async def claim(
        self, instance: str, *, name: str, release: str, hosts: tuple[int, ...], gateways: int, silence_seconds: float
    ) -> ClusterRow:
        """See `ClusterStore.claim`."""
        before, last = self._row, await self.last()
        if last is not None and instance != last.instance:
            last.require_over(silence_seconds)
            self._forget()
        if before is not None and instance == self._instance:
            hosts, gateways = before.hosts, before.gateways
        generation = 1 if before is None else before.generation + 1
        self._instance = instance
        self._row = ClusterRow(name, release, generation, hosts, gateways, is_down=False)
        self._heard_at = self._now()
        return self._row

    async def beat(self, generation: int) -> ClusterRow:
        """See `ClusterStore.beat`."""
        return self._mine(generation)

    async def want(self, generation: int, hosts: tuple[int, ...], gateways: int) -> None:
        """See `ClusterStore.want`."""
        self._row = replace(self._mine(generation), hosts=hosts, gateways=gateways)

    async def stop(self, generation: int) -> None:
        """See `ClusterStore.stop`."""
        self._row = replace(self._mine(generation), is_down=True)
        self._forget()

    async def take_number(self, generation: int) -> int:
        """See `ClusterStore.take_number`."""
        self._mine(generation)
        self._numbers += 1
        return self._numbers

    async def processes(self) -> list[ProcessRow]:
        """See `ClusterStore.processes`."""
        return [row for _, row in sorted(self._processes.items())]

    async def put_process(self, generation: int, process: ProcessRow) -> None:
        """See `ClusterStore.put_process`."""
        self._mine(generation)
        before = self._processes.get(process.name)
        self._processes[process.name] = process if before is None else replace(before, leaving=process.leaving)

    async def drop_process(self, generation: int, name: str) -> None:
        """See `ClusterStore.drop_process`."""
        self._mine(generation)
        self._processes.pop(name, None)

    async def closed_nodes(self) -> frozenset[str]:
        """See `ClusterStore.closed_nodes`."""
        return self._closed

    async def close_nodes(self, generation: int, nodes: Collection[str]) -> None:
        """See `ClusterStore.close_nodes`."""
        self._mine(generation)
        self._closed = frozenset(nodes)

    def _forget(self) -> None:
        self._processes.clear()
        self._closed = frozenset()

    def _mine(self, generation: int) -> ClusterRow:
        if self._row is None or self._row.generation != generation:
            raise Superseded(f"directory {generation} has been superseded")
        self._heard_at = self._now()
        return self._row
