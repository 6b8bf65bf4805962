"""Gateways and hosts as configured, on two real databases: who asks which, and what a death leaves in both."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random

import pytest

from actors.table.reader import TableReader
from clients.python import Client, Refused
from persistence.postgres.audit_checks import Check
from persistence.postgres.database import Address
from persistence.postgres.fleet import open_fleet
from persistence.postgres.fleet_audit import FleetReport, audit_fleet
from protocol.ids import BetId, PlayerId, ShardId
from protocol.records import BetState
from server.bootstrap import CannotStart, addresses_of, prepare
from server.config import Config, DatabaseSettings
from server.play import configured_tables
from tests.support.cluster import SHARDS, TABLE, WAIT_SECONDS_MAX, Cluster, cluster, config_for, until
from tests.support.engines import SharedEngines
from tests.support.fleets import fresh_fleet

RANGES = ("0-7", "8-15")
PLAYERS = 6
BETS = 12
SALT = 7
DEATHS = (("one", "three", 0), ("two", "four", 1), ("three", "five", 0), ("four", "six", 1))
"""Who dies, who takes its shards, and of which database both are."""


@pytest.fixture
def addresses(engines: SharedEngines) -> Iterator[list[Address]]:
    with fresh_fleet(engines, *RANGES) as fresh:
        yield fresh


@pytest.fixture
def config(addresses: list[Address], valkey_url: str, tmp_path: Path) -> Config:
    return config_on(addresses, valkey_url, tmp_path)


def config_on(addresses: list[Address], valkey_url: str, data_dir: Path) -> Config:
    shards = {str(shards): one.dsn for shards, one in zip(RANGES, addresses, strict=True)}
    settings = DatabaseSettings.model_validate({"shards": shards})
    return config_for(None, valkey_url, data_dir, database=settings)


@pytest.fixture
async def casino(config: Config) -> AsyncIterator[Cluster]:
    async with cluster(config, "east", "west") as made:
        yield made


async def seated(casino: Cluster) -> list[Client]:
    """Players at the table, of both databases."""
    clients = [casino.client("east", "west") for _ in range(PLAYERS)]
    for client in clients:
        await client.__aenter__()
        await client.sit(TABLE)
    assert {part_of(casino, client) for client in clients} == {0, 1}
    return clients


def part_of(casino: Cluster, client: Client) -> int:
    return casino.partition.of_player(PlayerId(client.welcome.player))


async def states_of(config: Config, bets: list[tuple[PlayerId, BetId]]) -> set[BetState | None]:
    """What became of bets in the end, each by the database of its player."""
    fleet = await open_fleet(addresses_of(config), shards=SHARDS)

    async def states() -> set[BetState | None] | None:
        rows = [await fleet.ledgers.of_player(player).find_bet(bet) for player, bet in bets]
        found = {None if row is None else BetState(row.state) for row in rows}
        return None if BetState.OPEN in found else found

    try:
        return await until(states)
    finally:
        await fleet.close()


async def audited(config: Config) -> FleetReport:
    read = TableReader(configured_tables(config)).read
    return await audit_fleet(addresses_of(config), shards=SHARDS, salt=SALT, read_table=read)


def broken(report: FleetReport) -> list[Check]:
    checks = [*report.checks, *(check for _, alone in report.databases for check in alone.checks)]
    return [check for check in checks if not check.ok]


async def bet_in_some_round(client: Client) -> bytes:
    """A bet at the table that was taken, sooner or later."""
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while True:
            try:
                return (await client.bet_roulette(TABLE, [("red", 10)])).id
            except Refused as refused:
                # Between two rounds, or while a host is replaced: either way nothing was taken.
                if refused.name not in {"betting_closed", "bet_not_taken", "try_again"}:
                    raise


async def test_statements_proofs_and_logins_are_of_the_database_that_has_them(casino: Cluster) -> None:
    clients = await seated(casino)
    for client in clients:
        at_table = await bet_in_some_round(client)
        assert await states_of(casino.config, [(PlayerId(client.welcome.player), BetId(at_table))]) == {
            BetState.SETTLED
        }
        thrown = (await client.dice("PLAY", 10, target=5_050)).id
        rows = (await client.statement("PLAY", limit=50)).rows
        assert {at_table, thrown} <= {row.ref for row in rows}
        assert (await client.proof(thrown)).game == "dice"
        assert (await client.proof(at_table)).table == TABLE
    for client in clients:
        await client.__aexit__(None, None, None)


@pytest.mark.parametrize("seed", range(4))
async def test_hosts_of_both_databases_die_at_random_and_every_bet_is_right_on_both_sides(
    casino: Cluster, config: Config, seed: int
) -> None:
    chance = Random(seed)
    clients = await seated(casino)
    placed: list[tuple[PlayerId, BetId]] = []
    progress = asyncio.Condition()

    async def play(client: Client) -> None:
        for _ in range(BETS):
            bet = BetId(await bet_in_some_round(client))
            async with progress:
                placed.append((PlayerId(client.welcome.player), bet))
                progress.notify_all()

    async def die(dead: str, spare: str, part: int, after: int) -> None:
        await casino.host(spare, part=part)
        async with progress:
            await progress.wait_for(lambda: len(placed) >= after)
        for _ in range(chance.randrange(300)):
            await asyncio.sleep(0)
        await casino.kill_host(dead, spare)

    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(play(client))
        for dead, spare, part in DEATHS:
            await die(dead, spare, part, after=len(placed) + chance.randrange(1, PLAYERS * 2))

    assert await states_of(config, placed) == {BetState.SETTLED}
    assert len(set(placed)) == PLAYERS * BETS
    assert broken(await audited(config)) == []
    for client in clients:
        await client.__aexit__(None, None, None)


# --- whose a database is ---


@pytest.fixture
def others(engines: SharedEngines) -> Iterator[list[Address]]:
    """Those of another platform."""
    with fresh_fleet(engines, *RANGES) as fresh:
        yield fresh


async def test_a_process_of_another_platform_does_not_start_on_the_databases(
    config: Config, others: list[Address], valkey_url: str, tmp_path: Path
) -> None:
    theirs = config_on(others, valkey_url, tmp_path)
    ours = Cluster(config, await prepare(config, addresses_of(config), Cluster(config).log))
    strangers = Cluster(theirs, await prepare(theirs, addresses_of(theirs), ours.log))
    strangers.config = config
    for process in (strangers.host("one", part=1), strangers.gateway("east")):
        with pytest.raises(CannotStart, match="it is of another platform"):
            await process


async def test_a_host_does_not_start_on_the_database_of_other_shards(
    addresses: list[Address], config: Config, valkey_url: str, tmp_path: Path
) -> None:
    fleet = await prepare(config, addresses_of(config), Cluster(config).log)
    exchanged = Cluster(config_on(addresses[::-1], valkey_url, tmp_path), fleet)
    with pytest.raises(CannotStart, match="it is the database of the shards 8-15 of 16, and configured for 0-7"):
        await exchanged.host("one", part=0)


async def test_a_host_starts_though_another_database_is_away_and_a_gateway_though_it_is_not_the_first(
    config: Config, addresses: list[Address], valkey_url: str, tmp_path: Path
) -> None:
    fleet = await prepare(config, addresses_of(config), Cluster(config).log)
    away = [addresses[0], Address(addresses[1].shards, "postgresql://127.0.0.1:1/nobody")]
    crippled = Cluster(config_on(away, valkey_url, tmp_path), fleet)
    try:
        await crippled.host("one", *range_of(crippled, 0))
        await crippled.gateway("east")
        with pytest.raises(CannotStart, match="the database of the shards 8-15: cannot connect"):
            await crippled.host("two", part=1)
        async with crippled.client("east") as ann:
            assert part_of(crippled, ann) == 0
            assert (await ann.dice("PLAY", 10, target=5_050)).stake == 10
    finally:
        await crippled.close()


def range_of(casino: Cluster, part: int) -> list[ShardId]:
    return list(casino.partition.parts[part])
