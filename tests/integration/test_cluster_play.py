"""Players of a real cluster play on while its processes die, and while all of them are replaced."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.clusters import Cluster, names
from tests.support.swarm import Swarm, assert_nothing_was_lost

PLAYERS = 6
BETS_AFTER = 20
pytestmark = pytest.mark.slow(seconds=50)


async def test_players_play_through_the_death_of_each_part_and_every_bet_is_right(
    cluster: Cluster, tmp_path: Path
) -> None:
    status = await cluster.whole(hosts=2)
    async with Swarm(cluster.ready["ws"], "dice", tmp_path / "dice.jsonl", players=PLAYERS) as swarm:
        host = status["hosts"][0]
        os.kill(host["pid"], signal.SIGKILL)
        after = await cluster.whole(hosts=2, without=host["name"])
        await swarm.acknowledges(BETS_AFTER)

        os.kill(after["cluster"]["directory_pid"], signal.SIGKILL)
        directed = await cluster.whole(hosts=2, without=after["cluster"]["directory"])
        assert directed["cluster"]["generation"] > after["cluster"]["generation"]
        assert sorted(host["pid"] for host in directed["hosts"]) == sorted(host["pid"] for host in after["hosts"])
        await swarm.acknowledges(BETS_AFTER)

        report = await swarm.report()
    assert_nothing_was_lost(report)
    assert report["errors"] == {}
    await cluster.audit()


async def test_everything_is_replaced_while_players_play(cluster: Cluster, tmp_path: Path) -> None:
    await cluster.do("scale", "--gateways", "2")
    before = await cluster.whole(hosts=2, gateways=2)
    doors = ",".join("ws://{}:{}/ws".format(*gateway["address"]) for gateway in before["gateways"])
    async with Swarm(doors, "dice", tmp_path / "dice.jsonl", players=PLAYERS) as swarm:
        assert "4 processes replaced" in await cluster.do("rolling-restart")
        after = await cluster.whole(hosts=2, gateways=2)
        assert after["cluster"]["directory_pid"] != before["cluster"]["directory_pid"]
        assert not names(before) & names(after)
        assert sorted(one["address"] for one in after["gateways"]) == sorted(
            one["address"] for one in before["gateways"]
        )
        await swarm.acknowledges(BETS_AFTER)
        report = await swarm.report()
    assert_nothing_was_lost(report)
    assert report["errors"] == {}
    await cluster.audit()


def addresses(status: dict[str, Any]) -> list[list[object]]:
    """Where gateways let players in."""
    return sorted(gateway["address"] for gateway in status["gateways"])
