"""What processes a cluster should have: hosts for the shards of each database, and gateways."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from persistence.clusters import ClusterRow, ProcessKind
from protocol.shards import Partition


class Duty(NamedTuple):
    """What a process is there for. `part` is the place of a host's database among all; a gateway serves every one."""

    kind: ProcessKind
    part: int = 0

    def __str__(self) -> str:
        return str(self.kind)


Wanted = Mapping[Duty, int]
"""How many processes there should be of each."""
GATEWAY: Final = Duty(ProcessKind.GATEWAY)


def wanted_by(row: ClusterRow) -> dict[Duty, int]:
    """What a cluster says that it should be."""
    return wanting(row.hosts, row.gateways)


def wanting(hosts: tuple[int, ...], gateways: int) -> dict[Duty, int]:
    """So many hosts for each database, and gateways."""
    return {**{Duty(ProcessKind.HOST, part): count for part, count in enumerate(hosts)}, GATEWAY: gateways}


def hosts_by_part(hosts: int, partition: Partition) -> tuple[int, ...]:
    """How many hosts each database gets: one, and the others by their shards; one host more is more for one of them.

    That is the method of D'Hondt. Raises ValueError when there are fewer hosts than databases.
    """
    parts = partition.parts
    if hosts < len(parts):
        raise ValueError(f"{len(parts)} databases need a host each, and there are to be {hosts}")
    counts = [1] * len(parts)
    for _ in range(hosts - len(parts)):
        neediest = max(range(len(parts)), key=lambda part: (len(parts[part]) / counts[part], -part))
        counts[neediest] += 1
    return tuple(counts)
