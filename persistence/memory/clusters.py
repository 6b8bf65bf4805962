"""A cluster's memory in memory, for tests: the promises of the real one, with a clock that the test gives."""

from collections.abc import Callable
from dataclasses import replace

from persistence.clusters import ClusterRow, ClusterStore, ClusterTaken, ProcessRow, Superseded


class MemoryClusterStore(ClusterStore):
    """See `ClusterStore`. The object is the database: directories come and go, it stays. `now` is in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._instance = ""
        self._row: ClusterRow | None = None
        self._heard_at = 0.0
        self._numbers = 0
        self._processes: dict[str, ProcessRow] = {}

    async def require_free(self, silence_seconds: float) -> None:
        """See `ClusterStore.require_free`."""
        silent = self._now() - self._heard_at
        if self._row is not None and not self._row.is_down and silent < silence_seconds:
            raise ClusterTaken(self._row.name, silent)

    async def claim(
        self, instance: str, *, name: str, release: str, hosts: tuple[int, ...], gateways: int, silence_seconds: float
    ) -> ClusterRow:
        """See `ClusterStore.claim`."""
        before = self._row
        if before is not None and instance != self._instance:
            await self.require_free(silence_seconds)
            self._processes.clear()
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
        self._processes.clear()

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

    def _mine(self, generation: int) -> ClusterRow:
        if self._row is None or self._row.generation != generation:
            raise Superseded(f"directory {generation} has been superseded")
        self._heard_at = self._now()
        return self._row
