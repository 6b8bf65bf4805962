"""What is measured of clusters, and what it should reach: 2 cores shared by all processes and the clients."""

from typing import Final

from server.bench.figures import Figure, at_least, at_most

GROWN: Final = (1, 2, 4)
"""How many hosts the same load is put on, one after another."""
_KINDS: Final = {
    "hosts": "the hosts",
    "gateways": "the gateway",
    "directory": "the directory",
    "ray": "Ray's node manager and helpers",
    "postgres": "Postgres",
    "valkey": "Valkey",
    "supervisor": "the supervisor",
    "bots": "the bots",
}


def _grown(hosts: int) -> tuple[Figure, ...]:
    name = f"growth_{hosts}"
    return (
        Figure(f"{name}_rate", "cluster-growth", f"dice, {hosts} host(s) and a gateway", "bets/s"),
        Figure(f"{name}_cpu", "cluster-growth", "  processor time of the whole cluster", "us/bet"),
        Figure(f"{name}_cpu_host", "cluster-growth", "  of that the hosts", "us/bet"),
        Figure(f"{name}_per_call", "cluster-growth", "  messages a call", "messages"),
    )


CLUSTER_FIGURES: Final = (
    Figure("cluster_dice_rate", "cluster-dice", "dice, 2 hosts and a gateway", "bets/s", at_least(10_000)),
    Figure("cluster_dice_p50", "cluster-dice", "  latency p50", "ms"),
    Figure("cluster_dice_p99", "cluster-dice", "  latency p99", "ms", at_most(40)),
    *(
        Figure(f"cluster_dice_cpu_{kind}", "cluster-dice", f"  processor time of {what}", "us/bet")
        for kind, what in _KINDS.items()
    ),
    Figure("cluster_dice_per_call", "cluster-dice", "  messages a call", "messages"),
    Figure("cluster_roulette_rate", "cluster-roulette", "roulette, tables and wallets on different hosts", "bets/s"),
    Figure("cluster_roulette_p50", "cluster-roulette", "  bet accepted p50", "ms"),
    Figure("cluster_roulette_p99", "cluster-roulette", "  bet accepted p99", "ms", at_most(60)),
    Figure("takeover_detected", "cluster-takeover", "kill -9 of a host: until it is fenced", "ms", at_most(1_000)),
    Figure("takeover_p50", "cluster-takeover", "  until a table takes bets, p50 of the tables", "ms"),
    Figure("takeover_p99", "cluster-takeover", "  until a table takes bets, p99 of the tables", "ms", at_most(3_000)),
    Figure("move_p50", "cluster-move", "live move of a shard: longest pause of a table, p50", "ms"),
    Figure("move_p99", "cluster-move", "  p99", "ms", at_most(200)),
    Figure("move_quiet_p99", "cluster-move", "  the same without a move, p99", "ms"),
    Figure("restart_failed", "cluster-restart", "rolling restart under load: failed bets", "bets", at_most(0)),
    Figure("restart_lost", "cluster-restart", "  lost sessions", "sessions", at_most(0)),
    Figure("restart_bets", "cluster-restart", "  bets meanwhile", "bets"),
    Figure("restart_seconds", "cluster-restart", "  duration", "s"),
    *(figure for hosts in GROWN for figure in _grown(hosts)),
)
