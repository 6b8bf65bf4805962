"""The term of a directory: what the database says of the cluster, and the right to change that until another comes."""

from collections.abc import Collection
from dataclasses import replace

from actors.runtime.carrier import CarrierError
from persistence.clusters import ClusterRow, ClusterStore, ProcessKind
from protocol.shards import Partition
from server.cluster.charter import Charter
from server.cluster.crew import NAMES_PREFIX
from server.cluster.duties import GATEWAY, Duty, Wanted, hosts_by_part, wanted_by


class Term:
    """One generation of directory. Whatever it does raises `Superseded` once there is a later one, and `StoreError`."""

    def __init__(self, store: ClusterStore, instance: str, row: ClusterRow) -> None:
        self._store = store
        self.instance = instance
        """The cluster's own, from its start to its end."""
        self.row = row
        """As it was last read."""

    @property
    def generation(self) -> int:
        """How many directories this database has had with this one."""
        return self.row.generation

    @property
    def wanted(self) -> dict[Duty, int]:
        """How many processes there should be of each."""
        return wanted_by(self.row)

    async def beat(self) -> None:
        """Say that the directory is there, and read what the cluster should be."""
        self.row = await self._store.beat(self.generation)

    async def want(self, wanted: Wanted) -> None:
        """Say how many there should be of each."""
        hosts = tuple(wanted[Duty(ProcessKind.HOST, part)] for part in range(len(self.row.hosts)))
        await self._store.want(self.generation, hosts, wanted[GATEWAY])
        await self.beat()

    async def end(self) -> None:
        """The cluster is stopped: another may begin at once."""
        await self._store.stop(self.generation)


async def begun(charter: Charter, partition: Partition, store: ClusterStore, running: Collection[str]) -> Term:
    """Become the directory of the cluster whose processes run, whoever has started them; of a new one if none do.

    `running` are the names of all processes on this Ray. Raises `CarrierError` when they are another cluster's,
    `ClusterTaken` and other errors of stores.
    """
    last = await store.last()
    crew = {name for name in running if name.startswith(NAMES_PREFIX)}
    known = {row.name for row in await store.processes()}
    if last is not None and not last.is_down and crew & known:
        charter = replace(charter, instance=last.instance)
    elif crew and (last is None or last.instance != charter.instance):
        raise CarrierError(
            f"processes of another cluster named {charter.name!r} run on this Ray ({', '.join(sorted(crew))}):"
            " give this one another name (--name), or stop that one first"
        )
    row = await store.claim(
        charter.instance,
        name=charter.name,
        release=charter.release,
        hosts=hosts_by_part(charter.hosts, partition),
        gateways=charter.gateways,
        silence_seconds=charter.silence_seconds,
    )
    return Term(store, charter.instance, row)
