"""The stores of a process: the database, checked, and Redis, with the secrets that belong to them."""

import contextlib
import os
from dataclasses import dataclass, field
from typing import Final

from structlog.typing import FilteringBoundLogger

from actors.fairness.seal import SealBroken, Sealer, player_seed, round_seed
from persistence.interfaces import StoreError
from persistence.postgres.database import open_pool, prepare_database
from persistence.postgres.ledger import PostgresLedger
from persistence.postgres.players import PostgresPlayers
from persistence.postgres.schema import require_schema
from persistence.redis.presence import RedisPresence
from persistence.redis.rates import RedisRates
from persistence.redis.sessions import RedisSessions
from protocol.money import Asset
from server.bootstrap.rooms import assets_of
from server.bootstrap.troubles import CannotStart
from server.config import Config
from server.secrets import read_secrets

__all__ = ["Stores", "open_shared_stores", "open_stores", "prepare", "require_redis", "require_schema"]

PLAYER_CONNECTIONS_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Stores:
    """What a process keeps its state in. `token_key` signs access tokens."""

    assets: tuple[Asset, ...]
    ledger: PostgresLedger
    players: PostgresPlayers
    sessions: RedisSessions
    presence: RedisPresence
    rates: RedisRates
    sealer: Sealer = field(repr=False)
    token_key: bytes = field(repr=False)


async def prepare(config: Config, database_url: str, log: FilteringBoundLogger) -> None:
    """See that the database is safe, at the version of the code, and has its shards. Raises `StoreError`."""
    prepared = await prepare_database(database_url, shards=config.shards, unsafe=config.unsafe)
    for warning in prepared.warnings:
        log.warning("unsafe database", finding=warning)
    for migration in prepared.migrations:
        log.info("migrated", migration=migration)


async def open_stores(config: Config, database_url: str, redis_url: str, stack: contextlib.AsyncExitStack) -> Stores:
    """The stores of a prepared database, open until `stack` closes them.

    Raises `SecretError`, `StoreError`, or `CannotStart`: the seed key is another than the database's, or `redis_url`
    is no URL.
    """
    assets = assets_of(config)
    secrets = read_secrets(config, config.data_dir, os.urandom)
    ledger = PostgresLedger(database_url)
    stack.push_async_callback(ledger.close)
    pool = await open_pool(database_url, connections_max=PLAYER_CONNECTIONS_MAX)
    stack.callback(pool.terminate)
    players = PostgresPlayers(pool)
    await players.define_assets(assets)
    sealer = Sealer(secrets.seed_key)
    await _check_seals(ledger, sealer)
    sessions = _sessions(redis_url)
    stack.push_async_callback(sessions.close)
    presence, rates = RedisPresence(sessions.questions), RedisRates(sessions.questions)
    return Stores(assets, ledger, players, sessions, presence, rates, sealer, secrets.token_key)


async def open_shared_stores(config: Config, stack: contextlib.AsyncExitStack) -> Stores:
    """The stores that all processes of a cluster share; none of them brings engines along. Raises as `open_stores`."""
    if config.database_url is None or config.redis_url is None:
        raise CannotStart("a process of a cluster needs database_url and redis_url: its stores are not its own")
    return await open_stores(config, config.database_url.get_secret_value(), config.redis_url.get_secret_value(), stack)


async def require_redis(redis_url: str) -> None:
    """See that somebody answers there. Raises `CannotStart`."""
    sessions = _sessions(redis_url)
    try:
        await sessions.questions.ask("PING")
    except StoreError as error:
        raise CannotStart(f"redis_url: nobody answers there as a Redis does: {error}") from error
    finally:
        await sessions.close()


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
