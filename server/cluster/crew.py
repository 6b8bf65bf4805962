"""Sees to it that there are as many hosts and gateways as there should be, on nodes that have room for them."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.runtime.carrier import Carrier, CarrierError, Node, NodeId, ProcessName, Recipe
from actors.runtime.transport import PeerLost
from persistence.clusters import ClusterStore, ProcessKind, ProcessRow
from server.cluster.duties import GATEWAY, Duty, Wanted
from server.cluster.members import Member, Members
from server.cluster.room import TooFewResources, counted, room_on

LOST_SECONDS: Final = 15.0
"""A process that is silent for so long is ended, and another one started: until then it may come back by itself."""
ROOM_SECONDS_MAX: Final = 3.0
"""After the end of a process its node is known to have room again."""
ROOM_POLL_SECONDS: Final = 0.25
NAMES_PREFIX: Final = tuple(f"{kind}-" for kind in ProcessKind)

Place = tuple[Duty, Node, int]
"""Who is to be started where, and on which of the node's slots."""


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
        self._ended_at = -ROOM_SECONDS_MAX
        self.closed: frozenset[str] = frozenset()
        """Nodes that nothing is started on any more."""

    async def adopt(self) -> None:
        """Know whom the directory before has started, and which nodes it has closed."""
        self.closed = await self._store.closed_nodes()
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

    async def fill(self, wanted: Wanted, *, partly: bool = False) -> bool:
        """Start who is missing, all of them, or if `partly` those that there is room for; say whether one was started.

        Raises `StoreError`, `CarrierError`: `TooFewResources` when there is no room for all, and, unless `partly`,
        nobody was started.
        """
        async with self._hiring:
            missing = self.missing(wanted)
            if not missing:
                return False
            places, lack = await self._find_places(missing)
            if lack is not None and not partly:
                raise lack
            results = await asyncio.gather(*(self._start(*place) for place in places), return_exceptions=True)
        for result in (*results, lack):
            if isinstance(result, BaseException):
                raise result
        return True

    def missing(self, wanted: Wanted) -> list[Duty]:
        """Of whom there are too few, each as often as one is missing: first those that there are less of."""
        order = sorted(
            (n, place, duty)
            for place, (duty, count) in enumerate(wanted.items())
            for n in range(self._count(duty), count)
        )
        return [duty for _, _, duty in order]

    async def close(self, nodes: Collection[NodeId]) -> None:
        """Start nothing on these nodes any more. Raises `StoreError`, `CarrierError`."""
        there = {node.id for node in await self._carrier.nodes()}
        closed = (self.closed & there) | set(nodes)  # a node that is gone never comes back as the same
        await self._store.close_nodes(self._generation, closed)
        self.closed = frozenset(closed)

    def _count(self, duty: Duty) -> int:
        """Those that stay, and work or may come back."""
        return sum(not member.row.leaving for member in self._members.on(duty))

    def surplus(self, duty: Duty, wanted: int) -> list[Member]:
        """Who is too many: the newest, and of those the ones that do not answer first."""
        staying = [member for member in self._members.on(duty) if not member.row.leaving]
        staying.sort(key=lambda member: member.pulse.is_alive)
        return staying[::-1][: max(0, len(staying) - wanted)] if staying else []

    async def _find_places(self, duties: Sequence[Duty]) -> tuple[list[Place], TooFewResources | None]:
        """See `_places`. Who has just ended may be counted still: then it is looked again."""
        loop = asyncio.get_running_loop()
        while True:
            places, lack = self._places(duties, await self._carrier.nodes())
            if lack is None or loop.time() - self._ended_at >= ROOM_SECONDS_MAX:
                return places, lack
            await asyncio.sleep(ROOM_POLL_SECONDS)

    def _places(self, duties: Sequence[Duty], nodes: Sequence[Node]) -> tuple[list[Place], TooFewResources | None]:
        """A node and a slot for each, and what there is no room for.

        Who does the same is spread, and the fullest node is taken last.
        """
        room = {node.id: 0 if node.id in self.closed else node.room for node in nodes}
        crowd = Counter(member.row.node for member in self._members.all)
        kinds_on = Counter((member.row.node, member.row.kind) for member in self._members.all)
        same_on = Counter((member.row.node, member.duty) for member in self._members.all)
        taken = {(member.row.node, member.row.slot) for member in self._members.gateways}
        places: list[Place] = []
        lacking: Counter[ProcessKind] = Counter()
        for duty in duties:
            kind = duty.kind
            able = [node for node in nodes if room[node.id]]
            if duty == GATEWAY:
                able = [node for node in able if self._free_slot(node, taken) is not None]
            if not able:
                lacking[kind] += 1
                continue
            ranked = [((same_on[one.id, duty], kinds_on[one.id, kind], crowd[one.id], one.id), one) for one in able]
            _, node = min(ranked, key=lambda one: one[0])
            slot = (self._free_slot(node, taken) or 0) if duty == GATEWAY else 0
            if duty == GATEWAY:
                taken.add((node.id, slot))
            room[node.id] -= 1
            same_on[node.id, duty] += 1
            crowd[node.id] += 1
            kinds_on[node.id, kind] += 1
            places.append((duty, node, slot))
        places.sort(key=lambda place: place[0] == GATEWAY)
        return places, self._lack(lacking, nodes) if lacking else None

    def _free_slot(self, node: Node, taken: set[tuple[str, int]]) -> int | None:
        return next((slot for slot in range(self._recipes.gateway_slots) if (node.id, slot) not in taken), None)

    def _lack(self, lacking: Mapping[ProcessKind, int], nodes: Sequence[Node]) -> TooFewResources:
        gateways_on = Counter(member.row.node for member in self._members.gateways)
        slots = self._recipes.gateway_slots

        def ports(node: Node) -> str:
            return f", {gateways_on[node.id]} of {counted(slots, 'gateway port')} taken"

        return TooFewResources(
            [counted(count, kind) for kind, count in lacking.items()],
            room_on(nodes, self.closed, ports if ProcessKind.GATEWAY in lacking else lambda _: ""),
        )

    async def has_room(self, duty: Duty, *, without: NodeId) -> bool:
        """Whether one more could be started on another node. Raises `CarrierError`."""
        nodes = [node for node in await self._carrier.nodes() if node.id != without]
        return self._places([duty], nodes)[1] is None

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

    async def stay(self, member: Member) -> None:
        """Take `leave` back. Raises `StoreError`."""
        await self._store.put_process(self._generation, self._members.stay(member))

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
        self._ended_at = asyncio.get_running_loop().time()

    async def _forget(self, member: Member) -> None:
        await self._members.drop(member)
        await self._store.drop_process(self._generation, member.name)
