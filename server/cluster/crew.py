"""Sees to it that there are as many hosts and gateways as there should be, on nodes that have room for them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.runtime.carrier import PROCESS_MEMORY_BYTES, Carrier, CarrierError, Node, NodeId, ProcessName, Recipe
from actors.runtime.transport import PeerLost
from persistence.clusters import ClusterStore, ProcessKind, ProcessRow
from server.cluster.duties import GATEWAY, Duty, Wanted
from server.cluster.members import Member, Members

LOST_SECONDS: Final = 15.0
"""A process that is silent for so long is ended, and another one started: until then it may come back by itself."""
NAMES_PREFIX: Final = tuple(f"{kind}-" for kind in ProcessKind)


class TooFewResources(CarrierError):
    """No node has room for another process."""


@dataclass(frozen=True, slots=True)
class Recipes:
    """How processes are made: factories, and the configuration of all of them.

    A host's is that of its database. `gateway_slots` is how many gateways a node takes, each on a port of its own.
    """

    host_factory: str
    gateway_factory: str
    gateway_slots: int
    gateway_config: bytes
    host_configs: Sequence[bytes]

    def made(self, name: ProcessName, node: NodeId, duty: Duty) -> Recipe:
        """The recipe of a process."""
        if duty.kind == ProcessKind.HOST:
            return Recipe(name, node, self.host_factory, self.host_configs[duty.part])
        return Recipe(name, node, self.gateway_factory, self.gateway_config)


class Crew:
    """Starts, replaces and ends processes. `generation` is the directory's, `on_event` is told what was done."""

    def __init__(
        self,
        carrier: Carrier,
        store: ClusterStore,
        members: Members,
        recipes: Recipes,
        *,
        generation: int,
        on_event: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        self._carrier = carrier
        self._store = store
        self._members = members
        self._recipes = recipes
        self._generation = generation
        self._on_event = on_event
        self._hiring = asyncio.Lock()

    async def adopt(self) -> None:
        """Know whom the directory before has started."""
        for row in await self._store.processes():
            self._members.add(row, self._carrier.peer(ProcessName(row.name)))

    async def bury(self) -> None:
        """Forget who has ended, and end whom nobody knows. Raises `StoreError`, `CarrierError`."""
        running = await self._carrier.names()
        for member in self._members.all:
            if member.name not in running and not member.pulse.is_alive:
                self._on_event("process has ended", {"process": member.name})
                await self._forget(member)
            elif member.pulse.silent_seconds > LOST_SECONDS:
                self._on_event("process does not come back", {"process": member.name})
                await self.end(member)
        for name in sorted(running):
            if name.startswith(NAMES_PREFIX) and self._members.find(name) is None and not self._hiring.locked():
                self._on_event("stray process ended", {"process": name})
                await self._carrier.kill(name)

    async def fill(self, wanted: Wanted) -> bool:
        """Start who is missing; say whether somebody was.

        Raises `StoreError`, `CarrierError`: `TooFewResources` when there is no room.
        """
        async with self._hiring:
            missing = [duty for duty, count in wanted.items() for _ in range(count - self._count(duty))]
            if not missing:
                return False
            places = self._places(missing, await self._carrier.nodes())
            results = await asyncio.gather(*(self._start(*place) for place in places), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return True

    def _count(self, duty: Duty) -> int:
        """Those that stay, and work or may come back."""
        return sum(not member.row.leaving for member in self._members.on(duty))

    def surplus(self, duty: Duty, wanted: int) -> list[Member]:
        """Who is too many: the newest, and of those the ones that do not answer first."""
        staying = [member for member in self._members.on(duty) if not member.row.leaving]
        staying.sort(key=lambda member: member.pulse.is_alive)
        return staying[::-1][: max(0, len(staying) - wanted)] if staying else []

    def _places(self, duties: Sequence[Duty], nodes: Sequence[Node]) -> list[tuple[Duty, Node, int]]:
        """A node and a slot for each; who does the same is spread, and the fullest node is taken last.

        Raises `TooFewResources`.
        """
        crowd = Counter(member.row.node for member in self._members.all)
        kinds_on = Counter((member.row.node, member.row.kind) for member in self._members.all)
        same_on = Counter((member.row.node, member.duty) for member in self._members.all)
        taken = {(member.row.node, member.row.slot) for member in self._members.gateways}
        places = []
        for duty in duties:
            kind = duty.kind
            room = [node for node in nodes if (crowd[node.id] + 1) * PROCESS_MEMORY_BYTES <= node.memory_bytes]
            if duty == GATEWAY:
                room = [node for node in room if self._free_slot(node, taken) is not None]
            if not room:
                raise self._no_room(kind, nodes)
            ranked = [((same_on[one.id, duty], kinds_on[one.id, kind], crowd[one.id], one.id), one) for one in room]
            _, node = min(ranked, key=lambda one: one[0])
            slot = (self._free_slot(node, taken) or 0) if duty == GATEWAY else 0
            if duty == GATEWAY:
                taken.add((node.id, slot))
            same_on[node.id, duty] += 1
            crowd[node.id] += 1
            kinds_on[node.id, kind] += 1
            places.append((duty, node, slot))
        return places

    def _free_slot(self, node: Node, taken: set[tuple[str, int]]) -> int | None:
        return next((slot for slot in range(self._recipes.gateway_slots) if (node.id, slot) not in taken), None)

    def _no_room(self, kind: ProcessKind, nodes: Sequence[Node]) -> TooFewResources:
        slots = f" and {self._recipes.gateway_slots} port(s) for gateways" if kind == ProcessKind.GATEWAY else ""
        have = ", ".join(f"{node.address}: {node.memory_bytes // 2**20} MiB" for node in nodes) or "none is up"
        return TooFewResources(
            f"no node has room for another {kind}: each process takes {PROCESS_MEMORY_BYTES // 2**20} MiB,"
            f" each node has{slots or ' no more'} ({have})"
        )

    async def _start(self, duty: Duty, node: Node, slot: int) -> None:
        number = await self._store.take_number(self._generation)
        row = ProcessRow(f"{duty.kind}-{number}", duty.kind, node.id, slot, leaving=False, part=duty.part)
        # Remembered first: a directory that dies in between is followed by one that knows of it.
        await self._store.put_process(self._generation, row)
        try:
            peer = await self._carrier.start(self._recipes.made(ProcessName(row.name), node.id, duty))
        except BaseException:
            await self._store.drop_process(self._generation, row.name)
            raise
        member = self._members.add(row, peer)
        try:
            await member.pulse.answered()
        except TimeoutError as error:
            await self.end(member)
            raise CarrierError(f"{row.name} was started and does not answer") from error
        self._on_event("process started", {"process": row.name, "node": node.address})

    # --- ending ---

    async def leave(self, member: Member) -> None:
        """Give a process nothing new, and let another be started in its place. Raises `StoreError`."""
        await self._store.put_process(self._generation, self._members.leave(member))

    async def dismiss(self, member: Member) -> None:
        """Have a process end in order, and see that it has. Raises `StoreError`, `CarrierError`."""
        try:
            await member.stop()
        except PeerLost as error:
            self._on_event("process did not end by itself", {"process": member.name, "error": str(error)})
        await self.end(member)

    async def end(self, member: Member) -> None:
        """End a process at once. Raises `StoreError`, `CarrierError`."""
        await self._carrier.kill(member.name)
        await self._forget(member)

    async def _forget(self, member: Member) -> None:
        await self._members.drop(member)
        await self._store.drop_process(self._generation, member.name)
