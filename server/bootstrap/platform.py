"""A whole casino in one process, from its configuration."""

import asyncio
import contextlib
import os
import socket
from typing import Final

from structlog.typing import FilteringBoundLogger

from actors.runtime.host import Host
from actors.runtime.local import LocalRuntime
from actors.wallet.load import players_to_wake
from actors.wallet.used_ids import UsedIds
from persistence.embedded import Engines
from persistence.interfaces import StoreError
from persistence.postgres.players import PostgresPlayers
from protocol.errors import Close
from server.bootstrap.doors import new_gateway
from server.bootstrap.engine_room import EngineRoom
from server.bootstrap.rooms import HostEvents, TurnFaults, casino_kinds, host_limits, standing_actors
from server.bootstrap.stores import Stores, open_stores, prepare
from server.bootstrap.troubles import CannotStart, Ending, whole_or_not
from server.bootstrap.watchers import Watchers
from server.clock import SystemClock
from server.config import Config
from server.gateway.gateway import Gateway
from server.observe.host_metrics import HostMetrics
from server.observe.metrics import Metrics

PROOF_SWEEP_SECONDS: Final = 600


class Platform:
    """A whole casino in one process: `start`, play until a signal or `ended`, and `stop`."""

    def __init__(self, config: Config, log: FilteringBoundLogger) -> None:
        self._config = config
        self._log = log
        self._clock = SystemClock()
        self._stack = contextlib.AsyncExitStack()
        self._watchers = Watchers(log)
        self._engine_room = EngineRoom(config, self._watchers, log)
        self.gateway: Gateway | None = None
        self.runtime: LocalRuntime | None = None
        self.address = ("", 0)

    @property
    def engines(self) -> Engines | None:
        """The engines that were started, if any were."""
        return self._engine_room.engines

    async def start(self) -> None:
        """Start everything in order; what was started is stopped again when a part cannot. Raises `CannotStart`."""
        async with whole_or_not(self._end):
            await self._start()

    async def _start(self) -> None:
        config = self._config
        if len(config.databases) > 1:
            raise CannotStart(
                f"database.shards names {len(config.databases)} databases, and the one host of this process serves the"
                " shards of one: start a cluster, with a host for each"
            )
        databases, redis_url = await self._engine_room.start(self._stack)
        await prepare(config, databases, self._log)
        stores = await open_stores(config, databases, redis_url, self._stack)
        metrics = Metrics()
        host_metrics = HostMetrics()
        self.runtime = runtime = self._runtime(stores, host_metrics)
        host_metrics.watch(runtime.host)
        metrics.add(host_metrics)
        self.gateway = gateway = new_gateway(
            config,
            stores,
            runtime,
            clock=self._clock,
            metrics=metrics,
            log=self._log,
            ready=runtime.ready.is_set,
        )
        runtime.host.outbox = gateway.outbox
        await runtime.start()
        self._stack.push_async_callback(runtime.stop)
        self.address = await gateway.start(config.host, config.port)
        self._stack.push_async_callback(gateway.stop)
        self._watchers.start(self._forget_proofs(stores.players), "forget proofs")

    def _runtime(self, stores: Stores, metrics: HostMetrics) -> LocalRuntime:
        used = UsedIds(self._clock.unix_ms())
        return LocalRuntime(
            Host(
                shards=self._config.shards,
                clock=self._clock.unix_ms,
                entropy=os.urandom,
                limits=host_limits(self._config),
                on_fault=TurnFaults(self._log),
            ),
            stores.ledgers.all[0],
            casino_kinds(self._config, stores.sealer, used),
            name=f"{socket.gethostname()}:{os.getpid()}",
            standing=standing_actors(self._config),
            unfinished=players_to_wake,
            on_event=HostEvents(self._log),
            on_commit=metrics.committed,
            on_taken=lambda known: used.add(known.id, known.player, self._clock.unix_ms()),
        )

    async def ended(self) -> Ending:
        """Wait until this server cannot go on: then its process must end."""
        if self.runtime is None:
            raise RuntimeError("the platform was not started")
        reasons = {
            asyncio.create_task(self.runtime.fenced.wait()): Ending.FENCED,
            asyncio.create_task(self.runtime.broken.wait()): Ending.BROKEN,
            asyncio.create_task(self._watchers.failed.wait()): Ending.BROKEN,
        }
        try:
            done, _ = await asyncio.wait(reasons, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in reasons:
                task.cancel()
        return next(reason for task, reason in reasons.items() if task in done)

    async def stop(self) -> None:
        """Stop accepting, commit what is open, tell clients to reconnect, and stop the engines, in bounded time."""
        if self.gateway is not None and self.runtime is not None:
            self.gateway.drain()
            asyncio.get_running_loop().call_later(self._config.limits.drain_seconds, self.gateway.drop)
            flushed = await self.runtime.stop()
            closing = self.gateway.close_all(Close.RESTARTING)
            if flushed or self.engines is None:
                await closing
            else:
                self._log.warning("the database does not answer; what was not committed is for clients to repeat")
                # It has had its time: meanwhile the clients are told.
                await asyncio.gather(closing, self.engines.stop(by_force=True))
        await self._end()

    async def _end(self) -> None:
        await self._watchers.stop()
        await self._stack.aclose()

    async def _forget_proofs(self, players: PostgresPlayers) -> None:
        while True:
            await asyncio.sleep(PROOF_SWEEP_SECONDS)
            try:
                await players.forget_proofs(self._clock.unix_ms())
            except StoreError as error:
                self._log.warning("cannot forget old proofs now", error=str(error))
