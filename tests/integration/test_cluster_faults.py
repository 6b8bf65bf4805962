"""Hosts of a real cluster die, stand still and are replaced under load: players are asked to wait, and that is all.

The short form of `tests/chaos/faults.py`, on one machine.
"""

from pathlib import Path

import pytest

from tests.support.chaos.faults import kill, stopped
from tests.support.chaos.stage import Stage
from tests.support.chaos.verdict import assert_unharmed
from tests.support.swarm import Swarm
from tests.support.tables import quick_tables

pytestmark = pytest.mark.slow(seconds=45)

STOP_SECONDS = 2.0


async def test_a_host_has_two_owners_one_is_killed_and_another_stands_still(data_dir: Path, tmp_path: Path) -> None:
    async with Stage.set_up(data_dir.parent, hosts=2, gateways=1, tables=quick_tables()) as stage:
        url = stage.ground.url
        dice = Swarm(url, "dice", tmp_path / "dice.jsonl", players=8, in_flight=2, seed=1)
        roulette = Swarm(url, "roulette", tmp_path / "roulette.jsonl", players=12, seed=2)
        async with dice, roulette:
            first, second = await stage.hosts()

            await stage.order("usurp", host=first, by=second)
            await stage.logs("recovered", process=first)
            await dice.acknowledges(50)

            kill(await stage.pid(second))
            await stage.order("fenced", host=second)
            await dice.acknowledges(50)
            await stage.calm()

            async with stopped(await stage.pid(first), STOP_SECONDS):
                await stage.order("fenced", host=first)
                await dice.acknowledges(50)
                await roulette.acknowledges(5)

            bets, _ = await assert_unharmed((dice, roulette), data_dir)
            assert bets
            refused = {batch["kind"] for batch in stage.logged("batch failed")}
            assert "Fenced" in refused
            assert refused <= {"Fenced", "Unavailable"}
        await stage.audit()
