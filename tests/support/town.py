"""A cluster in one process: a carrier that starts real hosts over a ledger in memory, and gateways that do nothing.

Processes can be killed, stopped for a while, or left deaf to one method.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from actors.runtime.carrier import PID, PROCESS_MEMORY_BYTES, Carrier, CarrierError, Node, NodeId, ProcessName, Recipe
from actors.runtime.control import pack, unpack_routes
from actors.runtime.host import HostLimits
from actors.runtime.node import HostNode
from actors.runtime.ref import Ref
from actors.runtime.routes import Route, routes_of
from actors.runtime.transport import Peer, PeerLost, Service
from actors.wallet.load import players_to_wake
from persistence.clusters import ProcessKind
from persistence.interfaces import Owner
from persistence.ledgers import Ledgers
from persistence.memory.clusters import MemoryClusterStore
from persistence.memory.ledger import MemoryLedger
from protocol.ids import Epoch, ShardId
from protocol.shards import Partition, ShardRange
from server.cluster.charter import Charter
from server.cluster.crew import Recipes
from server.cluster.directory import Directory
from tests.support.casino import TABLE
from tests.support.cut_off import CutOff
from tests.support.hand_driven import NOON_MS
from tests.support.nodes import casino_kinds

TOWN_SHARDS = 8
WHOLE: Final = (f"0-{TOWN_SHARDS - 1}",)
NODE_MEMORY_BYTES = 16 * 2**30
SECONDS_MAX = 120.0


class StillGateway(Service):
    """Lets nobody in, and remembers what it was told."""

    def __init__(self) -> None:
        self.routes: dict[ShardId, Route] = {}
        self.asked: list[str] = []
        self.connections = 0

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Service.call`."""
        self.asked.append(method)
        if method == "routes":
            self.routes |= unpack_routes(payload)
        elif method == "drain":
            self.connections = max(0, self.connections - 1)
        return pack({"connections": self.connections})


