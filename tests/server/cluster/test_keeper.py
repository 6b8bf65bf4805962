"""Whoever keeps a directory running: it is replaced when it is gone, or of no use where it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.cluster.keeper import Keeper, find_directory
from server.cluster.pulse import CUT_OFF_SECONDS
from tests.support.simulation_time import virtually
from tests.support.town import Town, a_town


@asynccontextmanager
async def kept(town: Town) -> AsyncIterator[Keeper]:
    """A keeper at its work."""
    numbers = iter(range(1, 100))
    keeper = Keeper(town, "directory", b"", lambda: next(numbers))
    await keeper.begin()
    keeping = asyncio.create_task(keeper.keep())
    try:
        yield keeper
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def directed_by(town: Town, name: str) -> None:
    """Wait until this directory is the only one."""
    async with asyncio.timeout(60):
        while {one for one in town.processes if one.startswith("directory-")} != {name}:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def node_of_the_directory(town: Town) -> str:
    directory = await find_directory(town)
    assert directory is not None
    return town.places[directory]


@virtually
async def test_a_directory_that_dies_is_replaced_on_the_next_node() -> None:
    async with a_town() as town, kept(town):
        assert await find_directory(town) == "directory-1"
        town.murder("directory-1")
        await directed_by(town, "directory-2")
        assert [town.places[name] for name in town.places if name.startswith("directory-")] == ["node-1", "node-2"]
        town.murder("directory-2")
        await directed_by(town, "directory-3")
        assert await node_of_the_directory(town) == "node-1"


@virtually
async def test_a_directory_that_cannot_reach_the_store_while_hosts_can_is_replaced_on_the_next_node() -> None:
    async with a_town() as town, kept(town):
        first, second = town.hosts
        await asyncio.sleep(1)
        town.cut_off_node("node-1")
        await directed_by(town, "directory-2")
        assert await node_of_the_directory(town) == "node-2"
        (there,) = [host for host in (first, second) if town.places[host] == "node-2"]
        await town.all_on(there)


@virtually
async def test_a_directory_is_left_alone_while_nobody_reaches_the_store() -> None:
    async with a_town() as town, kept(town):
        town.cut_off(*town.wires)
        await asyncio.sleep(60)
        town.mend(*town.wires)
        await asyncio.sleep(CUT_OFF_SECONDS)
        await directed_by(town, "directory-1")
        assert len(town.directories) == 1
