import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator

import psutil
import pytest

from server.cluster.local_ray import LocalRay
from tests.support.clusters import Cluster, bots
from tests.support.server import no_leftovers, short_folder, until

SECRETS = {"CROUPIER_TOKEN_SECRET": "t" * 32, "CROUPIER_SEED_KEY": "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2U="}
pytestmark = pytest.mark.slow


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    """Two hosts and a gateway; at the end nothing of them may be left."""
    with short_folder() as folder:
        cluster = Cluster(folder / "data")
        try:
            await cluster.up("--hosts", "2", "--gateways", "1")
            yield cluster
        finally:
            await cluster.do("down")
        await no_leftovers(cluster.data_dir)


async def test_players_play_through_the_death_of_each_part_and_every_bet_is_right(cluster: Cluster) -> None:
    playing = asyncio.create_task(bots(cluster.ready["ws"], players=20, seconds=30))
    status = await cluster.whole(hosts=2)

    os.kill(status["hosts"][0]["pid"], signal.SIGKILL)
    after = await cluster.whole(hosts=2)
    assert status["hosts"][0]["name"] not in [host["name"] for host in after["hosts"]]

    os.kill(after["cluster"]["directory_pid"], signal.SIGKILL)
    await until(lambda: '"directory"' in cluster.log)
    directed = await cluster.whole(hosts=2)
    assert directed["cluster"]["generation"] == after["cluster"]["generation"] + 1
    assert [host["name"] for host in directed["hosts"]] == [host["name"] for host in after["hosts"]]

    report = await playing
    assert report["bets"] > 0
    assert report["errors"] == {}
    assert report["balance_mismatches"] == 0
    await cluster.audit()


async def test_everything_is_replaced_while_players_play(cluster: Cluster) -> None:
    await cluster.do("scale", "--gateways", "2")
    before = await cluster.whole(hosts=2)
    doors = ",".join("ws://{}:{}/ws".format(*gateway["address"]) for gateway in before["gateways"])
    playing = asyncio.create_task(bots(doors, players=20, seconds=40))
    assert "4 processes replaced" in await cluster.do("rolling-restart")
    after = await cluster.whole(hosts=2)
    assert after["cluster"]["directory_pid"] != before["cluster"]["directory_pid"]
    assert not names(before) & names(after)
    assert sorted(one["address"] for one in after["gateways"]) == sorted(one["address"] for one in before["gateways"])
    report = await playing
    assert report["bets"] > 0
    assert report["errors"] == {}
    assert report["balance_mismatches"] == 0
    await cluster.audit()


async def test_it_grows_and_shrinks_and_shows_what_it_is(cluster: Cluster) -> None:
    await cluster.do("scale", "--hosts", "3")
    grown = await cluster.whole(hosts=3)
    await cluster.do("drain", grown["hosts"][0]["name"])
    await cluster.whole(hosts=2)
    table = await cluster.do("status")
    assert "shards: 256 of 256 on hosts, 0 moving" in table
    for heading in ("NODE", "HOST", "SHARDS", "ACTORS", "BATCHES/S", "LAG", "GATEWAY", "SESSIONS"):
        assert heading in table
    before = await cluster.status()
    await cluster.do("drain", before["hosts"][0]["name"], "--replace")
    after = await cluster.whole(hosts=2)
    assert before["hosts"][0]["name"] not in names(after)
    doors = [after["cluster"]["directory_metrics"], *(one["metrics"] for one in (*after["hosts"], *after["gateways"]))]
    assert len({tuple(door) for door in doors}) == 4
    measured = [await metrics_at(*door) for door in doors]
    assert 'croupier_shards{directory="' in measured[0]
    assert all('croupier_actors{host="' in text for text in measured[1:3])
    assert 'croupier_connections{gateway="' in measured[3]


async def test_whoever_supervises_may_die_and_the_next_one_goes_on_with_the_same_processes(cluster: Cluster) -> None:
    before = await cluster.whole(hosts=2)
    supervisor = psutil.Process(cluster.ready["pid"])
    supervisor.kill()
    await until(lambda: not supervisor.is_running() or supervisor.status() == psutil.STATUS_ZOMBIE)
    await cluster.up("--hosts", "2", "--gateways", "1")
    after = await cluster.whole(hosts=2)
    assert [host["pid"] for host in after["hosts"]] == [host["pid"] for host in before["hosts"]]


async def test_with_an_address_it_is_the_same_whoever_supervises_and_from_wherever(
    postgres_dsn: str, valkey_url: str
) -> None:
    ray = LocalRay.made()
    await ray.start()
    try:
        with short_folder() as folder:
            joins = {**ray.environment, **SECRETS, "CROUPIER_UNSAFE": "true"}
            stores = ("--database-url", postgres_dsn, "--redis-url", valkey_url)
            here, there = (
                Cluster(folder / name, "--address", ray.address, stores=stores, **joins) for name in ("here", "there")
            )
            await here.up("--hosts", "2", "--gateways", "1")
            before = await here.whole(hosts=2)
            for pid in (here.ready["pid"], before["cluster"]["directory_pid"]):
                os.kill(pid, signal.SIGKILL)
            await there.up("--hosts", "1", "--gateways", "1")
            after = await there.whole(hosts=2)
            assert [host["pid"] for host in after["hosts"]] == [host["pid"] for host in before["hosts"]]
            assert after["cluster"]["generation"] == before["cluster"]["generation"] + 1
            await there.do("down")
            assert (await there.refused("status")) == "no cluster 'croupier' is on the Ray that was joined"
    finally:
        await ray.stop()


async def metrics_at(host: str, port: int) -> str:
    """What a process says of itself."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode()


def names(status: dict[str, object]) -> set[str]:
    found = json.loads(json.dumps([status["hosts"], status["gateways"]]))
    return {one["name"] for group in found for one in group}
