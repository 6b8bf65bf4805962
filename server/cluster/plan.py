"""Which host should have which shard: pure decisions, from what each shard weighs."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from actors.runtime.carrier import ProcessName
from protocol.ids import ShardId

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
    """The moves that make hosts carry about the same, one after another; none that would not help.

    Each takes from the host that carries most and gives to the one that carries least the shard that brings the two
    closest together.
    """
    owned = {host: sorted(shards) for host, shards in sorted(hosts.items())}
    loads = {host: sum(map(weight, shards)) for host, shards in owned.items()}
    moves: list[Move] = []
    while len(loads) > 1:
        source = max(loads, key=lambda one: (loads[one], one))
        target = min(loads, key=lambda one: (loads[one], one))
        gap = loads[source] - loads[target]
        best = min(owned[source], key=lambda one: abs(gap - 2 * weight(one)), default=None)
        # Beyond a rounding error: or two hosts might pass a shard to and fro for ever.
        if best is None or abs(gap - 2 * weight(best)) > gap - _hair(gap):
            break
        moves.append(Move(best, source, target))
        owned[source].remove(best)
        owned[target].append(best)
        loads[source] -= weight(best)
        loads[target] += weight(best)
    return moves


def emptying(
    source: ProcessName, hosts: Mapping[ProcessName, Collection[ShardId]], weight: Weight = even
) -> list[Move]:
    """The moves that take everything from a host and give it to the others."""
    others = {host: shards for host, shards in hosts.items() if host != source}
    given = shared_out(hosts[source], others, weight)
    return [Move(shard, source, target) for target, shards in sorted(given.items()) for shard in shards]


def _hair(gap: float) -> float:
    return max(gap * 1e-9, 1e-12)
