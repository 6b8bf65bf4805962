"""The stores of a process: the database, checked, and Redis, with the secrets that belong to them."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from structlog.typing import FilteringBoundLogger

from actors.fairness.seal import SealBroken, Sealer, player_seed, round_seed
from persistence.interfaces import StoreError
from persistence.ledgers import Ledgers
from persistence.postgres.database import Address, check_part, prepare_fleet
from persistence.postgres.fleet import open_fleet
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

__all__ = [
    "Place",
    "Stores",
    "addresses_of",
    "open_shared_stores",
    "open_stores",
    "prepare",
    "require_redis",
    "require_schema",
]


@dataclass(frozen=True, slots=True)
class Place:
    """The platform that a process belongs to, by its fleet of databases, and which of them is the process's own.

    That is the one whose shards it serves if it is a host, and the first one, where players are registered, if not.
    """

    fleet: UUID
    part: int = 0


@dataclass(frozen=True, slots=True)
class Stores:
    """What a process keeps its state in. `token_key` signs access tokens."""

    assets: tuple[Asset, ...]
    ledgers: Ledgers
    players: PostgresPlayers
    sessions: RedisSessions
    presence: RedisPresence
    rates: RedisRates
    sealer: Sealer = field(repr=False)
    token_key: bytes = field(repr=False)


def addresses_of(config: Config) -> list[Address]:
    """The databases of one's own, by their shards; none where the embedded one is used."""
    return [Address(part.shards, part.url.get_secret_value()) for part in config.databases]


async def prepare(config: Config, addresses: Sequence[Address], log: FilteringBoundLogger) -> UUID:
    """See that the databases are safe, at the version of the code, and have their shards; return their fleet's id.

    Raises `StoreError`, also when one belongs to another platform, or holds other shards.
    """
    fleet = await prepare_fleet(addresses, shards=config.shards, unsafe=config.unsafe)
    for address, prepared in zip(addresses, fleet.databases, strict=True):
        which = {"shards": str(address.shards)} if len(addresses) > 1 else {}
        for warning in prepared.warnings:
            log.warning("unsafe database", finding=warning, **which)
        for migration in prepared.migrations:
            log.info("migrated", migration=migration, **which)
    return fleet.fleet


async def open_stores(
    config: Config, addresses: Sequence[Address], redis_url: str, stack: contextlib.AsyncExitStack, *, part: int = 0
) -> Stores:
    """The stores of prepared databases, open until `stack` closes them. Only that of `part` has to be there already.

    Raises `SecretError`, `StoreError`, or `CannotStart`: the seed key is another than the database's, or `redis_url`
    is no URL.
    """
    assets = assets_of(config)
    secrets = read_secrets(config, config.data_dir, os.urandom)
    fleet = await open_fleet(addresses, shards=config.shards)
    stack.push_async_callback(fleet.close)
    await fleet.define_assets_in(part, assets)
    sealer = Sealer(secrets.seed_key)
    await _check_seals(fleet.postgres[part], sealer)
    sessions = _sessions(redis_url)
    stack.push_async_callback(sessions.close)
    presence, rates = RedisPresence(sessions.questions), RedisRates(sessions.questions)
    return Stores(assets, fleet.ledgers, fleet.players, sessions, presence, rates, sealer, secrets.token_key)


async def open_shared_stores(config: Config, place: Place, stack: contextlib.AsyncExitStack) -> Stores:
    """The stores that all processes of a cluster share; none of them brings engines along.

    Raises as `open_stores`, and when the process's own database is not the one that it should be.
    """
    addresses = addresses_of(config)
    if not addresses or config.redis_url is None:
        raise CannotStart("a process of a cluster needs its databases and redis_url named: its stores are not its own")
    await check_part(addresses[place.part], shards=config.shards, fleet=place.fleet)
    return await open_stores(config, addresses, config.redis_url.get_secret_value(), stack, part=place.part)


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
