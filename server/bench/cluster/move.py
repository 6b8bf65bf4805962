"""A live shard with busy tables goes from one host to the other and back: how long each table stands still."""

from collections.abc import Mapping
from typing import Final

from server.bench.cluster.ground import clustered
from server.bench.cluster.probes import percentile, probing
from server.bench.cluster.roulette import HOSTS, apart, one_shard, shards_of
from server.bench.ground import Ground
from server.bench.tables import write_tables

PAUSE_SECONDS: Final = 0.05
"""Between two bets at one table. It counts as a part of the pause: nobody knows what a bet would have met in it."""
CANDIDATES_MAX: Final = 100_000
"""Ids of tables among which those of one shard are looked for."""


class LiveMove:
    """Several moves of one shard, with bets on all of its tables."""

    name = "cluster-move"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """The longest time in which a table accepted nothing, of every table and every move."""
        plan = ground.plan
        tables = one_shard(plan.move_tables, CANDIDATES_MAX)
        shard = shards_of(tables)
        pauses: list[float] = []
        quiet: list[float] = []
        with ground.folder() as folder:
            config = write_tables(folder / "tables.toml", tables, plan.probe_phases_ms)
            with clustered(folder, hosts=HOSTS, gateways=1, more=("--config", str(config))) as cluster:
                here, there = apart(cluster, shard)
                with probing(folder, cluster, tables, PAUSE_SECONDS) as probes:
                    for _ in range(plan.moves):
                        here, there = there, here
                        move = cluster.order("place", shards={here: sorted(shard)})
                        pauses += probes.gaps(move["began"], move["ended"])
                        quiet += probes.gaps(move["ended"] + 2 * PAUSE_SECONDS, move["ended"] + 4 * PAUSE_SECONDS)
        return {
            "move_p50": percentile(pauses, 0.5),
            "move_p99": percentile(pauses, 0.99),
            "move_quiet_p99": percentile(quiet, 0.99),
        }
