"""Roulette whose tables and wallets are on different hosts: each bet is asked for, held and accepted over links."""

from collections.abc import Iterable, Mapping
from typing import Final

from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from protocol.ids import ShardId
from server.bench.child import DidNotWork
from server.bench.cluster.ground import Cluster, clustered
from server.bench.ground import Ground, play
from server.bench.tables import table_ids, write_tables
from server.config import Config

TABLES: Final = 10
HOSTS: Final = 2
SHARDS: Final = int(Config.model_fields["shards"].default)


class ClusterRoulette:
    """Players spread over ten tables on one host; nearly all of their wallets are on the other."""

    name = "cluster-roulette"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """How fast bets are accepted. Wallets whose shard has a table as well are beside the tables."""
        plan = ground.plan
        with ground.folder() as folder:
            config = write_tables(folder / "tables.toml", table_ids(TABLES), plan.roulette_phases_ms)
            with clustered(folder, hosts=HOSTS, gateways=1, more=("--config", str(config))) as cluster:
                apart(cluster, shards_of(table_ids(TABLES)))
                report = play(folder, cluster, "roulette", plan.roulette_players, plan.roulette_seconds)
        return {
            "cluster_roulette_rate": report["bets_per_s"],
            "cluster_roulette_p50": report["latency_ms"]["p50"],
            "cluster_roulette_p99": report["latency_ms"]["p99"],
        }


def shards_of(tables: Iterable[str]) -> set[ShardId]:
    """Where tables are."""
    return {shard_of(Ref("table", table), SHARDS) for table in tables}


def apart(cluster: Cluster, shards: set[ShardId]) -> tuple[str, str]:
    """Give these shards to one host and all others to another; returns the two."""
    hosts = cluster.hosts
    if len(hosts) < HOSTS:
        raise DidNotWork(f"of {HOSTS} hosts there are {len(hosts)}")
    one, other = hosts[:2]
    rest = set(map(ShardId, range(SHARDS))) - shards
    cluster.order("place", shards={one: sorted(shards), other: sorted(rest)})
    return one, other


def one_shard(count: int, tables: int) -> list[str]:
    """So many ids of tables on one and the same shard, of `tables` ids that are looked at. Raises `DidNotWork`."""
    by_shard: dict[ShardId, list[str]] = {}
    for table in table_ids(tables):
        found = by_shard.setdefault(shard_of(Ref("table", table), SHARDS), [])
        found.append(table)
        if len(found) == count:
            return found
    raise DidNotWork(f"of {tables} tables no {count} are on one shard")
