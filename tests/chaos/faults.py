"""Everything that can happen to the processes of a cluster, one after another, under load: `make chaos`.

Each fault has bots before, during and after it. At its end their books agree with the database, the audit holds, and
players were told nothing but to try again. The cluster stands on several machines, which are network namespaces of
this one; where there may be none, it stands on this one, without the faults of a network, and the end says so.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.support.chaos.faults import FAULTS, NETWORK_FAULTS, Fault
from tests.support.chaos.network import missing
from tests.support.chaos.outcome import Outcome, pauses_in
from tests.support.chaos.stage import Stage
from tests.support.chaos.verdict import assert_unharmed
from tests.support.swarm import Swarm
from tests.support.tables import quick_tables

HOSTS: Final = 2
GATEWAYS: Final = 3
BETS_AFTER: Final = 20
ROUNDS: Final = quick_tables(betting_ms=3_000, spin_ms=400)
"""Long enough that nobody loses a seat by twenty rounds without a bet while there is something to wait for."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All that can happen here."""
    metafunc.parametrize("fault", FAULTS if missing() else (*FAULTS, *NETWORK_FAULTS), ids=str)


@asynccontextmanager
async def load(stage: Stage, folder: Path) -> AsyncIterator[tuple[Swarm, ...]]:
    """Bots at everything."""
    url = stage.ground.url
    dice = Swarm(url, "dice", folder / "dice.jsonl", players=20, in_flight=1, seed=1)
    roulette = Swarm(url, "roulette", folder / "roulette.jsonl", players=20, seed=2)
    async with dice, roulette:
        yield dice, roulette


async def test_players_are_asked_for_patience_and_nothing_else(
    fault: Fault, data_dir: Path, tmp_path: Path, outcomes: list[Outcome]
) -> None:
    async with Stage.set_up(
        data_dir.parent, hosts=HOSTS, gateways=GATEWAYS, machines=not missing(), tables=ROUNDS
    ) as stage:
        async with load(stage, tmp_path) as swarms:
            began = time.monotonic()
            await fault.happens(stage)
            await asyncio.gather(*(swarm.acknowledges(BETS_AFTER) for swarm in swarms))
            await stage.calm()
            await asyncio.gather(*(swarm.acknowledges(BETS_AFTER) for swarm in swarms))
            pauses = {swarm.game: pauses_in(swarm.journal, began, time.monotonic()) for swarm in swarms}
            bets, errors = await assert_unharmed(swarms, data_dir, wire_was_cut=fault.cuts_wires)
        failed = [batch["kind"] for batch in stage.logged("batch failed")]
        outcomes.append(Outcome(str(fault), pauses, dict(errors), failed.count("Fenced"), bets))
        assert set(failed) <= {"Fenced", "Unavailable", "Unknown"}
        assert not fault.fences or "Fenced" in failed
        assert not stage.logged("runtime broken")
        await stage.audit()
