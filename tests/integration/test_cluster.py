"""A real cluster grows, shrinks, shows what it is, and outlives whoever supervises it."""

import asyncio
import os
import signal

import psutil
import pytest

from server.cluster.local_ray import LocalRay
from tests.support.clusters import Cluster
from tests.support.server import short_folder, until

SECRETS = {"CROUPIER_TOKEN_SECRET": "t" * 32, "CROUPIER_SEED_KEY": "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2U="}
pytestmark = pytest.mark.slow(seconds=45)


async def test_it_grows_and_shrinks_and_shows_what_it_is(cluster: Cluster) -> None:
    await cluster.do("scale", "--hosts", "3")
    grown = await cluster.whole(hosts=3)
    await cluster.do("drain", grown["hosts"][0]["name"])
    before = await cluster.whole(hosts=2)
    table = await cluster.shows("shards: 256 of 256 on hosts, 0 moving")
    for heading in ("NODE", "HOST", "SHARDS", "ACTORS", "BATCHES/S", "LAG", "GATEWAY", "SESSIONS"):
        assert heading in table
    drained = before["hosts"][0]["name"]
    await cluster.do("drain", drained, "--replace")
    after = await cluster.whole(hosts=2, without=drained)
    doors = [after["cluster"]["directory_metrics"], *(one["metrics"] for one in (*after["hosts"], *after["gateways"]))]
    assert len({tuple(door) for door in doors}) == 4
    measured = [await metrics_at(*door) for door in doors]
    assert 'croupier_shards{directory="' in measured[0]
    assert all('croupier_actors{host="' in text for text in measured[1:3])
    assert 'croupier_connections{gateway="' in measured[3]

    # Whoever supervises may die, and the next one goes on with the same processes.
    supervisor = psutil.Process(cluster.ready["pid"])
    supervisor.kill()
    await until(lambda: not supervisor.is_running() or supervisor.status() == psutil.STATUS_ZOMBIE)
    await cluster.up("--hosts", "2", "--gateways", "1")
    again = await cluster.whole(hosts=2)
    assert [host["pid"] for host in again["hosts"]] == [host["pid"] for host in after["hosts"]]


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
            assert after["cluster"]["generation"] > before["cluster"]["generation"]
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
