"""What the directory of a cluster can be told to do, and what of that it refuses at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from actors.runtime.carrier import Carrier, Node
from persistence.clusters import ProcessKind
from server.cluster.crew import Crew
from server.cluster.members import Member, Members
from server.cluster.operations import NotNow, Operations

PROCESSES_MAX: Final = 1_000
NODE_ID_SHOWN: Final = 8
"""Characters of a node's id that are enough to tell it from others."""

Wanted = Mapping[ProcessKind, int]


class Orders:
    """Begins works. `wanted` is how many there should be of each kind, and `want` changes that."""

    def __init__(
        self,
        carrier: Carrier,
        members: Members,
        crew: Crew,
        operations: Operations,
        *,
        wanted: Callable[[], dict[ProcessKind, int]],
        want: Callable[[Wanted], Awaitable[None]],
    ) -> None:
        self._carrier = carrier
        self._members = members
        self._crew = crew
        self._operations = operations
        self._wanted = wanted
        self._want = want

    async def scale(self, hosts: int | None = None, gateways: int | None = None) -> dict[str, Any]:
        """Have so many of each. Raises `NotNow`."""
        now = self._wanted()
        wanted = {
            ProcessKind.HOST: now[ProcessKind.HOST] if hosts is None else hosts,
            ProcessKind.GATEWAY: now[ProcessKind.GATEWAY] if gateways is None else gateways,
        }
        if not all(1 <= count <= PROCESSES_MAX for count in wanted.values()):
            raise NotNow(f"a cluster has at least one host and one gateway, and at most {PROCESSES_MAX} of each")

        async def scale() -> None:
            await self._crew.fill(wanted)
            await self._want(wanted)
            await self._operations.scale(wanted)

        return self._operations.begin("scale", scale())

    async def rebalance(self) -> dict[str, Any]:
        """Have hosts carry about the same. Raises `NotNow`."""
        return self._operations.begin("rebalance", self._operations.rebalance())

    async def restart(self) -> dict[str, Any]:
        """Have new processes in the place of all. Raises `NotNow`."""
        return self._operations.begin("rolling restart", self._operations.restart(self._wanted()))

    async def drain(self, what: str, *, replace: bool = False) -> dict[str, Any]:
        """Empty a process, for good or to be replaced, or all of a node. Raises `NotNow`, `CarrierError`."""
        member = self._members.find(what)
        if member is not None:
            return self._replace(member) if replace else self._retire(member)
        nodes = [node for node in await self._carrier.nodes() if _is_called(node, what)]
        if not nodes:
            known = ", ".join(one.name for one in self._members.all) or "there are none"
            raise NotNow(f"there is no process and no node {what}; processes are: {known}")
        if len(nodes) > 1:
            ids = ", ".join(node.id[:NODE_ID_SHOWN] for node in nodes)
            raise NotNow(f"several nodes are at {what}: name one by its id ({ids})")
        return await self._vacate(nodes[0])

    def _retire(self, member: Member) -> dict[str, Any]:
        """One less is wanted, unless that was said before and not finished."""
        kind, leaving = member.row.kind, member.row.leaving
        wanted = self._wanted()
        wanted[kind] -= not leaving
        if wanted[kind] < 1:
            raise NotNow(
                f"{member.name} is the only {kind}: add one first (croupier cluster scale), or have it replaced"
                " (--replace)"
            )

        async def drain() -> None:
            # In this order: whoever asks again, because we died meanwhile, does not take one off the count twice.
            await self._crew.leave(member)
            await self._want(wanted)
            await self._operations.retire(member)

        return self._operations.begin(f"drain {member.name}", drain())

    def _replace(self, member: Member) -> dict[str, Any]:
        return self._operations.begin(f"replace {member.name}", self._operations.replace(member, self._wanted()))

    async def _vacate(self, node: Node) -> dict[str, Any]:
        here = [member for member in self._members.all if member.node == node.id]
        for kind in ProcessKind:
            await self._require_others(kind, here, node)

        async def vacate() -> None:
            await self._crew.close([node.id])
            await self._operations.vacate(here, self._wanted())

        return self._operations.begin(f"drain {node.address}", vacate())

    async def _require_others(self, kind: ProcessKind, here: Sequence[Member], node: Node) -> None:
        """See that somebody is left of a kind, or can be started elsewhere."""
        going = [member.name for member in here if member.row.kind == kind]
        staying = [one for one in self._members.of(kind) if one.is_usable and one.node != node.id]
        if going and not staying and not await self._crew.has_room(kind, without=node.id):
            raise NotNow(
                f"every {kind} is on {node.address} ({', '.join(going)}), and no other node has room for one:"
                " add a node first, or stop the cluster"
            )


def _is_called(node: Node, what: str) -> bool:
    return what == node.address or (len(what) >= NODE_ID_SHOWN and node.id.startswith(what))
