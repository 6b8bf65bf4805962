import asyncio

import pytest

from server.cluster.room import TooFewResources
from tests.support.directing import ask, done, finished
from tests.support.simulation_time import virtually
from tests.support.town import TOWN_SHARDS, a_town


@virtually
async def test_a_host_is_replaced_where_there_is_room_for_no_more_by_others_that_have_its_shards_meanwhile() -> None:
    async with a_town() as town:
        town.shrink({"node-1": 3})
        directory = await town.direct(hosts=2)
        drained = town.hosts[0]
        assert (await done(directory, "drain", what=drained, replace=True))["error"] is None
        assert drained not in town.processes
        assert len(town.hosts) == 2
        assert not town.told("hosts fenced")


@virtually
async def test_the_only_host_stays_when_there_is_no_room_for_its_successor() -> None:
    async with a_town() as town:
        town.shrink({"node-1": 2})
        directory = await town.direct(hosts=1)
        (only,) = town.hosts
        assert "no node has room for 1 host" in (await done(directory, "drain", what=only, replace=True))["error"]
        assert await town.owned() == {only: TOWN_SHARDS}
        assert [host["state"] for host in (await ask(directory, "status"))["hosts"]] == ["up"]


@virtually
async def test_who_has_room_is_started_though_others_have_none() -> None:
    async with a_town() as town:
        town.shrink({"node-1": 2, "node-2": 2})
        directory = await town.direct(hosts=2, gateways=2)
        town.shrink({"node-1": 2})
        for name in [name for name, node in town.places.items() if node == "node-2" or name.startswith("host")]:
            town.murder(name)
        await asyncio.sleep(20)
        await finished(directory)
        assert len(town.hosts) == len(town.gateways) == 1
        await town.all_on(*town.hosts)
        status = await ask(directory, "status")
        assert status["missing"] == {"hosts": 1, "gateways": 1}
        assert "no node has room for 1 host and 1 gateway" in status["trouble"]


@virtually
async def test_more_gateways_than_ports_are_too_few_resources_and_nothing_is_started() -> None:
    async with a_town(nodes=1) as town:
        with pytest.raises(TooFewResources, match="no node has room for 1 gateway"):
            await town.direct(gateways=2)
        assert town.processes == {}


@virtually
async def test_more_processes_than_memory_are_too_few_resources() -> None:
    async with a_town(nodes=1) as town:
        with pytest.raises(TooFewResources, match="room for 937 hosts: each process takes 256 MiB"):
            await town.direct(hosts=1_000)
        assert town.processes == {}


@virtually
async def test_scaling_beyond_what_there_is_room_for_changes_nothing() -> None:
    async with a_town(nodes=1) as town:
        directory = await town.direct(hosts=1)
        state = await done(directory, "scale", gateways=3)
        assert "no node has room for 2 gateways" in state["error"]
        assert (await ask(directory, "status"))["cluster"]["gateways"] == 1
        assert len(town.processes) == 2


@virtually
async def test_who_was_started_gets_a_share_though_others_have_no_room() -> None:
    async with a_town() as town:
        town.shrink({"node-1": 3})
        directory = await town.direct(hosts=2)
        town.shrink({"node-1": 3, "node-2": 1})
        await done(directory, "scale", hosts=3)
        town.shrink({"node-1": 3})
        gone = {name for name, node in town.places.items() if node == "node-2"}
        dead = next(name for name in town.hosts if name not in gone)
        for name in (*gone, dead):
            town.murder(name)
        await asyncio.sleep(30)
        await finished(directory)
        assert (await ask(directory, "status"))["missing"] == {"hosts": 1, "gateways": 0}
        assert await town.owned() == dict.fromkeys(town.hosts, TOWN_SHARDS // 2)
