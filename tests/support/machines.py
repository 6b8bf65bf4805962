"""Machines in one process: a carrier whose processes are objects, and can be left deaf to one call or all."""

import asyncio
import os
from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from actors.runtime.carrier import PID, PROCESS_MEMORY_BYTES, Carrier, CarrierError, Node, NodeId, ProcessName, Recipe
from actors.runtime.transport import Peer, PeerLost, Service

NODE_MEMORY_BYTES: Final = 16 * 2**30


class MachinesPeer(Peer):
    """A way to a process, from whoever asks for it."""

    def __init__(self, machines: "Machines", name: ProcessName) -> None:
        self._machines = machines
        self.name = name

    def close(self) -> None:
        """See `Peer.close`."""
        self._machines.ways.discard(self)

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Peer.call`."""
        self._machines.ways.add(self)
        return await self._machines.carry(self.name, method, payload)


class Resident(Carrier):
    """The machines as one of their processes sees them, from the node that it is on."""

    def __init__(self, machines: "Machines", node: NodeId) -> None:
        self._machines = machines
        self._node = node

    async def start(self, recipe: Recipe) -> Peer:
        """See `Carrier.start`."""
        return await self._machines.start(recipe)

    def peer(self, name: ProcessName) -> Peer:
        """See `Carrier.peer`."""
        return self._machines.peer(name)

    async def kill(self, name: ProcessName) -> None:
        """See `Carrier.kill`."""
        await self._machines.kill(name)

    async def names(self) -> frozenset[ProcessName]:
        """See `Carrier.names`."""
        return await self._machines.names()

    async def nodes(self) -> tuple[Node, ...]:
        """See `Carrier.nodes`."""
        return await self._machines.nodes()

    def here(self) -> NodeId:
        """See `Carrier.here`."""
        return self._node


class Machines(Carrier):
    """As many nodes as are asked for. What is started on them is made by whoever inherits from this."""

    def __init__(self, nodes: int) -> None:
        self.processes: dict[ProcessName, Service] = {}
        self.places: dict[ProcessName, NodeId] = {}
        self.machines = [Node(NodeId(f"node-{n}"), f"10.0.0.{n}", NODE_MEMORY_BYTES, 0) for n in range(1, nodes + 1)]
        self.deaf: set[tuple[ProcessName, str]] = set()
        """Calls that are never answered; the method `*` is every one."""
        self.ways: set[MachinesPeer] = set()
        """Peers that were called, and not closed since."""
        self.control_is_gone = False
        self.broken_factories: set[str] = set()

    @abstractmethod
    async def made(self, recipe: Recipe) -> Service:
        """Make the service of a process."""

    def murder(self, name: str) -> None:
        """As by kill -9."""
        self.processes.pop(ProcessName(name), None)

    # --- the carrier ---

    async def start(self, recipe: Recipe) -> Peer:
        """See `Carrier.start`."""
        self._check_control()
        await asyncio.sleep(0.3)
        if recipe.factory in self.broken_factories:
            raise CarrierError(f"{recipe.name} does not start: there is no database here")
        self.places[recipe.name] = recipe.node
        self.processes[recipe.name] = await self.made(recipe)
        return self.peer(recipe.name)

    def peer(self, name: ProcessName) -> Peer:
        """See `Carrier.peer`."""
        return MachinesPeer(self, name)

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
        """See `Carrier.here`: for whoever was not started here."""
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

    # --- what happens to processes ---

    def freeze(self, name: str, method: str = "*") -> None:
        """As by SIGSTOP: it answers nobody."""
        self.deaf.add((ProcessName(name), method))

    def thaw(self, name: str, method: str = "*") -> None:
        """As by SIGCONT."""
        self.deaf.discard((ProcessName(name), method))
