import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from persistence.postgres.cluster import PostgresClusterStore
from persistence.postgres.database import Address, prepare_fleet
from server.cli import main
from server.cli.cluster_table import table
from tests.support.engines import SharedEngines
from tests.support.fleets import fresh_fleet
from tests.support.server import Ended, croupier, no_leftovers, short_folder

SECRETS = {"CROUPIER_TOKEN_SECRET": "t" * 32, "CROUPIER_SEED_KEY": "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2U="}
BEAT_SECONDS = 0.5


async def refused(*arguments: str | Path, **variables: Any) -> Ended:
    """A command that must fail for a reason that it says in one line."""
    ended = await croupier("cluster", *arguments, **variables)
    assert ended.code == 2, ended.stdout + ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    """A data dir that nothing may be left in."""
    with short_folder() as made:
        yield made / "data"
        await no_leftovers(made)


@pytest.fixture
def a_file(tmp_path: Path) -> Path:
    """Where no folder can be."""
    path = tmp_path / "file"
    path.touch()
    return path


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--hosts", "5"), "is to have 3 hosts and 1 gateway as before: change that with croupier cluster scale\n"),
        (("--hosts", "3", "--gateways", "1"), ""),
    ],
)
def test_whoever_starts_a_cluster_that_is_up_is_told_that_it_stays_as_it_is(
    asked: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {"cluster": {"name": "casino", "hosts": 3, "gateways": 1}, "hosts": [], "gateways": []}
    monkeypatch.setattr("server.cli.cluster_up.start_in_background", lambda *_: (there, 7))
    ended = CliRunner().invoke(main, ("cluster", "up", "--data-dir", str(tmp_path), *asked))
    assert ended.exit_code == 0
    assert ended.stderr.removeprefix("cluster 'casino' was up already, and ") == said
    assert json.loads(ended.stdout)["cluster"] == "casino"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1:1", "nobody answers at 127.0.0.1:1"),
        ("ray://127.0.0.1:1", "nobody answers at ray://127.0.0.1:1"),
        ("nowhere", "'nowhere' is no address of a Ray"),
    ],
)
async def test_a_ray_that_is_not_there_is_told_before_anything_is_started(
    folder: Path, address: str, reason: str
) -> None:
    ended = await refused("up", "--data-dir", folder, "--address", address)
    assert reason in ended.stderr
    assert not (folder / "postgres").exists()


async def test_a_database_without_the_schema_is_not_given_one(folder: Path, empty_postgres_dsn: str) -> None:
    ended = await refused(
        *("up", "--data-dir", folder, "--database-url", empty_postgres_dsn, "--redis-url", "redis://127.0.0.1:1"),
        **SECRETS,
    )
    assert "run croupier migrate first" in ended.stderr


async def test_a_database_that_is_not_there_is_told(folder: Path) -> None:
    ended = await refused(
        *("up", "--data-dir", folder, "--database-url", "postgresql://127.0.0.1:1/x"),
        *("--redis-url", "redis://127.0.0.1:1"),
        **SECRETS,
    )
    assert "127.0.0.1" in ended.stderr


@asynccontextmanager
async def beating(store: PostgresClusterStore, generation: int) -> AsyncIterator[None]:
    """A cluster that is heard of."""

    async def beat() -> None:
        while True:
            await store.beat(generation)
            await asyncio.sleep(BEAT_SECONDS)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_second_cluster_on_a_database_is_told_whose_it_is(folder: Path, postgres_dsn: str) -> None:
    store = PostgresClusterStore(postgres_dsn)
    try:
        claimed = await store.claim("other", name="the first", release="1", hosts=(1,), gateways=1, silence_seconds=1)
        async with beating(store, claimed.generation):
            ended = await refused(
                *("up", "--data-dir", folder, "--database-url", postgres_dsn, "--redis-url", "redis://127.0.0.1:1"),
                **SECRETS,
            )
    finally:
        await store.close()
    assert "cluster 'the first' plays on this database" in ended.stderr


async def test_a_redis_that_is_not_there_is_told_before_ray_is_started(folder: Path, postgres_dsn: str) -> None:
    ended = await refused(
        *("up", "--data-dir", folder, "--database-url", postgres_dsn, "--redis-url", "redis://127.0.0.1:1"),
        **SECRETS,
    )
    assert "redis_url: nobody answers there as a Redis does" in ended.stderr


