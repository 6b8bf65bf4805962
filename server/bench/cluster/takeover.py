"""`kill -9` of the host that has all the tables: how soon each of them takes bets again."""

import os
import signal
import time
from collections.abc import Mapping
from typing import Final

from server.bench.cluster.ground import clustered
from server.bench.cluster.probes import percentile, probing
from server.bench.cluster.roulette import HOSTS, apart, shards_of
from server.bench.ground import Ground
from server.bench.tables import table_ids, write_tables

PAUSE_SECONDS: Final = 0.5
"""Between two bets at one table: all of them together are load enough."""
MS: Final = 1_000


class TakeOver:
    """Bets on every table all the time; their host dies, and another one takes over."""

    name = "cluster-takeover"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """From the kill: until its epoch was ended, and until each table had accepted a bet that was sent after it."""
        plan = ground.plan
        tables = table_ids(plan.takeover_tables)
        with ground.folder() as folder:
            config = write_tables(folder / "tables.toml", tables, plan.probe_phases_ms)
            with clustered(folder, hosts=HOSTS, gateways=1, more=("--config", str(config))) as cluster:
                host, _ = apart(cluster, shards_of(tables))
                pid = cluster.pids()[host]
                with probing(folder, cluster, tables, PAUSE_SECONDS) as probes:
                    cluster.tell("fenced", host=host)
                    killed_at = time.monotonic()
                    os.kill(pid, signal.SIGKILL)
                    detected = cluster.told("fenced")["at"] - killed_at
                    waits = probes.after(killed_at)
        return {
            "takeover_detected": detected * MS,
            "takeover_p50": percentile(waits, 0.5),
            "takeover_p99": percentile(waits, 0.99),
        }
