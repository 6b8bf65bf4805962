"""Everything that can happen to the processes of a cluster, one after another, under load: `make chaos`.

Each fault has bots before, during and after it. At its end their books agree with the database, the audit holds, and
players were told nothing but to try again.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from server.cluster.local_ray import CONTROL_STORE, NODE_MANAGER
from tests.support.chaos.faults import kill, stopped
from tests.support.chaos.stage import Stage
from tests.support.chaos.verdict import assert_unharmed
from tests.support.swarm import Swarm
from tests.support.tables import quick_tables

HOSTS: Final = 2
GATEWAYS: Final = 2
Fault = Callable[[Stage], Awaitable[None]]


async def kill_a_host(stage: Stage) -> None:
    """It has half of everything."""
    host = (await stage.hosts())[0]
    kill(await stage.pid(host))
    await stage.order("fenced", host=host)


def stop_a_host(seconds: float) -> Fault:
    """It goes on as if nothing had been, and is told that it owns nothing any more."""

    async def fault(stage: Stage) -> None:
        async with stopped(await stage.pid((await stage.hosts())[0]), seconds):
            pass

    fault.__name__ = f"stop_a_host_{seconds:g}_s"
    return fault


async def kill_a_gateway(stage: Stage) -> None:
    """Its players go to the other one, or wait for the one that comes in its place."""
    kill(await stage.pid(await stage.gateway()))


def stop_a_gateway(seconds: float) -> Fault:
    """Its players hear nothing for so long."""

    async def fault(stage: Stage) -> None:
        async with stopped(await stage.pid(await stage.gateway()), seconds):
            pass

    fault.__name__ = f"stop_a_gateway_{seconds:g}_s"
    return fault


async def kill_the_directory(stage: Stage) -> None:
    """Play does not need it."""
    kill(await stage.pid(await stage.directory()))


async def stop_the_directory(stage: Stage) -> None:
    """Another one comes; this one must not do anything any more."""
    async with stopped(await stage.pid(await stage.directory()), 5.0):
        pass


async def kill_the_control_store(stage: Stage) -> None:
    """Play does not need it either."""
    kill(stage.ray_pid(CONTROL_STORE))


async def stop_the_control_store(stage: Stage) -> None:
    """As above, and it comes back by itself."""
    async with stopped(stage.ray_pid(CONTROL_STORE), 5.0):
        pass


async def kill_the_node_manager(stage: Stage) -> None:
    """Every process of the node ends with it, and all are started again."""
    kill(stage.ray_pid(NODE_MANAGER))


async def kill_both_hosts(stage: Stage) -> None:
    """Nobody is left who could take over, until somebody is started."""
    for host in await stage.hosts():
        kill(await stage.pid(host))


async def stop_postgres(stage: Stage) -> None:
    """Nothing can be written for a while: that is a pause too."""
    async with stopped(stage.engine_pid("postgres"), 2.0):
        pass


FAULTS: Final[tuple[Fault, ...]] = (
    kill_a_host,
    *(stop_a_host(seconds) for seconds in (0.5, 5.0, 60.0)),
    kill_a_gateway,
    *(stop_a_gateway(seconds) for seconds in (0.5, 5.0)),
    kill_the_directory,
    stop_the_directory,
    kill_the_control_store,
    stop_the_control_store,
    kill_both_hosts,
    stop_postgres,
    kill_the_node_manager,
)


@asynccontextmanager
async def load(stage: Stage, folder: Path) -> AsyncIterator[tuple[Swarm, ...]]:
    """Bots at everything."""
    url = stage.cluster.url
    dice = Swarm(url, "dice", folder / "dice.jsonl", players=10, in_flight=2, seed=1)
    roulette = Swarm(url, "roulette", folder / "roulette.jsonl", players=20, seed=2)
    async with dice, roulette:
        yield dice, roulette


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_players_are_asked_for_patience_and_nothing_else(fault: Fault, data_dir: Path, tmp_path: Path) -> None:
    async with Stage.set_up(data_dir.parent, hosts=HOSTS, gateways=GATEWAYS, tables=quick_tables()) as stage:
        async with load(stage, tmp_path) as swarms:
            await fault(stage)
            await asyncio.gather(*(swarm.acknowledges(10) for swarm in swarms))
            await stage.calm(hosts=HOSTS, gateways=GATEWAYS)
            await asyncio.gather(*(swarm.acknowledges(10) for swarm in swarms))
            wire_was_cut = fault in {kill_a_gateway, kill_the_node_manager} or "gateway" in fault.__name__
            assert {batch["kind"] for batch in stage.logged("batch failed")} <= {"Fenced", "Unavailable", "Unknown"}
            await assert_unharmed(swarms, data_dir, wire_was_cut=wire_was_cut)
        await stage.audit()
