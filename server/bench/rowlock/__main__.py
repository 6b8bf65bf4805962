"""Serves dice from a row-lock wallet: `python -m server.bench.rowlock --data-dir NEW --port 0 --pool 8`.

Not a way to play: no tables, and seeds in memory alone, which nobody can check afterwards.
"""

import argparse
import asyncio
import gc
import json
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import asyncpg
import uvloop

from actors.games.interface import Limits
from persistence.embedded import Engines
from persistence.ledgers import Ledgers
from persistence.postgres.database import open_pool, prepare_database
from persistence.postgres.ledger import PostgresLedger, prepare_connection
from persistence.postgres.players import PostgresPlayers
from persistence.redis.sessions import RedisSessions
from protocol.money import Asset
from server.bench.rowlock.backend import RowLockBackend
from server.clock import SystemClock
from server.config import Config
from server.gateway.gateway import Gateway
from server.gateway.settings import GatewaySettings
from server.observe.logs import start_logging
from server.observe.metrics import Metrics
from server.queries import LedgerQueries
from server.secrets import read_secrets

LOGIN_CONNECTIONS_MAX: Final = 4
GC_THRESHOLD: Final = 50_000
"""As `croupier serve` has it."""


async def _keep(connection: asyncpg.Connection) -> None:
    """Give a connection back as it is: the usual reset would cost every bet one more round trip."""


async def serve(config: Config, pool_size: int) -> None:
    """Serve until SIGTERM or SIGINT, on a new data dir."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    log = start_logging(config.log_level, config.log_format, sys.stderr)
    clock = SystemClock()
    assets = tuple(Asset(asset.number, asset.code, asset.scale) for asset in config.assets)
    limits: dict[tuple[str, str], Limits] = {
        (one.game, one.asset): Limits(one.min_bet, one.max_bet, one.max_bet, one.max_profit) for one in config.instant
    }
    async with AsyncExitStack() as stack:
        engines = await stack.enter_async_context(Engines(config.data_dir))
        dsn = engines.postgres.dsn
        await prepare_database(dsn, shards=config.shards, unsafe=False)
        secrets = read_secrets(config, config.data_dir, os.urandom)
        ledger = PostgresLedger(dsn)
        stack.push_async_callback(ledger.close)
        logins = await open_pool(dsn, connections_max=LOGIN_CONNECTIONS_MAX)
        stack.callback(logins.terminate)
        players = PostgresPlayers(logins)
        await players.define_assets(assets)
        sessions = RedisSessions(engines.valkey.url)
        stack.push_async_callback(sessions.close)
        pool = await asyncpg.create_pool(
            dsn, min_size=pool_size, max_size=pool_size, init=prepare_connection, reset=_keep
        )
        stack.callback(pool.terminate)
        backend = RowLockBackend(pool, assets, limits, clock, os.urandom, log)
        gateway = Gateway(
            GatewaySettings.of(config, "croupier/row-lock", secrets.token_key),
            backend=backend,
            players=players,
            sessions=sessions,
            queries=LedgerQueries(Ledgers.one(ledger), assets),
            page={},
            clock=clock,
            entropy=os.urandom,
            metrics=Metrics(),
            log=log,
        )
        backend.outbox = gateway.outbox
        stack.push_async_callback(backend.stop)
        host, port = await gateway.start(config.host, config.port)
        stack.push_async_callback(gateway.stop)
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD, 20, 100)
        sys.stdout.write(json.dumps({"ready": True, "ws": f"ws://{host}:{port}/ws", "pid": os.getpid()}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the flags and serve."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--data-dir", type=Path, required=True)
    flags.add_argument("--port", type=int, default=0)
    flags.add_argument("--pool", type=int, required=True, help="Connections to Postgres that bets share.")
    given = flags.parse_args()
    uvloop.run(serve(Config(data_dir=given.data_dir, port=given.port), given.pool))


if __name__ == "__main__":
    main()
