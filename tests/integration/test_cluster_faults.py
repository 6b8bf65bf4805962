"""Hosts of a real cluster die and stand still under load: players are asked to wait, and that is all they notice."""

from pathlib import Path

import pytest

from tests.support.chaos.faults import kill, stopped
from tests.support.chaos.stage import Stage
from tests.support.chaos.verdict import assert_unharmed
from tests.support.swarm import Swarm
from tests.support.tables import quick_tables

pytestmark = pytest.mark.slow

STOP_SECONDS = 5.0


async def test_a_host_is_killed_and_another_stands_still(data_dir: Path, tmp_path: Path) -> None:
    async with Stage.set_up(data_dir.parent, hosts=2, gateways=1, tables=quick_tables()) as stage:
        url = stage.ground.url
        dice = Swarm(url, "dice", tmp_path / "dice.jsonl", players=8, in_flight=2, seed=1)
        roulette = Swarm(url, "roulette", tmp_path / "roulette.jsonl", players=12, seed=2)
        async with dice, roulette:
            first, second = await stage.hosts()

            kill(await stage.pid(first))
            await stage.order("fenced", host=first)
            await dice.acknowledges(100)
            await roulette.acknowledges(10)
            await stage.calm()

            async with stopped(await stage.pid(second), STOP_SECONDS):
                await stage.order("fenced", host=second)
                await dice.acknowledges(100)
                await roulette.acknowledges(10)
            await stage.logs("recovered", process=second)
            await dice.acknowledges(100)
            await roulette.acknowledges(10)

            await assert_unharmed((dice, roulette), data_dir)
            assert {batch["kind"] for batch in stage.logged("batch failed")} <= {"Fenced"}
        await stage.audit()
