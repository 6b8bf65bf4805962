"""The stores of a cluster's directory, and what they say before there is one."""

import contextlib
from dataclasses import dataclass

from persistence.clusters import LastCluster
from persistence.postgres.cluster import PostgresClusterStore
from persistence.postgres.ledger import PostgresLedger
from server.bootstrap.troubles import CannotStart
from server.config import Config

DIRECTORY_READERS_MAX = 4


@dataclass(frozen=True, slots=True)
class ClusterStores:
    """Who owns what, and what the cluster remembers of itself."""

    ledger: PostgresLedger
    store: PostgresClusterStore


def open_cluster_stores(config: Config, stack: contextlib.AsyncExitStack) -> ClusterStores:
    """The directory's stores, open until `stack` closes them. They connect when they are needed."""
    if config.database_url is None:
        raise CannotStart("a process of a cluster needs database_url: its stores are not its own")
    dsn = config.database_url.get_secret_value()
    ledger = PostgresLedger(dsn, readers_max=DIRECTORY_READERS_MAX)
    stack.push_async_callback(ledger.close)
    store = PostgresClusterStore(dsn)
    stack.push_async_callback(store.close)
    return ClusterStores(ledger, store)


async def last_cluster(config: Config) -> LastCluster | None:
    """The cluster that the database had last, or has. Raises `StoreError`."""
    async with contextlib.AsyncExitStack() as stack:
        return await open_cluster_stores(config, stack).store.last()
