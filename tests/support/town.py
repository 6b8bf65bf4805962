"""A cluster in one process: directories and real hosts over ledgers in memory, and gateways that do nothing."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from actors.runtime.carrier import Carrier, ProcessName, Recipe
from actors.runtime.host import HostLimits
from actors.runtime.node import HostNode
from actors.runtime.ref import Ref
from actors.runtime.routes import Route, routes_of
from actors.runtime.transport import Service
from actors.wallet.load import players_to_wake
from persistence.clusters import ProcessKind
from persistence.ledgers import Ledgers
from persistence.memory.clusters import MemoryClusterStore
from protocol.ids import ShardId
from protocol.shards import Partition, ShardRange
from server.cluster.charter import Charter
from server.cluster.crew import Recipes
from server.cluster.directory import Directory
from tests.support.casino import TABLE
from tests.support.cut_off import CutOff
from tests.support.directing import SECONDS_MAX
from tests.support.hand_driven import NOON_MS
from tests.support.machines import Machines, Resident
from tests.support.nodes import casino_kinds
from tests.support.still_gateway import StillGateway
from tests.support.town_database import TownDatabase

TOWN_SHARDS = 8
WHOLE: Final = (f"0-{TOWN_SHARDS - 1}",)


class Town(Machines):
    """The machines, the databases, and everybody on them. `ranges` are the shards of each database."""

    def __init__(self, nodes: int = 2, ranges: Sequence[str] = WHOLE, *, beside: "Town | None" = None) -> None:
        super().__init__(nodes)
        partition = Partition(TOWN_SHARDS, tuple(map(ShardRange.parse, ranges)))
        self.databases: list[TownDatabase] = (
            [TownDatabase(part) for part in partition.parts] if beside is None else beside.databases
        )
        self.ledgers = Ledgers(partition, self.databases)
        self.loop = asyncio.get_running_loop()
        self.store: MemoryClusterStore = MemoryClusterStore(self.loop.time) if beside is None else beside.store
        self.wires: dict[ProcessName, list[CutOff]] = {}
        """Between each process and the databases."""
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.directories: list[Directory] = []
        self.errands: list[asyncio.Task[None]] = []

    @property
    def ledger(self) -> TownDatabase:
        """The first one."""
        return self.databases[0]

    # --- who is started ---

    async def made(self, recipe: Recipe) -> Service:
        """See `Machines.made`."""
        if recipe.factory == "host":
            return await self._host(recipe)
        if recipe.factory == "directory":
            charter = Charter(**json.loads(recipe.config)["charter"])
            return await self._directory(Resident(self, recipe.node), recipe.name, charter)
        return StillGateway()

    def _wire(self, name: ProcessName, store: object) -> Any:
        """A process's way to a database."""
        wire = CutOff(store)
        self.wires.setdefault(name, []).append(wire)
        return wire

    async def _host(self, recipe: Recipe) -> HostNode:
        node = HostNode(
            recipe.name,
            self._wire(recipe.name, self.ledgers.all[int(recipe.config)]),
            casino_kinds(),
            shards=TOWN_SHARDS,
            clock=lambda: NOON_MS + int(self.loop.time() * 1000),
            entropy=os.urandom,
            limits=HostLimits(),
            standing=(Ref("table", TABLE),),
            unfinished=players_to_wake,
            connect=lambda host: self.peer(ProcessName(host)),
            find_routes=self._find_routes,
            on_event=lambda event, details: self.events.append((event, dict(details))),
            on_fault=lambda ref, message, fault: self.events.append(("turn failed", {"fault": fault})),
        )
        await node.start()
        return node

    async def _find_routes(self) -> Mapping[ShardId, Route]:
        return routes_of(await self.ledgers.owners())

    # --- what happens to people ---

    def murder(self, name: str) -> None:
        """As by kill -9."""
        service = self.processes.pop(ProcessName(name), None)
        if isinstance(service, HostNode):
            service.end()
        elif isinstance(service, Directory):
            self.errands.append(asyncio.create_task(service.stop()))

    def cut_off(self, *names: str) -> None:
        """Nothing arrives any more between these processes and the databases."""
        for name in names:
            for wire in self.wires[ProcessName(name)]:
                wire.cut()

    def mend(self, *names: str) -> None:
        """Everything arrives."""
        for name in names:
            for wire in self.wires[ProcessName(name)]:
                wire.mend()

    def cut_off_node(self, node: str) -> None:
        """Nothing arrives between a machine and the databases."""
        self.cut_off(*(name for name in self.wires if self.places.get(name) == node))

    # --- the directory ---

    async def direct(
        self, *, name: str = "", instance: str = "one", hosts: int = 2, gateways: int = 1, slots: int = 1
    ) -> Directory:
        """Start a directory."""
        process = ProcessName(name or f"directory-{len(self.directories) + 1}")
        directory = await self._directory(self, process, Charter(instance, "casino", "1.0", hosts, gateways), slots)
        self.directories.append(directory)
        return directory

    async def _directory(self, carrier: Carrier, name: ProcessName, charter: Charter, slots: int = 1) -> Directory:
        directory = Directory(
            name,
            charter,
            replace(self.ledgers, all=[self._wire(name, ledger) for ledger in self.ledgers.all]),
            self._wire(name, self.store),
            carrier,
            Recipes("host", "gateway", slots, b"", [b"%d" % part for part in range(len(self.ledgers.all))]),
            on_event=lambda event, details: self.events.append((event, dict(details))),
        )
        await directory.start()
        return directory

    async def close(self) -> None:
        """End everything."""
        for directory in self.directories:
            await directory.stop()
        for name in list(self.processes):
            self.murder(name)
        await asyncio.gather(*self.errands)
        await asyncio.sleep(0)

    # --- looking ---

    def named(self, kind: ProcessKind) -> list[ProcessName]:
        """Processes of a kind, oldest first."""
        return sorted(
            (name for name in self.processes if name.startswith(kind)), key=lambda name: int(name.rpartition("-")[2])
        )

    @property
    def hosts(self) -> list[ProcessName]:
        """Hosts that run, oldest first."""
        return self.named(ProcessKind.HOST)

    @property
    def gateways(self) -> list[ProcessName]:
        """Gateways that run, oldest first."""
        return self.named(ProcessKind.GATEWAY)

    async def owned(self) -> dict[str, int]:
        """How many shards each host has, by the ledger."""
        counts: dict[str, int] = {}
        for owner in (await self.ledgers.owners()).values():
            host = "nobody" if owner.is_free else owner.host
            counts[host] = counts.get(host, 0) + 1
        return counts

    async def all_on(self, *hosts: str) -> None:
        """Wait until every shard is on one of these hosts, which know it themselves."""
        async with asyncio.timeout(SECONDS_MAX):
            while True:
                owned = await self.owned()
                if set(owned) <= set(hosts) and all(len(self.host(name).host.owned) == n for name, n in owned.items()):
                    return
                await asyncio.sleep(0.01)

    async def none_on(self, *hosts: str) -> None:
        """Wait until no shard is on any of these hosts, by the ledger."""
        async with asyncio.timeout(SECONDS_MAX):
            while set(hosts) & set(await self.owned()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def host(self, name: str) -> HostNode:
        """A host that runs."""
        service = self.processes[ProcessName(name)]
        assert isinstance(service, HostNode)
        return service

    def gateway(self, name: str) -> StillGateway:
        """A gateway that runs."""
        service = self.processes[ProcessName(name)]
        assert isinstance(service, StillGateway)
        return service

    @property
    def kept(self) -> list[Directory]:
        """Directories that a keeper has started and that run, oldest first."""
        return [service for service in self.processes.values() if isinstance(service, Directory)]

    def told(self, event: str) -> list[dict[str, Any]]:
        """What was told of an event."""
        return [details for name, details in self.events if name == event]


@asynccontextmanager
async def a_town(nodes: int = 2, ranges: Sequence[str] = WHOLE, *, beside: Town | None = None) -> AsyncIterator[Town]:
    """A town, and its end; on the same databases as another one."""
    town = Town(nodes, ranges, beside=beside)
    try:
        yield town
    finally:
        await town.close()
