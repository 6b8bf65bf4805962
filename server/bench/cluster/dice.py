"""Dice on clusters: speed and latency, what a bet costs each process, and how many messages a call carries."""

from collections.abc import Mapping
from typing import Any, Final

from server.bench.child import DidNotWork
from server.bench.cluster.bill import Bill, Spent
from server.bench.cluster.ground import Cluster, clustered
from server.bench.ground import Ground, play
from server.bench.plan import Plan

HOSTS: Final = 2
MICROSECONDS: Final = 1_000_000


class ClusterDice:
    """Bots with one bet in flight each, on two hosts and a gateway."""

    name = "cluster-dice"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Speed, latency, and the bill; logging the bots in counts as well."""
        report, spent, _ = _measured(ground, HOSTS)
        per_bet = {kind: seconds / report["bets"] * MICROSECONDS for kind, seconds in spent.cpu_seconds.items()}
        return {
            "cluster_dice_rate": report["bets_per_s"],
            "cluster_dice_p50": report["latency_ms"]["p50"],
            "cluster_dice_p99": report["latency_ms"]["p99"],
            **{f"cluster_dice_cpu_{kind}": per_bet.get(kind, 0.0) for kind in Spent.KINDS},
            "cluster_dice_cpu_bots": report["cpu_seconds"] / report["bets"] * MICROSECONDS,
            "cluster_dice_per_call": spent.messages / max(1, spent.calls),
        }


class Growth:
    """The same with more and fewer hosts: all of them on the same cores, so it is the bill that tells."""

    name = "cluster-growth"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """For each number of hosts: speed, processor time of all of the cluster, messages a call."""
        values: dict[str, float] = {}
        for hosts in ground.plan.growth_hosts:
            report, spent, _ = _measured(ground, hosts)
            whole = sum(spent.cpu_seconds.values()) / report["bets"] * MICROSECONDS
            values |= {
                f"growth_{hosts}_rate": report["bets_per_s"],
                f"growth_{hosts}_cpu": whole,
                f"growth_{hosts}_cpu_host": spent.cpu_seconds["hosts"] / report["bets"] * MICROSECONDS,
                f"growth_{hosts}_per_call": spent.messages / max(1, spent.calls),
            }
        return values


def _measured(ground: Ground, hosts: int) -> tuple[dict[str, Any], Spent, Cluster]:
    plan: Plan = ground.plan
    with ground.folder() as folder, clustered(folder, hosts=hosts, gateways=1) as cluster:
        play(folder, cluster, "dice", plan.dice_bots, plan.warmup_seconds)
        bill = Bill(cluster)
        report = play(folder, cluster, "dice", plan.dice_bots, plan.seconds)
        spent = bill.total()
    if report["errors"]:
        raise DidNotWork(f"bets were refused: {report['errors']}")
    return report, spent, cluster
