"""Which host has which shard, as far as a process knows."""

from collections.abc import Mapping
from typing import NamedTuple

from persistence.interfaces import Owner
from protocol.ids import ShardId

NOBODY = ""
"""The host of a shard that is on no host, or on one that nobody knows."""


class Route(NamedTuple):
    """The host that has a shard, by the name that its epoch has; `version` is that of the shard's owner."""

    host: str
    version: int


Routes = Mapping[ShardId, Route]


def routes_of(owners: Mapping[ShardId, Owner]) -> dict[ShardId, Route]:
    """The routes that the ledger's owners make: none to an epoch that has ended."""
    return {shard: Route(NOBODY if owner.is_free else owner.host, owner.version) for shard, owner in owners.items()}


class RoutingTable:
    """Learns routes from whoever tells them, in any order: of a shard's routes the one of the newest version counts."""

    __slots__ = ("_routes", "shards")

    def __init__(self, shards: int) -> None:
        self.shards = shards
        self._routes: dict[ShardId, Route] = {}

    def host_of(self, shard: ShardId) -> str:
        """The host that has a shard, or `NOBODY`."""
        route = self._routes.get(shard)
        return NOBODY if route is None else route.host

    def hosts(self) -> set[str]:
        """Every host that has a shard."""
        return {route.host for route in self._routes.values()} - {NOBODY}

    def learn(self, routes: Routes) -> set[ShardId]:
        """Take what is not older than what is known. Returns the shards that are somewhere else now."""
        changed: set[ShardId] = set()
        for shard, route in routes.items():
            known = self._routes.get(shard)
            if known is None or route.version >= known.version:
                self._routes[shard] = route
                if route.host != (NOBODY if known is None else known.host):
                    changed.add(shard)
        return changed

    def doubt(self, shard: ShardId, host: str) -> None:
        """This host says that it does not have the shard: nobody has, until somebody says so again, or better."""
        known = self._routes.get(shard)
        if known is not None and known.host == host:
            self._routes[shard] = known._replace(host=NOBODY)
