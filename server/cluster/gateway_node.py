"""A gateway as a process of a cluster: it serves any player, and reaches the actors through a router.

What is asked of it, and what it answers: msgpack maps, as with hosts (`actors.runtime.control`).

| method    | asks                          | answers                                                             |
|-----------|-------------------------------|---------------------------------------------------------------------|
| `routes`  | `routes`                      | nothing                                                             |
| `health`  |                               | `name`, `address`, `ready`, `draining`                              |
| `status`  |                               | the same, and what it does at present                               |
| `drain`   | `seconds` to spread it over   | `connections` left, `sent_away`, `away`: not back elsewhere yet     |
| `stop`    |                               | nothing; no socket is left                                          |
| `metrics` |                               | text, as Prometheus reads it                                        |

`drain` begins it and answers at once: ask again until nobody is left.
"""

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from actors.runtime.actor import ReplyTo
from actors.runtime.control import pack, unpack, unpack_routes
from actors.runtime.router import Router
from actors.runtime.transport import Peer
from server.bootstrap import CannotStart, HostEvents, Place, Stores, new_gateway, open_shared_stores, whole_or_not
from server.clock import SystemClock
from server.cluster.host_node import METRICS, routes_in
from server.cluster.side import open_side_door
from server.cluster.throughput import INTERVAL_SECONDS, Throughput
from server.config import Config
from server.gateway.gateway import Gateway
from server.gateway.neighbours import Neighbours
from server.http.side_door import SideDoor
from server.observe.metrics import Metrics
from server.observe.router_metrics import RouterMetrics

MS_PER_SECOND: Final = 1_000.0


class _Nobody:
    """An outbox before there is a gateway."""

    def pushed(self, topic: str, event: Any, origin: ReplyTo | None = None) -> None:
        """Nobody watches."""


class GatewayNode:
    """A `Service`. `name` is this process's, which no other ever has; `connect` makes a peer of a host's name."""

    def __init__(
        self, config: Config, place: Place, name: str, connect: Callable[[str], Peer], log: FilteringBoundLogger
    ) -> None:
        self._config = config
        self._place = place
        self._log = log
        self._clock = SystemClock()
        self._stack = contextlib.AsyncExitStack()
        self._metrics = Metrics({"gateway": name})
        self._side_door = SideDoor(lambda: self._is_ready and not self.draining, self._metrics.exposition)
        self._connect = connect
        self._router: Router | None = None
        self._gateway: Gateway | None = None
        self._throughput = Throughput(self._counts, self._clock.monotonic())
        self._timer: asyncio.TimerHandle | None = None
        self.name = name
        self.address = ("", 0)
        self.draining = False
        self.stopped = asyncio.Event()
        """Everybody is gone, and its process may end."""
        self._methods: dict[str, Callable[[bytes], Awaitable[bytes]]] = {
            "routes": self._routes,
            "health": self._health,
            "status": self._status,
            "drain": self._drain,
            "stop": self._stop,
            METRICS: self._exposition,
        }

    async def start(self) -> None:
        """Find the hosts, and listen. Raises `CannotStart`, and then nothing is left of it."""
        async with whole_or_not(self._undo):
            await self._start(await open_shared_stores(self._config, self._place, self._stack))

    async def _start(self, stores: Stores) -> None:
        self._router = router = Router(
            self.name,
            self._config.shards,
            connect=self._connect,
            find_routes=lambda: routes_in(stores.ledgers),
            outbox=_Nobody(),
            on_event=HostEvents(self._log),
        )
        self._metrics.add(RouterMetrics(router))
        gateway = new_gateway(
            self._config,
            stores,
            router,
            clock=self._clock,
            metrics=self._metrics,
            log=self._log,
            ready=lambda: self._is_ready,
            neighbours=Neighbours(self.name, stores.presence, stores.rates),
            interest=router,
        )
        router.outbox = gateway.outbox
        router.learn(await routes_in(stores.ledgers))
        self.address = await self._listen(gateway)
        self._gateway = gateway
        await open_side_door(self._config, self._side_door, self._stack)
        self._advance()

    async def _listen(self, gateway: Gateway) -> tuple[str, int]:
        """Take the first port that no other gateway of this machine has."""
        *others, last = (self._config.port, *self._config.gateway_ports)
        for port in others:
            try:
                return await gateway.start(self._config.host, port)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
        return await gateway.start(self._config.host, last)

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Service.call`. Raises `LookupError` for a method that there is none of."""
        return await self._methods[method](payload)

    async def end(self) -> None:
        """Tell everyone to come back, and stop."""
        if self._gateway is not None:
            await self._gateway.stop()
        await self._undo()
        self.stopped.set()

    async def _undo(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._router is not None:
            self._router.close()
        await self._stack.aclose()

    # --- what is asked of it ---

    @property
    def _open(self) -> tuple[Gateway, Router]:
        if self._gateway is None or self._router is None:
            raise CannotStart(f"{self.name} was not started")
        return self._gateway, self._router

    @property
    def _is_ready(self) -> bool:
        """Whether there is a host to send anything to."""
        return self._router is not None and bool(self._router.exchange.table.hosts())

    async def _routes(self, payload: bytes) -> bytes:
        self._open[1].learn(unpack_routes(payload))
        return b""

    async def _health(self, payload: bytes) -> bytes:
        return pack(self._said())

    async def _status(self, payload: bytes) -> bytes:
        gateway, router = self._open
        counters, speed = self._metrics.gateway, self._throughput.per_second
        answered = speed["answered"]
        return pack(
            {
                **self._said(),
                "metrics": self._side_door.address,
                "connections": counters.connections,
                "sessions": counters.sessions,
                "messages_per_second": speed["messages"],
                "pushes_per_second": speed["pushes"],
                "answer_ms": speed["answering_seconds"] / answered * MS_PER_SECOND if answered else 0.0,
                "waiting": router.waiting,
                "links": {host: link.waiting for host, link in router.exchange.links.items()},
                "calls": sum(link.calls for link in router.exchange.links.values()),
                "gateways": gateway.gateways,
                "resumed": counters.resumed,
                "resumes_refused": counters.resumes_refused,
            }
        )

    async def _drain(self, payload: bytes) -> bytes:
        gateway, _ = self._open
        self.draining = True
        drain = gateway.send_away(float(unpack(payload).get("seconds", self._config.limits.drain_spread_seconds)))
        return pack(
            {
                "connections": self._metrics.gateway.connections,
                "sent_away": drain.sent_away,
                "away": await gateway.still_away(),
            }
        )

    async def _stop(self, payload: bytes) -> bytes:
        await self.end()
        return b""

    async def _exposition(self, payload: bytes) -> bytes:
        return self._metrics.exposition()[0]

    # --- what it says of itself ---

    def _said(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "address": self.address,
            "ready": self._is_ready and not self.draining,
            "draining": self.draining,
        }

    def _counts(self) -> Mapping[str, float]:
        counters = self._metrics.gateway
        tallies = counters.tallies.values()
        return {
            "messages": counters.messages_in,
            "pushes": counters.pushes,
            "answered": sum(sum(tally.results.values()) for tally in tallies),
            "answering_seconds": sum(tally.seconds for tally in tallies),
        }

    def _advance(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(INTERVAL_SECONDS, self._advance)
        self._throughput.advance(self._clock.monotonic())
