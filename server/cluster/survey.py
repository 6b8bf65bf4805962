"""What a directory tells of its cluster: its status, as others ask for it, and what it knows without asking anybody."""

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any, Final

from actors.runtime.carrier import Carrier, CarrierError, Node, ProcessName
from persistence.clusters import ProcessKind
from persistence.interfaces import StoreError
from protocol.ids import ShardId
from protocol.shards import Partition
from server.cluster.crew import Crew
from server.cluster.loads import Loads
from server.cluster.members import Member, Members
from server.cluster.operations import Operations
from server.cluster.ownership import Layout, Ownership
from server.cluster.report import described, described_nodes, state_of
from server.cluster.staffing import Staffing
from server.cluster.term import Term

STATUS_SECONDS: Final = 2.0
LAYOUT_SECONDS_MAX: Final = 0.5
"""For what a database says of its shards; then it is what it said before."""
NODES_SECONDS_MAX: Final = 0.5
"""For what is told of nodes. Ray's control store may be gone: then it is what was known before."""
BUSIEST_SHOWN: Final = 5


class Survey:
    """Tells what others last said where they do not answer now. `name` is the directory's."""

    def __init__(
        self,
        name: ProcessName,
        carrier: Carrier,
        term: Term,
        members: Members,
        crew: Crew,
        staffing: Staffing,
        operations: Operations,
        ownerships: Sequence[Ownership],
        loads: Loads,
        *,
        partition: Partition,
    ) -> None:
        self._name = name
        self._carrier = carrier
        self._term = term
        self._members = members
        self._crew = crew
        self._staffing = staffing
        self._operations = operations
        self._ownerships = ownerships
        self._loads = loads
        self._partition = partition
        self._nodes: Sequence[Node] = ()
        self._layouts: list[Layout] = [{} for _ in ownerships]

    async def keep(self) -> None:
        """Ask everybody how they are, for ever: what they count over the time between says how fast they are."""
        while True:
            await self._ask_everybody()
            await asyncio.sleep(STATUS_SECONDS)

    async def _ask_everybody(self) -> None:
        looks = (self._ask_one(member) for member in self._members.all if member.pulse.is_alive)
        await asyncio.gather(*looks, return_exceptions=True)

    async def _ask_one(self, member: Member) -> None:
        await member.look()
        if member.row.kind == ProcessKind.HOST:
            # Hosts of an older release, in the middle of an upgrade, do not speak of them.
            self._loads.hear(member.status["owned"], member.status.get("loads", {}))

    def known(self) -> dict[str, Any]:
        """What is known without asking anybody; see `DirectoryMetrics`."""
        missing = self._staffing.missing
        return {
            "generation": self._term.generation,
            "shards": self._shards(sum(one.owned for one in self._ownerships)),
            "processes": {kind: Counter(map(state_of, self._members.of(kind))) for kind in ProcessKind},
            "missing": {kind: missing[kind] for kind in ProcessKind},
        }

    async def status(self, metrics_address: tuple[str, int] | None) -> dict[str, Any]:
        """All there is to tell; see `croupier cluster status`."""
        # At once: whoever asks does not wait for long.
        unknown, _, _ = await asyncio.gather(self._find_layouts(), self._find_nodes(), self._ask_everybody())
        layout = {name: shards for layout in self._layouts for name, shards in layout.items()}
        addresses = {node.id: node.address for node in self._nodes}
        missing = self._staffing.missing
        here = self._carrier.here()
        row = self._term.row
        return {
            "cluster": {
                **asdict(row),
                "hosts": sum(row.hosts),
                "directory": self._name,
                "directory_pid": os.getpid(),
                "directory_node": addresses.get(here, here),
                "directory_metrics": metrics_address,
                "instance": self._term.instance,
            },
            "hosts": [
                {
                    **described(member, addresses),
                    **self._carried(layout.get(member.name, ())),
                    "database": str(self._partition.parts[member.row.part]),
                }
                for member in self._members.hosts
            ],
            "gateways": [described(member, addresses) for member in self._members.gateways],
            "shards": self._shards(sum(map(len, layout.values()))),
            "databases": [
                {"shards": str(part), "hosts": hosts, "unowned": one.unowned}
                for part, hosts, one in zip(self._partition.parts, row.hosts, self._ownerships, strict=True)
            ],
            "nodes": described_nodes(self._nodes, self._members.all, self._crew.closed, here),
            "missing": {"hosts": missing[ProcessKind.HOST], "gateways": missing[ProcessKind.GATEWAY]},
            "trouble": unknown or self._staffing.trouble,
            "work": self._operations.state,
        }

    def _carried(self, shards: Collection[ShardId]) -> dict[str, Any]:
        """What a host has to carry: its busiest shards as pairs, with the turns a second that each of them has."""
        loads = sorted(((self._loads.load(shard), shard) for shard in shards), reverse=True)
        return {
            "shards": len(shards),
            "weight": round(sum(map(self._loads.weight, shards))),
            "busiest": [(shard, round(load)) for load, shard in loads[:BUSIEST_SHOWN] if load],
        }

    def _shards(self, owned: int) -> dict[str, int]:
        return {
            "owned": owned,
            "unowned": sum(one.unowned for one in self._ownerships),
            "moving": sum(one.moving for one in self._ownerships),
        }

    async def _find_layouts(self) -> str | None:
        """Of all databases; of one that does not answer, what it said before. Returns why one does not."""
        troubles = await asyncio.gather(*(self._find_layout(one) for one in self._ownerships))
        return next((trouble for trouble in troubles if trouble is not None), None)

    async def _find_layout(self, ownership: Ownership) -> str | None:
        try:
            async with asyncio.timeout(LAYOUT_SECONDS_MAX):
                self._layouts[ownership.part] = await ownership.layout()
        except TimeoutError:
            shards = self._partition.parts[ownership.part]
            return f"the database of the shards {shards} did not say in {LAYOUT_SECONDS_MAX} s whose they are"
        except StoreError as error:
            return str(error)
        return None

    async def _find_nodes(self) -> None:
        with contextlib.suppress(CarrierError, TimeoutError):
            async with asyncio.timeout(NODES_SECONDS_MAX):
                self._nodes = await self._carrier.nodes()
