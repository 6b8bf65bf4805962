"""A host as a process of a cluster: the configured casino's actors, as many of them as it is told to own."""

import contextlib
import os
from collections.abc import Callable
from typing import Final

from structlog.typing import FilteringBoundLogger

from actors.runtime.control import pack, unpack
from actors.runtime.node import HostNode
from actors.runtime.routes import Routes, routes_of
from actors.runtime.transport import Peer
from actors.wallet.load import players_to_wake
from actors.wallet.used_ids import UsedIds
from persistence.ledgers import Ledgers
from server.bootstrap import (
    HostEvents,
    Place,
    TurnFaults,
    casino_kinds,
    host_limits,
    open_shared_stores,
    standing_actors,
    whole_or_not,
)
from server.clock import SystemClock
from server.cluster.side import open_side_door
from server.config import Config
from server.http.side_door import SideDoor
from server.observe.host_metrics import HostMetrics
from server.observe.metrics import Metrics

METRICS: Final = "metrics"
"""What is asked of a process to have its metrics, as Prometheus reads them."""


class CasinoHost:
    """A `Service`: a `HostNode`, with the stores behind it. `name` is this process's, which no other ever has.

    Of several databases it serves the shards of the one that is its `place`.
    """

    def __init__(
        self, config: Config, place: Place, name: str, connect: Callable[[str], Peer], log: FilteringBoundLogger
    ) -> None:
        self._config = config
        self._place = place
        self._name = name
        self._connect = connect
        self._log = log
        self._clock = SystemClock()
        self._stack = contextlib.AsyncExitStack()
        self._metrics = Metrics({"host": name}, is_gateway=False)
        self._side_door = SideDoor(self._is_ready, self._metrics.exposition)
        self.node: HostNode | None = None

    async def start(self) -> None:
        """Begin an epoch that owns nothing yet. Raises `CannotStart`, and then nothing is left of it."""
        async with whole_or_not(self._stack.aclose):
            await self._start()

    async def _start(self) -> None:
        config, log = self._config, self._log
        stores = await open_shared_stores(config, self._place, self._stack)
        used = UsedIds(self._clock.unix_ms())
        metrics = HostMetrics()
        node = HostNode(
            self._name,
            stores.ledgers.all[self._place.part],
            casino_kinds(config, stores.sealer, used),
            shards=config.shards,
            clock=self._clock.unix_ms,
            entropy=os.urandom,
            limits=host_limits(config),
            standing=standing_actors(config),
            unfinished=players_to_wake,
            connect=self._connect,
            find_routes=lambda: routes_in(stores.ledgers),
            on_event=HostEvents(log),
            on_fault=TurnFaults(log),
            on_commit=metrics.committed,
            on_taken=lambda known: used.add(known.id, known.player, self._clock.unix_ms()),
        )
        metrics.watch(node.host)
        self._metrics.add(metrics)
        await node.start()
        self.node = node
        await open_side_door(config, self._side_door, self._stack)

    def _is_ready(self) -> bool:
        """Whether it takes messages."""
        return self.node is not None and self.node.is_ready

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `actors.runtime.control`; and `metrics`."""
        if method == METRICS:
            return self._metrics.exposition()[0]
        if self.node is None:
            raise LookupError(f"{self._name} was not started")
        answer = await self.node.call(method, payload)
        if method == "status":
            return pack({**unpack(answer), "metrics": self._side_door.address})
        if self.node.stopped.is_set():
            await self._stack.aclose()
        return answer

    async def end(self) -> None:
        """Stop at once: what is not committed never happened."""
        if self.node is not None:
            self.node.end()
        await self._stack.aclose()


async def routes_in(ledgers: Ledgers) -> Routes:
    """Where every shard is, by the stores that decide it, as far as they answer. Raises `StoreError` if none does."""
    return routes_of(await ledgers.owners())
