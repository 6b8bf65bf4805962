"""A real cluster on two databases: hosts die, the cluster grows, and the books of both agree."""

import base64
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from persistence.postgres.database import Address
from tests.support.chaos.verdict import assert_only_patience_was_asked
from tests.support.clusters import Cluster
from tests.support.engines import SharedEngines
from tests.support.fleets import fresh_fleet
from tests.support.server import no_leftovers, short_folder
from tests.support.swarm import Swarm, assert_nothing_was_lost

pytestmark = pytest.mark.slow(seconds=50)

RANGES = ("0-127", "128-255")
PLAYERS = 6
BETS_AFTER = 20


@pytest.fixture
def addresses(engines: SharedEngines) -> Iterator[list[Address]]:
    with fresh_fleet(engines, *RANGES) as fresh:
        yield fresh


@pytest.fixture
async def cluster(addresses: list[Address], valkey_url: str) -> AsyncIterator[Cluster]:
    """A host for each database, and a gateway; at the end nothing of them may be left."""
    with short_folder() as folder:
        cluster = Cluster(
            folder / "data",
            CROUPIER_DATABASE__SHARDS=json.dumps({str(one.shards): one.dsn for one in addresses}),
            CROUPIER_REDIS_URL=valkey_url,
            CROUPIER_SEED_KEY=base64.b64encode(bytes(32)).decode(),
            CROUPIER_TOKEN_SECRET="t" * 32,
            CROUPIER_GUEST_ENABLED="true",
            CROUPIER_UNSAFE="true",
        )
        try:
            await cluster.up("--hosts", "2", "--gateways", "1")
            yield cluster
        finally:
            await cluster.do("down")
        await no_leftovers(cluster.data_dir)


def shares(status: Mapping[str, Any]) -> dict[str, list[int]]:
    """How many shards each host has, by its database."""
    return {
        shards: [host["shards"] for host in status["hosts"] if host["database"] == shards]
        for shards in (one["shards"] for one in status["databases"])
    }


async def test_a_host_that_dies_is_replaced_for_its_database_and_the_books_of_both_agree(
    cluster: Cluster, tmp_path: Path
) -> None:
    begun = await cluster.whole(hosts=2)
    assert shares(begun) == {"0-127": [128], "128-255": [128]}
    async with Swarm(cluster.ready["ws"], "dice", tmp_path / "dice.jsonl", players=PLAYERS) as swarm:
        last = next(host for host in begun["hosts"] if host["database"] == "128-255")
        os.kill(last["pid"], signal.SIGKILL)
        after = await cluster.whole(hosts=2, without=last["name"])
        assert shares(after) == shares(begun)
        await swarm.acknowledges(BETS_AFTER)
        report = await swarm.report()
    assert_nothing_was_lost(report)
    assert_only_patience_was_asked(report)
    await cluster.do("scale", "--hosts", "3")
    (one, other), alone = shares(await cluster.whole(hosts=3)).values()
    assert (one + other, alone) == (128, [128])
    assert min(one, other) > 0
    await cluster.audit()