async def test_a_port_that_somebody_has_is_told_before_ray_is_started(
    folder: Path, postgres_dsn: str, valkey_url: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        ended = await refused(
            *("up", "--data-dir", folder, "--database-url", postgres_dsn, "--redis-url", valkey_url, "--port", port),
            **SECRETS,
        )
    assert f"cannot listen on port {port} of 127.0.0.1: another program listens there" in ended.stderr


@pytest.mark.parametrize("flags", [("--hosts", "0"), ("--gateways", "0"), ("--hosts", "-1"), ("--hosts", "two")])
async def test_a_number_of_processes_that_cannot_be_is_refused(folder: Path, flags: tuple[str, str]) -> None:
    assert "Invalid value for '--" in (await refused("scale", "--data-dir", folder, *flags)).stderr


@pytest.mark.parametrize("command", ["status", "rebalance", "rolling-restart", "down"])
async def test_without_a_cluster_a_command_says_how_to_start_one(folder: Path, command: str) -> None:
    ended = await refused(command, "--data-dir", folder)
    assert "start one with croupier cluster up" in ended.stderr


async def test_scaling_to_nothing_in_particular_is_refused(folder: Path) -> None:
    assert "say how many" in (await refused("scale", "--data-dir", folder)).stderr


async def test_a_data_dir_that_cannot_be_written_is_refused(a_file: Path) -> None:
    assert "cannot write to" in (await refused("up", "--data-dir", a_file / "data")).stderr


async def test_a_database_without_a_host_is_told_before_anything_is_started(folder: Path) -> None:
    ended = await refused("up", "--data-dir", folder, "--hosts", "1", **SECRETS, **on("127.0.0.1:1/a", "127.0.0.1:1/b"))
    assert "2 databases need a host each, and there are to be 1: --hosts 2, or more" in ended.stderr
    assert not (folder / "valkey").exists()


async def test_databases_that_were_exchanged_are_told_at_once(folder: Path, halves: list[Address]) -> None:
    await prepare_fleet(halves, shards=256, unsafe=True)
    first, second = (address.dsn.removeprefix("postgresql://") for address in halves)
    ended = await refused(
        "up", "--data-dir", folder, "--redis-url", "redis://127.0.0.1:1", **SECRETS, **on(second, first)
    )
    assert "the database of the shards 0-127: it is the database of the shards 128-255 of 256" in ended.stderr


def on(*databases: str) -> dict[str, str]:
    shards = {name: f"postgresql://{one}" for name, one in zip(("0-127", "128-255"), databases, strict=True)}
    return {"CROUPIER_DATABASE__SHARDS": json.dumps(shards), "CROUPIER_UNSAFE": "true"}


@pytest.fixture
def halves(engines: SharedEngines) -> Iterator[list[Address]]:
    with fresh_fleet(engines, "0-127", "128-255") as fresh:
        yield fresh


def shown(hosts: list[dict[str, Any]], gateways: list[dict[str, Any]], *databases: str) -> list[str]:
    return table(
        {
            "cluster": {"name": "casino", "release": "1.0", "generation": 12, "directory_node": "10.0.0.1"},
            "nodes": [{"id": "0123456789", "address": "10.0.0.1", "state": "up", "processes": 3, "room": 0}],
            "missing": {"hosts": 2, "gateways": 1},
            "trouble": "no node has room for 2 hosts and 1 gateway",
            "shards": {"owned": 128, "unowned": 128, "moving": 4},
            "databases": [{"shards": shards, "hosts": 1, "unowned": 0} for shards in databases],
            "work": {"what": "rebalance", "running": False, "error": "no", "done": "1 of 2 shards moved"},
            "hosts": hosts,
            "gateways": gateways,
        }
    ).splitlines()


HOST = {
    "name": "host-1",
    "node": "10.0.0.1",
    "state": "up",
    "database": "128-255",
    "shards": 128,
    "weight": 1280,
    "actors": 7,
    "batches_per_second": 12.34,
}


def test_the_table_shows_each_process_in_a_line_of_its_own() -> None:
    gateway = {"name": "gateway-2", "node": "10.0.0.1", "state": "silent", "address": ["10.0.0.1", 8080]}
    lines = shown([HOST], [gateway], "0-255")
    assert lines[:5] == [
        "cluster casino, release 1.0; the 12th directory, on 10.0.0.1",
        "shards: 128 of 256 on hosts, 4 moving",
        "rebalance: failed: no; 1 of 2 shards moved",
        "missing: 2 hosts and 1 gateway",
        "trouble: no node has room for 2 hosts and 1 gateway",
    ]
    assert lines[7].split() == ["10.0.0.1", "01234567", "up", "3", "0"]
    assert lines[10].split() == ["host-1", "10.0.0.1", "up", "128", "1280", "7", "-", "12.3", "-", "-"]
    assert lines[13].split()[:4] == ["gateway-2", "10.0.0.1", "silent", "10.0.0.1:8080"]


def test_the_table_says_whose_database_a_host_is_when_there_are_several() -> None:
    lines = shown([HOST], [], "0-127", "128-255")
    assert lines[9].split()[:5] == ["HOST", "NODE", "STATE", "DATABASE", "SHARDS"]
    assert lines[10].split()[:5] == ["host-1", "10.0.0.1", "up", "128-255", "128"]
