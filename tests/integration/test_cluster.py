import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator

import psutil
import pytest

from tests.support.clusters import Cluster, bots
from tests.support.server import no_leftovers, short_folder, until

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
    assert not names(before) & names(after)
    assert sorted(one["address"] for one in after["gateways"]) == sorted(one["address"] for one in before["gateways"])
    report = await playing
    assert report["bets"] > 0
    assert report["balance_mismatches"] == 0
    await cluster.audit()


async def test_it_grows_and_shrinks_and_shows_what_it_is(cluster: Cluster) -> None:
    await cluster.do("scale", "--hosts", "3")
    grown = await cluster.whole(hosts=3)
    await cluster.do("drain", grown["hosts"][0]["name"])
    await cluster.whole(hosts=2)
    table = await cluster.do("status")
    assert "shards: 256 of 256 on hosts, 0 moving" in table
    for heading in ("HOST", "SHARDS", "ACTORS", "BATCHES/S", "LAG", "GATEWAY", "SESSIONS"):
        assert heading in table


async def test_whoever_supervises_may_die_and_the_next_one_goes_on_with_the_same_processes(cluster: Cluster) -> None:
    before = await cluster.whole(hosts=2)
    supervisor = psutil.Process(cluster.ready["pid"])
    supervisor.kill()
    await until(lambda: not supervisor.is_running() or supervisor.status() == psutil.STATUS_ZOMBIE)
    await cluster.up("--hosts", "2", "--gateways", "1")
    after = await cluster.whole(hosts=2)
    assert [host["pid"] for host in after["hosts"]] == [host["pid"] for host in before["hosts"]]


def names(status: dict[str, object]) -> set[str]:
    found = json.loads(json.dumps([status["hosts"], status["gateways"]]))
    return {one["name"] for group in found for one in group}
