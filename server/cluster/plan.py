"""Which host should have which shard: pure decisions, from what each shard weighs."""

from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple

from actors.runtime.carrier import ProcessName
from protocol.ids import ShardId

UNEVEN: Final = 0.1
"""Hosts that differ by no more than this share of the average are even enough: a move makes players wait."""
LEVEL: Final = 0.02
"""By how much they differ at most when they have been evened out, as far as shards can be divided so finely."""

Weight = Callable[[ShardId], float]
"""What a shard weighs: more than nothing."""


class Move(NamedTuple):
    """A shard goes from one host to another."""

    shard: ShardId
    source: ProcessName
    target: ProcessName


def even(_: ShardId) -> float:
    """Every shard weighs the same."""
    return 1.0


def shared_out(
    shards: Collection[ShardId], hosts: Mapping[ProcessName, Collection[ShardId]], weight: Weight = even
) -> dict[ProcessName, list[ShardId]]:
    """Who should take shards that nobody has: the heaviest first, each to the host that has the least by then.

    Nobody, when there are no hosts. The same for the same arguments, in whatever order.
    """
    loads = {host: sum(map(weight, owned)) for host, owned in sorted(hosts.items())}
    given: dict[ProcessName, list[ShardId]] = {}
    if not loads:
        return given
    for shard in sorted(shards, key=lambda one: (-weight(one), one)):
        host = min(loads, key=lambda one: (loads[one], one))
        loads[host] += weight(shard)
        given.setdefault(host, []).append(shard)
    return given


def levelling(hosts: Mapping[ProcessName, Collection[ShardId]], weight: Weight = even) -> list[Move]:
    """The moves that make hosts carry about the same: of each shard one at most, and none that would not help.

    None at all while hosts differ by no more than `UNEVEN` of what one carries on the average; otherwise until they
    differ by `LEVEL` of it: so what a host carries may change by the difference without anything being moved again.
    Again and again the host that carries most, of those that have anything that helps, gives to the one that carries
    least the shard that brings the two closest together.
    """
    owned = {host: sorted(shards) for host, shards in sorted(hosts.items())}
    loads = {host: sum(map(weight, shards)) for host, shards in owned.items()}
    if not loads:
        return []
    average = sum(loads.values()) / len(loads)
    if max(loads.values()) - min(loads.values()) <= UNEVEN * average:
        return []
    targets: dict[ShardId, ProcessName] = {}
    givers = set(loads)
    while givers:
        source = max(givers, key=lambda one: (loads[one], one))
        target = min(loads, key=lambda one: (loads[one], one))
        gap = loads[source] - loads[target]
        if gap <= LEVEL * average:
            break
        best = min(owned[source], key=lambda one: abs(gap - 2 * weight(one)), default=None)
        # Beyond a rounding error: or two hosts might pass a shard to and fro for ever.
        if best is None or abs(gap - 2 * weight(best)) > gap - _hair(gap):
            # All it has weighs more than the difference, as one busy table may: the others can be evened out still.
            givers.discard(source)
            continue
        targets[best] = target
        owned[source].remove(best)
        owned[target].append(best)
        loads[source] -= weight(best)
        loads[target] += weight(best)
    sources = {shard: host for host, shards in hosts.items() for shard in shards}
    return [Move(shard, sources[shard], target) for shard, target in targets.items() if target != sources[shard]]


def emptying(
    source: ProcessName, hosts: Mapping[ProcessName, Collection[ShardId]], weight: Weight = even
) -> list[Move]:
    """The moves that take everything from a host and give it to the others."""
    others = {host: shards for host, shards in hosts.items() if host != source}
    given = shared_out(hosts[source], others, weight)
    return [Move(shard, source, target) for target, shards in sorted(given.items()) for shard in shards]


def _hair(gap: float) -> float:
    return max(gap * 1e-9, 1e-12)
