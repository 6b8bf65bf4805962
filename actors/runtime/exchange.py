"""A process's links to hosts: made when they are needed, to whichever host has a shard, and given up with the host."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from actors.runtime.dialer import Dialer
from actors.runtime.link import Message
from actors.runtime.routes import NOBODY, Routes, RoutingTable
from actors.runtime.transport import Peer, PeerLost
from persistence.interfaces import StoreError
from protocol.ids import ShardId

ROUTES_SECONDS_MIN: Final = 0.1
"""Routes are asked for no more often."""


class Exchange:
    """Links by host, and the routes to choose them by.

    `receive(host, messages)`: what came from a host. `gone(host, kept)`: a link is over, and the host, or the one in
    its place, has not acknowledged these messages. `moved(shards)`: these are somewhere else now.
    """

    def __init__(
        self,
        name: str,
        shards: int,
        *,
        connect: Callable[[str], Peer],
        find_routes: Callable[[], Awaitable[Routes]],
        receive: Callable[[str, list[Message]], None],
        gone: Callable[[str, list[bytes]], None],
        moved: Callable[[set[ShardId]], None],
        on_event: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        self.table = RoutingTable(shards)
        self._name = name
        self._connect = connect
        self._find_routes = find_routes
        self._receive = receive
        self._gone = gone
        self._moved = moved
        self._on_event = on_event
        self._loop = asyncio.get_running_loop()
        self._numbers = itertools.count(1)
        self._links: dict[str, Dialer] = {}
        self._lost: set[str] = set()
        self._asking: asyncio.Task[None] | None = None
        self._asked_at = float("-inf")
        self._closed = False

    @property
    def links(self) -> dict[str, Dialer]:
        """Those that there are, by host."""
        return dict(self._links)

    def link_to(self, shard: ShardId) -> tuple[str, Dialer] | None:
        """The host that has a shard, and the link to it."""
        host = self.table.host_of(shard)
        if host == NOBODY or self._closed:
            return None
        link = self._links.get(host)
        return host, link if link is not None else self._dial(host)

    def _dial(self, host: str) -> Dialer:
        def lost(error: PeerLost) -> None:
            if host not in self._lost:
                self._lost.add(host)
                self._on_event("host not reached", {"host": host, "error": str(error)})
            self.ask_for_routes()

        def receive(messages: list[Message]) -> None:
            self._lost.discard(host)
            self._receive(host, messages)

        link = Dialer(
            self._name,
            self._numbers,
            self._connect(host),
            receive=receive,
            begin_again=lambda kept: self._gone(host, kept),
            lost=lost,
        )
        self._links[host] = link
        return link

    def learn(self, routes: Routes) -> None:
        """Take routes from whoever says so; links to hosts that have nothing any more are given up."""
        moved = self.table.learn(routes)
        hosts = self.table.hosts()
        for host in [one for one in self._links if one not in hosts]:
            self._lost.discard(host)
            self._gone(host, self._links.pop(host).close())
        if moved:
            self._moved(moved)

    def not_mine(self, shard: ShardId, host: str) -> None:
        """A host says that it does not have a shard."""
        self.table.doubt(shard, host)
        self.ask_for_routes()

    def ask_for_routes(self) -> None:
        """See that newer routes are known soon."""
        if self._asking is None and not self._closed:
            self._asking = self._loop.create_task(self._ask(), name="routes")

    async def _ask(self) -> None:
        try:
            await asyncio.sleep(max(0.0, self._asked_at + ROUTES_SECONDS_MIN - self._loop.time()))
            self._asked_at = self._loop.time()
            routes = await self._find_routes()
        except (StoreError, PeerLost) as error:
            self._on_event("routes not found", {"error": str(error)})
            return
        finally:
            self._asking = None
        self.learn(routes)

    def close(self) -> None:
        """Call nobody any more."""
        self._closed = True
        if self._asking is not None:
            self._asking.cancel()
        for link in self._links.values():
            link.close()
        self._links.clear()
