"""Room for processes on nodes, and what is said when there is none."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from actors.runtime.carrier import PROCESS_MEMORY_BYTES, CarrierError, Node

MIB: Final = 2**20


class TooFewResources(CarrierError):
    """There is no room for some processes. `lacking` says which, `nodes` what each node has."""

    def __init__(self, lacking: Sequence[str], nodes: Sequence[str]) -> None:
        self.lacking = tuple(lacking)
        self.nodes = tuple(nodes)
        super().__init__(
            f"no node has room for {' and '.join(lacking)}: each process takes {PROCESS_MEMORY_BYTES // MIB} MiB;"
            f" {'; '.join(nodes) or 'no node is up'}"
        )


def room_on(nodes: Iterable[Node], closed: Collection[str], more: Callable[[Node], str] = lambda _: "") -> list[str]:
    """What each node has, for a person; `more` is what there is to say besides of one that is not closed."""
    return [
        f"{node.address} is drained"
        if node.id in closed
        else f"{node.address} has {node.free_bytes // MIB:,} of {node.memory_bytes // MIB:,} MiB free{more(node)}"
        for node in nodes
    ]


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 host`, `3 hosts`."""
    return f"1 {noun}" if count == 1 else f"{count} {plural or noun + 's'}"
