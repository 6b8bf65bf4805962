"""The one place that chooses parts and wires them: engines, stores, actors and doors, from a configuration."""

from server.bootstrap.cluster import ClusterStores, last_cluster, open_cluster_stores
from server.bootstrap.doors import new_gateway
from server.bootstrap.engine_room import EngineRoom
from server.bootstrap.platform import Platform
from server.bootstrap.rooms import HostEvents, TurnFaults, casino_kinds, host_limits, standing_actors
from server.bootstrap.stores import (
    Place,
    Stores,
    addresses_of,
    open_shared_stores,
    open_stores,
    prepare,
    require_redis,
    require_schema,
)
from server.bootstrap.tools import open_queries
from server.bootstrap.troubles import CannotStart, Ending, whole_or_not
from server.bootstrap.watchers import Watchers

__all__ = [
    "CannotStart",
    "ClusterStores",
    "Ending",
    "EngineRoom",
    "HostEvents",
    "Place",
    "Platform",
    "Stores",
    "TurnFaults",
    "Watchers",
    "addresses_of",
    "casino_kinds",
    "host_limits",
    "last_cluster",
    "new_gateway",
    "open_cluster_stores",
    "open_queries",
    "open_shared_stores",
    "open_stores",
    "prepare",
    "require_redis",
    "require_schema",
    "standing_actors",
    "whole_or_not",
]
