"""The one place that chooses parts and wires them: engines, stores, actors and doors, from a configuration."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Coroutine, Mapping
from enum import Enum
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from actors.fairness.seal import SealBroken, Sealer, player_seed, round_seed
from actors.games.catalogue import TABLE_GAMES, roulette_rules
from actors.games.interface import Limits as BetLimits
from actors.instant.load import InstantKind
from actors.runtime.actor import Kind
from actors.runtime.host import Host, HostLimits
from actors.runtime.local import LocalRuntime
from actors.runtime.ref import Ref
from actors.table.load import TableKind
from actors.wallet.load import WalletKind
from actors.wallet.used_ids import UsedIds
from persistence.embedded import Engine, EngineError, Engines, opened_database
from persistence.interfaces import StoreError
from persistence.postgres.database import open_pool, prepare_database
from persistence.postgres.ledger import PostgresLedger
from persistence.postgres.players import PostgresPlayers
from persistence.redis.sessions import RedisSessions
from protocol.errors import Close
from protocol.money import Asset
from server.clock import SystemClock
from server.config import Config
from server.gateway.gateway import Gateway
from server.gateway.settings import GatewaySettings
from server.http.page_files import load_page
from server.observe.host_metrics import HostMetrics
from server.observe.metrics import Metrics
from server.queries import LedgerQueries
from server.secrets import SecretError, read_secrets

PLAYER_CONNECTIONS_MAX: Final = 4
ENGINE_RETRY_SECONDS: Final = 0.5
PROOF_SWEEP_SECONDS: Final = 600


class CannotStart(Exception):
    """Something that the platform needs is not there or not right; the message says what, for a person."""


class Ending(Enum):
    """Why a platform cannot go on."""

    FENCED = "another server has taken this database over; this one ends"
    BROKEN = "a part of this server has failed; it ends"


class Platform:
    """A whole casino in one process: `start`, play until a signal or `ended`, and `stop`."""

    def __init__(self, config: Config, log: FilteringBoundLogger) -> None:
        self._config = config
        self._log = log
        self._clock = SystemClock()
        self._stack = contextlib.AsyncExitStack()
        self._watchers: list[asyncio.Task[None]] = []
        self._watcher_failed = asyncio.Event()
        self.engines: Engines | None = None
        self.gateway: Gateway | None = None
        self.runtime: LocalRuntime | None = None
        self.address = ("", 0)

    async def start(self) -> None:
        """Start everything in order; what was started is stopped again when a part cannot. Raises `CannotStart`."""
        try:
            await self._start()
        except (EngineError, StoreError, SecretError, OSError) as error:
            await self._end()
            raise CannotStart(str(error)) from error
        except BaseException:
            await self._end()
            raise

    async def _start(self) -> None:
        config = self._config
        database_url, redis_url = await self._start_engines()
        prepared = await prepare_database(database_url, shards=config.shards, unsafe=config.unsafe)
        for warning in prepared.warnings:
            self._log.warning("unsafe database", finding=warning)
        for migration in prepared.migrations:
            self._log.info("migrated", migration=migration)
        assets = tuple(Asset(asset.number, asset.code, asset.scale) for asset in config.assets)
        secrets = read_secrets(config, config.data_dir, os.urandom)
        ledger = PostgresLedger(database_url)
        self._stack.push_async_callback(ledger.close)
        pool = await open_pool(database_url, connections_max=PLAYER_CONNECTIONS_MAX)
        self._stack.callback(pool.terminate)
        players = PostgresPlayers(pool)
        await players.define_assets(assets)
        sealer = Sealer(secrets.seed_key)
        await _check_seals(ledger, sealer)
        sessions = _sessions(redis_url)
        self._stack.push_async_callback(sessions.close)

        metrics = Metrics()
        host_metrics = HostMetrics()
        self.runtime = runtime = self._runtime(ledger, assets, sealer, host_metrics)
        host_metrics.watch(runtime.host)
        metrics.registry.register(host_metrics)
        self.gateway = gateway = Gateway(
            GatewaySettings.of(config, f"croupier/{metadata.version('croupier')}", secrets.token_key),
            backend=runtime,
            players=players,
            sessions=sessions,
            queries=LedgerQueries(ledger, assets),
            page=load_page(resources.files("server.http") / "page"),
            clock=self._clock,
            entropy=os.urandom,
            metrics=metrics,
            log=self._log,
            ready=runtime.ready.is_set,
        )
        runtime.host.outbox = gateway.outbox
        await runtime.start()
        self._stack.push_async_callback(runtime.stop)
        self.address = await gateway.start(config.host, config.port)
        self._stack.push_async_callback(gateway.stop)
        self._watch(self._forget_proofs(players), "forget proofs")

    def _runtime(
        self, ledger: PostgresLedger, assets: tuple[Asset, ...], sealer: Sealer, metrics: HostMetrics
    ) -> LocalRuntime:
        config = self._config
        limits = config.limits
        tables = {table.id: (TABLE_GAMES[table.game], roulette_rules(table.model_dump())) for table in config.tables}
        dice = {
            ("dice", one.asset): BetLimits(one.min_bet, one.max_bet, one.max_bet, one.max_profit) for one in config.dice
        }
        host = Host(
            shards=config.shards,
            clock=self._clock.unix_ms,
            entropy=os.urandom,
            limits=HostLimits(
                mailbox_max=limits.mailbox_max,
                batch_records_max=limits.batch_records_max,
                idle_ms=int(limits.actor_idle_seconds * 1000),
            ),
            on_fault=self._turn_failed,
        )
        used = UsedIds(self._clock.unix_ms())
        kinds: dict[str, Kind] = {
            "wallet": WalletKind(assets, used),
            "instant": InstantKind(assets, dice, sealer),
            "table": TableKind(tables, assets, sealer),
        }
        return LocalRuntime(
            host,
            ledger,
            kinds,
            name=f"{socket.gethostname()}:{os.getpid()}",
            standing=[Ref("table", table) for table in tables],
            on_event=self._runtime_event,
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
            asyncio.create_task(self._watcher_failed.wait()): Ending.BROKEN,
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
        for task in self._watchers:
            task.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        await self._stack.aclose()

    # --- engines ---

    async def _start_engines(self) -> tuple[str, str]:
        config = self._config
        database_url = config.database_url.get_secret_value() if config.database_url else None
        redis_url = config.redis_url.get_secret_value() if config.redis_url else None
        if database_url is not None and redis_url is not None:
            return database_url, redis_url
        engines = Engines(config.data_dir, with_postgres=database_url is None, with_valkey=redis_url is None)
        await self._stack.enter_async_context(engines)
        self.engines = engines
        if database_url is None:
            database_url = engines.postgres.dsn
            self._watch(self._keep_running(engines.postgres), "watch postgres")
        if redis_url is None:
            redis_url = engines.valkey.url
            self._watch(self._keep_running(engines.valkey), "watch valkey")
        return database_url, redis_url

    async def _keep_running(self, engine: Engine) -> None:
        """Start an engine again whenever it ends without being told to."""
        while True:
            exit_ = await asyncio.shield(engine.exited)
            if exit_.expected:
                return
            self._log.error("engine ended, starting it again", engine=engine.name, exit=str(exit_))
            try:
                await engine.restart()
                self._log.info("engine is back", engine=engine.name)
            except (EngineError, OSError) as error:
                self._log.error(
                    "engine does not start", engine=engine.name, error=str(error), again_in_seconds=ENGINE_RETRY_SECONDS
                )
                await asyncio.sleep(ENGINE_RETRY_SECONDS)

    async def _forget_proofs(self, players: PostgresPlayers) -> None:
        while True:
            await asyncio.sleep(PROOF_SWEEP_SECONDS)
            try:
                await players.forget_proofs(self._clock.unix_ms())
            except StoreError as error:
                self._log.warning("cannot forget old proofs now", error=str(error))

    def _watch(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._watcher_ended)
        self._watchers.append(task)

    def _watcher_ended(self, task: "asyncio.Task[None]") -> None:
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            self._log.error("a watcher failed", watcher=task.get_name(), exc_info=fault)
            self._watcher_failed.set()

    # --- what the runtime tells ---

    def _turn_failed(self, ref: Ref, message: Any, fault: BaseException) -> None:
        self._log.error(
            "a turn failed; its actors are loaded again", actor=str(ref), message=type(message).__name__, exc_info=fault
        )

    def _runtime_event(self, event: str, details: Mapping[str, Any]) -> None:
        level = "error" if event in _ERRORS else "warning" if event in _WARNINGS else "info"
        getattr(self._log, level)(event, **details)


_WARNINGS: Final = frozenset({"batch failed", "store not available", "load failed", "look-up failed"})
_ERRORS: Final = frozenset({"commit failed", "actor cannot be loaded", "runtime broken", "fenced"})


async def _check_seals(ledger: PostgresLedger, sealer: Sealer) -> None:
    """See that the database's seeds open with our key: play with another one would end in the middle of a round."""
    of_player, of_round = await ledger.sealed_examples()
    try:
        if of_player is not None:
            player, number, sealed = of_player
            sealer.open(sealed, player_seed(player, number))
        if of_round is not None:
            table, number, sealed = of_round
            sealer.open(sealed, round_seed(table, number))
    except SealBroken as error:
        raise CannotStart(f"seed_key is not the key that this database's seeds are sealed with: {error}") from error


def _sessions(redis_url: str) -> RedisSessions:
    try:
        return RedisSessions(redis_url)
    except ValueError:
        # What is wrong with it is not said: it may be a piece of the password.
        raise CannotStart("redis_url is not the URL of a Redis or Valkey") from None


@contextlib.asynccontextmanager
async def open_database(*, database_url: str | None, data_dir: Path) -> AsyncIterator[str]:
    """The DSN of a database for a tool: its own URL, or that of a data dir, whose engine is started if need be."""
    if database_url is not None:
        yield database_url
        return
    async with opened_database(data_dir) as dsn:
        yield dsn


@contextlib.asynccontextmanager
async def open_queries(*, database_url: str | None, data_dir: Path) -> AsyncIterator[LedgerQueries]:
    """Questions about the past for a tool, beside a running server or without one."""
    async with open_database(database_url=database_url, data_dir=data_dir) as dsn:
        ledger = PostgresLedger(dsn)
        try:
            yield LedgerQueries(ledger, ())
        finally:
            await ledger.close()