class TownDatabase(MemoryLedger):
    """A ledger that can be cut off: it keeps everybody waiting who asks whose its shards are, or would change that."""

    def __init__(self, shards: Iterable[ShardId]) -> None:
        super().__init__(shards)
        self.reachable = asyncio.Event()
        self.reachable.set()

    async def owners(self) -> dict[ShardId, Owner]:
        """See `Ledger.owners`."""
        await self.reachable.wait()
        return await super().owners()

    async def end_epoch(self, epoch: Epoch) -> None:
        """See `Ledger.end_epoch`."""
        await self.reachable.wait()
        await super().end_epoch(epoch)

    async def acquire_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.acquire_shards`."""
        await self.reachable.wait()
        return await super().acquire_shards(epoch, shards)


class TownPeer(Peer):
    """A way to a process of the town, from whoever asks for it."""

    def __init__(self, town: "Town", name: ProcessName) -> None:
        self._town = town
        self._name = name

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Peer.call`."""
        return await self._town.carry(self._name, method, payload)


class Resident(Carrier):
    """A town as one of its processes sees it, from the node that it is on."""

    def __init__(self, town: "Town", node: NodeId) -> None:
        self._town = town
        self._node = node

    async def start(self, recipe: Recipe) -> Peer:
        """See `Carrier.start`."""
        return await self._town.start(recipe)

    def peer(self, name: ProcessName) -> Peer:
        """See `Carrier.peer`."""
        return self._town.peer(name)

    async def kill(self, name: ProcessName) -> None:
        """See `Carrier.kill`."""
        await self._town.kill(name)

    async def names(self) -> frozenset[ProcessName]:
        """See `Carrier.names`."""
        return await self._town.names()

    async def nodes(self) -> tuple[Node, ...]:
        """See `Carrier.nodes`."""
        return await self._town.nodes()

    def here(self) -> NodeId:
        """See `Carrier.here`."""
        return self._node


class Town(Carrier):
    """The machines, the databases, and everybody on them. `ranges` are the shards of each database."""

    def __init__(self, nodes: int = 2, ranges: Sequence[str] = WHOLE, *, beside: "Town | None" = None) -> None:
        partition = Partition(TOWN_SHARDS, tuple(map(ShardRange.parse, ranges)))
        self.databases: list[TownDatabase] = (
            [TownDatabase(part) for part in partition.parts] if beside is None else beside.databases
        )
        self.ledgers = Ledgers(partition, self.databases)
        self.loop = asyncio.get_running_loop()
        self.store: MemoryClusterStore = MemoryClusterStore(self.loop.time) if beside is None else beside.store
        self.processes: dict[ProcessName, Service] = {}
        self.places: dict[ProcessName, NodeId] = {}
        self.machines = [Node(NodeId(f"node-{n}"), f"10.0.0.{n}", NODE_MEMORY_BYTES, 0) for n in range(1, nodes + 1)]
        self.deaf: set[tuple[ProcessName, str]] = set()
        """Calls that are never answered; the method `*` is every one."""
        self.wires: dict[ProcessName, list[CutOff]] = {}
        """Between each process and the databases."""
        self.control_is_gone = False
        self.broken_factories: set[str] = set()
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.directories: list[Directory] = []
        self.errands: list[asyncio.Task[None]] = []

    @property
    def ledger(self) -> TownDatabase:
        """The first one."""
        return self.databases[0]

    # --- the carrier ---

    async def start(self, recipe: Recipe) -> Peer:
        """See `Carrier.start`."""
        self._check_control()
        await asyncio.sleep(0.3)
        if recipe.factory in self.broken_factories:
            raise CarrierError(f"{recipe.name} does not start: there is no database here")
        self.places[recipe.name] = recipe.node
        self.processes[recipe.name] = await self._made(recipe)
        return self.peer(recipe.name)

    async def _made(self, recipe: Recipe) -> Service:
        if recipe.factory == "host":
            return await self._host(recipe)
        if recipe.factory == "directory":
            charter = Charter(**json.loads(recipe.config)["charter"])
            return await self._directory(Resident(self, recipe.node), recipe.name, charter)
        return StillGateway()

    def peer(self, name: ProcessName) -> Peer:
        """See `Carrier.peer`."""
        return TownPeer(self, name)

    async def kill(self, name: ProcessName) -> None:
        """See `Carrier.kill`."""
        self._check_control()
        self.murder(name)

    async def names(self) -> frozenset[ProcessName]:
        """See `Carrier.names`."""
        self._check_control()
        return frozenset(self.processes)

    async def nodes(self) -> tuple[Node, ...]:
        """See `Carrier.nodes`."""
        self._check_control()
        used = Counter(self.places[name] for name in self.processes)
        return tuple(
            replace(node, free_bytes=node.memory_bytes - used[node.id] * PROCESS_MEMORY_BYTES) for node in self.machines
        )

    def here(self) -> NodeId:
        """See `Carrier.here`: for whoever was not started by the town."""
        return self.machines[0].id

    def shrink(self, rooms: Mapping[str, int]) -> None:
        """Have nodes with room for so many processes each, and no others."""
        self.machines = [
            Node(NodeId(name), f"10.0.0.{name.rpartition('-')[2]}", room * PROCESS_MEMORY_BYTES, 0)
            for name, room in rooms.items()
        ]

    def _check_control(self) -> None:
        if self.control_is_gone:
            raise CarrierError("the control store is gone")

    async def carry(self, name: ProcessName, method: str, payload: bytes) -> bytes:
        """Bring a call to a process, and its answer back. Raises `PeerLost`."""
        await asyncio.sleep(0.001)
        service = self.processes.get(name)
        if service is None:
            raise PeerLost(f"nobody is {name}")
        if {(name, method), (name, "*")} & self.deaf:
            await asyncio.Event().wait()
        if method == PID:
            return str(os.getpid()).encode()
        try:
            answer = await service.call(method, bytes(payload))
        except Exception as error:
            raise PeerLost(repr(error)) from error
        if self.processes.get(name) is not service:
            raise PeerLost(f"{name} is gone")
        return answer

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

    def freeze(self, name: str, method: str = "*") -> None:
        """As by SIGSTOP: it answers nobody."""
        self.deaf.add((ProcessName(name), method))

    def thaw(self, name: str, method: str = "*") -> None:
        """As by SIGCONT."""
        self.deaf.discard((ProcessName(name), method))

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


async def ask(directory: Directory, method: str, **arguments: Any) -> dict[str, Any]:
    """A question to the directory, as others put it."""
    answer: dict[str, Any] = json.loads(await directory.call(method, json.dumps(arguments).encode()))
    return answer


async def done(directory: Directory, method: str, **arguments: Any) -> dict[str, Any]:
    """A work of the directory, from its beginning to its end; the test fails if it does."""
    begun = await ask(directory, method, **arguments)
    assert "refused" not in begun, begun
    return await finished(directory)


async def finished(directory: Directory) -> dict[str, Any]:
    """Wait until the directory has nothing under way."""
    async with asyncio.timeout(SECONDS_MAX):
        while (state := await ask(directory, "work"))["running"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return state


@asynccontextmanager
async def a_town(nodes: int = 2, ranges: Sequence[str] = WHOLE, *, beside: Town | None = None) -> AsyncIterator[Town]:
    """A town, and its end; on the same databases as another one."""
    town = Town(nodes, ranges, beside=beside)
    try:
        yield town
    finally:
        await town.close()
