"""What the directory of a cluster can be told to do, and what of that it refuses at once."""

from collections.abc import Sequence
from typing import Any, Final

from actors.runtime.carrier import Carrier, Node
from persistence.clusters import ProcessKind
from protocol.shards import Partition
from server.cluster.crew import Crew
from server.cluster.duties import GATEWAY, Duty, hosts_by_part, wanting
from server.cluster.members import Member, Members
from server.cluster.operations import NotNow, Operations
from server.cluster.term import Term

PROCESSES_MAX: Final = 1_000
NODE_ID_SHOWN: Final = 8
"""Characters of a node's id that are enough to tell it from others."""


class Orders:
    """Begins works, and changes how many processes of each kind there should be."""

    def __init__(
        self,
        carrier: Carrier,
        members: Members,
        crew: Crew,
        operations: Operations,
        term: Term,
        *,
        partition: Partition,
    ) -> None:
        self._carrier = carrier
        self._members = members
        self._crew = crew
        self._operations = operations
        self._term = term
        self._partition = partition

    async def scale(self, hosts: int | None = None, gateways: int | None = None) -> dict[str, Any]:
        """Have so many of each. Raises `NotNow`."""
        now = self._term.wanted
        parts = tuple(now[Duty(ProcessKind.HOST, part)] for part in range(len(self._partition.parts)))
        counts = (sum(parts) if hosts is None else hosts, now[GATEWAY] if gateways is None else gateways)
        if not all(1 <= count <= PROCESSES_MAX for count in counts):
            raise NotNow(f"a cluster has at least one host and one gateway, and at most {PROCESSES_MAX} of each")
        try:
            wanted = wanting(parts if hosts is None else hosts_by_part(hosts, self._partition), counts[1])
        except ValueError as error:
            raise NotNow(str(error)) from error

        async def scale() -> None:
            await self._crew.fill(wanted)
            await self._term.want(wanted)
            await self._operations.scale(wanted)

        return self._operations.begin("scale", scale())

    async def rebalance(self) -> dict[str, Any]:
        """Have hosts carry about the same. Raises `NotNow`."""
        return self._operations.begin("rebalance", self._operations.rebalance())

    async def restart(self) -> dict[str, Any]:
        """Have new processes in the place of all. Raises `NotNow`."""
        return self._operations.begin("rolling restart", self._operations.restart(self._term.wanted))

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
        duty, leaving = member.duty, member.row.leaving
        wanted = self._term.wanted
        wanted[duty] -= not leaving
        if wanted[duty] < 1:
            raise NotNow(
                f"{member.name} is the only {self._called(duty)}: add one first (croupier cluster scale), or have it"
                " replaced (--replace)"
            )

        async def drain() -> None:
            # In this order: whoever asks again, because we died meanwhile, does not take one off the count twice.
            await self._crew.leave(member)
            await self._term.want(wanted)
            await self._operations.retire(member)

        return self._operations.begin(f"drain {member.name}", drain())

    def _called(self, duty: Duty) -> str:
        several = duty.kind == ProcessKind.HOST and len(self._partition.parts) > 1
        return f"{duty.kind} of the database of the shards {self._partition.parts[duty.part]}" if several else duty.kind

    def _replace(self, member: Member) -> dict[str, Any]:
        return self._operations.begin(f"replace {member.name}", self._operations.replace(member, self._term.wanted))

    async def _vacate(self, node: Node) -> dict[str, Any]:
        here = [member for member in self._members.all if member.node == node.id]
        for duty in self._term.wanted:
            await self._require_others(duty, here, node)

        async def vacate() -> None:
            await self._crew.close([node.id])
            await self._operations.vacate(here, self._term.wanted)

        return self._operations.begin(f"drain {node.address}", vacate())

    async def _require_others(self, duty: Duty, here: Sequence[Member], node: Node) -> None:
        """See that somebody is left who does the same, or can be started elsewhere."""
        going = [member.name for member in here if member.duty == duty]
        staying = [one for one in self._members.on(duty) if one.is_usable and one.node != node.id]
        if going and not staying and not await self._crew.has_room(duty, without=node.id):
            raise NotNow(
                f"every {self._called(duty)} is on {node.address} ({', '.join(going)}), and no other node has room for"
                " one: add a node first, or stop the cluster"
            )


def _is_called(node: Node, what: str) -> bool:
    return what == node.address or (len(what) >= NODE_ID_SHOWN and node.id.startswith(what))
