"""What a cluster keeps in its database about itself: whose it is, what it should consist of, and its processes."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from persistence.interfaces import StoreError

__all__ = ["ClusterRow", "ClusterStore", "ClusterTaken", "LastCluster", "ProcessKind", "ProcessRow", "Superseded"]


class ProcessKind(StrEnum):
    """What a process does. It begins its name."""

    HOST = "host"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """The cluster of a platform. `generation` counts its directories; `hosts`, for the shards of each database, and
    `gateways` are how many there should be; `is_down`: it was stopped in order.
    """

    name: str
    release: str
    generation: int
    hosts: tuple[int, ...]
    gateways: int
    is_down: bool


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """A process that was started. `slot` tells gateways of one node apart; one that is `leaving` gets nothing new.

    `part` is the place among all databases of the one whose shards a host serves; a gateway's is 0.
    """

    name: str
    kind: ProcessKind
    node: str
    slot: int
    leaving: bool
    part: int = 0


@dataclass(frozen=True, slots=True)
class LastCluster:
    """The cluster that a database had last, or has: `instance` is a cluster from its start to its end.

    `is_down`: it was stopped in order. Its directory was heard of `silent_seconds` ago.
    """

    instance: str
    name: str
    is_down: bool
    silent_seconds: float

    def require_over(self, silence_seconds: float) -> None:
        """See that another may begin. Raises `ClusterTaken`."""
        if not self.is_down and self.silent_seconds < silence_seconds:
            raise ClusterTaken(self.name, self.silent_seconds)


class ClusterTaken(StoreError):
    """Another cluster plays on this database."""

    def __init__(self, name: str, silent_seconds: float) -> None:
        self.name = name
        self.silent_seconds = silent_seconds
        super().__init__(
            f"cluster {name!r} plays on this database; its directory was heard of {silent_seconds:.1f} s ago:"
            " stop it first (croupier cluster down), or use another database"
        )


class Superseded(StoreError):
    """Another directory has taken this one's place: it must do nothing any more."""


class ClusterStore(Protocol):
    """One cluster's memory. All that changes it names the generation of its directory, and raises `Superseded` when
    there is a later one. Raises `Unavailable` as every store does.
    """

    async def last(self) -> LastCluster | None:
        """The cluster that this database had last, or has; nothing when it never had one."""

    async def claim(
        self, instance: str, *, name: str, release: str, hosts: tuple[int, ...], gateways: int, silence_seconds: float
    ) -> ClusterRow:
        """Become the directory; the one before is superseded. `instance` is a cluster from its start to its end.

        What the cluster should consist of is only taken from the first directory of an instance. Raises `ClusterTaken`
        while another instance was not stopped and was heard of less than `silence_seconds` ago.
        """

    async def beat(self, generation: int) -> ClusterRow:
        """Say that this directory is alive, and see what the cluster should be."""

    async def want(self, generation: int, hosts: tuple[int, ...], gateways: int) -> None:
        """Say how many hosts and gateways there should be."""

    async def stop(self, generation: int) -> None:
        """The cluster is stopped: another may begin at once."""

    async def take_number(self, generation: int) -> int:
        """A number for a process that no process of any cluster of this database has had."""

    async def processes(self) -> list[ProcessRow]:
        """The processes of the cluster."""

    async def put_process(self, generation: int, process: ProcessRow) -> None:
        """Remember a process, or change what is remembered of it."""

    async def drop_process(self, generation: int, name: str) -> None:
        """Forget a process."""

    async def closed_nodes(self) -> frozenset[str]:
        """Nodes that nothing is to be started on any more."""

    async def close_nodes(self, generation: int, nodes: Collection[str]) -> None:
        """These nodes are closed from now on, and no others."""
