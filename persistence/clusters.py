"""What a cluster keeps in its database about itself: whose it is, what it should consist of, and its processes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from persistence.interfaces import StoreError

__all__ = ["ClusterRow", "ClusterStore", "ClusterTaken", "ProcessKind", "ProcessRow", "Superseded"]


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

    async def require_free(self, silence_seconds: float) -> None:
        """See that a cluster may begin, changing nothing. Raises `ClusterTaken`."""

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
