"""The stores of a cluster's directory, and what they say before there is one."""

import contextlib
from dataclasses import dataclass

from persistence.clusters import LastCluster
from persistence.ledgers import Ledgers
from persistence.postgres.cluster import PostgresClusterStore
from persistence.postgres.ledger import PostgresLedger
from protocol.shards import Partition
from server.bootstrap.stores import addresses_of
from server.bootstrap.troubles import CannotStart
from server.config import Config

DIRECTORY_READERS_MAX = 4


@dataclass(frozen=True, slots=True)
class ClusterStores:
    """Who owns what, by all databases, and what the cluster remembers of itself, in the first."""

    ledgers: Ledgers
    store: PostgresClusterStore


def open_cluster_stores(config: Config, stack: contextlib.AsyncExitStack) -> ClusterStores:
    """The directory's stores, open until `stack` closes them. They connect when they are needed."""
    addresses = addresses_of(config)
    if not addresses:
        raise CannotStart("a process of a cluster needs its databases named: its stores are not its own")
    ledgers = [PostgresLedger(address.dsn, readers_max=DIRECTORY_READERS_MAX) for address in addresses]
    for ledger in ledgers:
        stack.push_async_callback(ledger.close)
    store = PostgresClusterStore(addresses[0].dsn)
    stack.push_async_callback(store.close)
    partition = Partition(config.shards, tuple(address.shards for address in addresses))
    return ClusterStores(Ledgers(partition, ledgers), store)


async def last_cluster(config: Config) -> LastCluster | None:
    """The cluster that the database had last, or has. Raises `StoreError`."""
    async with contextlib.AsyncExitStack() as stack:
        return await open_cluster_stores(config, stack).store.last()
