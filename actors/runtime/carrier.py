"""What starts processes on machines and reaches them, as the rest sees it: Ray, or a stand-in for it in tests."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, NewType, Protocol

from actors.runtime.transport import Peer, Service

ProcessName = NewType("ProcessName", str)
"""Unique for ever within its cluster: what comes in place of a process has another name."""
NodeId = NewType("NodeId", str)

PROCESS_MEMORY_BYTES: Final = 256 * 1024 * 1024
"""What is set aside on its node for a process: it is measured at 190 MB."""


PID: Final = "pid"
"""What every process answers whatever its service is: the number that its machine knows it by, as text."""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine that processes can be started on.

    `memory_bytes` is what it has for all of them, `free_bytes` what is not set aside yet, as was heard of it lately.
    """

    id: NodeId
    address: str
    memory_bytes: int
    free_bytes: int

    @property
    def room(self) -> int:
        """How many more processes have room on it."""
        return self.free_bytes // PROCESS_MEMORY_BYTES


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a process is made: `factory` is a `Factory`, as `package.module:function`, and `config` its argument."""

    name: ProcessName
    node: NodeId
    factory: str
    config: bytes


class CarrierError(Exception):
    """A process was not started, or those that run cannot be told; the message says why, for a person."""


class VersionDiffers(CarrierError):
    """Another release of this software is installed on a node."""

    def __init__(self, ours: str, theirs: str, node: str) -> None:
        self.ours = ours
        self.theirs = theirs
        self.node = node
        super().__init__(
            f"release {theirs} is installed on node {node}, and {ours} here:"
            " install the same on every node of a cluster"
        )


class Carrier(Protocol):
    """Starts, finds and ends the processes of one cluster. They outlive whoever started them."""

    async def start(self, recipe: Recipe) -> Peer:
        """Start a process and have its service made. Raises `CarrierError`, and then no process is left of it."""

    def peer(self, name: ProcessName) -> Peer:
        """A handle to the process of this name. It is looked for by the first call, which is lost if there is none."""

    async def kill(self, name: ProcessName) -> None:
        """End a process at once, wherever it is; one that is not there is as good. Raises `CarrierError`."""

    async def names(self) -> frozenset[ProcessName]:
        """Processes that were started and have not ended. Raises `CarrierError`."""

    async def nodes(self) -> tuple[Node, ...]:
        """Machines that are up. Raises `CarrierError`."""

    def here(self) -> NodeId:
        """The machine that this process runs on."""


Factory = Callable[[ProcessName, bytes, Carrier], Awaitable[Service]]
"""Makes the service of a process, in that process: from its name, its configuration and the way to the others."""
