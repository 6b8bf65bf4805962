import asyncio

from tests.support.directing import ask, done, finished
from tests.support.simulation_time import virtually
from tests.support.town import TOWN_SHARDS, a_town


@virtually
async def test_a_drained_node_is_left_by_all_and_nobody_comes_there_any_more() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=2, gateways=2)
        leaving = {name for name, node in town.places.items() if node == "node-1"}
        assert (await done(directory, "drain", what="10.0.0.1"))["error"] is None
        assert not leaving & set(town.processes)
        await asyncio.sleep(10)
        await finished(directory)
        assert {town.places[name] for name in town.processes} == {"node-2"}
        assert len(town.hosts) == 2
        status = await ask(directory, "status")
        assert [node["state"] for node in status["nodes"]] == ["drained", "up"]
        # Its port is taken: the second gateway has nowhere to be.
        assert status["missing"] == {"hosts": 0, "gateways": 1}
        assert "no node has room for 1 gateway" in status["trouble"]
        assert not town.told("hosts fenced")


@virtually
async def test_a_node_that_comes_in_place_of_a_drained_one_gets_what_is_missing() -> None:
    async with a_town() as town:
        town.shrink({"node-1": 2, "node-2": 2})
        directory = await town.direct(hosts=2, gateways=2)
        assert (await done(directory, "drain", what="10.0.0.1"))["error"] is None
        assert len(town.hosts) == len(town.gateways) == 1
        town.shrink({"node-2": 2, "node-3": 2})
        await asyncio.sleep(20)
        await finished(directory)
        assert len(town.hosts) == len(town.gateways) == 2
        assert await town.owned() == dict.fromkeys(town.hosts, TOWN_SHARDS // 2)
        status = await ask(directory, "status")
        assert (status["missing"], status["trouble"]) == ({"hosts": 0, "gateways": 0}, None)


@virtually
async def test_the_next_directory_knows_which_nodes_are_drained() -> None:
    async with a_town() as town:
        first = await town.direct()
        await done(first, "drain", what="10.0.0.2")
        await first.stop()
        second = await town.direct()
        town.murder(town.hosts[0])
        await asyncio.sleep(10)
        await finished(second)
        assert {town.places[name] for name in town.processes} == {"node-1"}


@virtually
async def test_the_only_node_is_not_drained() -> None:
    async with a_town(nodes=1) as town:
        directory = await town.direct(hosts=1)
        refused = (await ask(directory, "drain", what="10.0.0.1"))["refused"]
        assert "every host is on 10.0.0.1 (host-1), and no other node has room for one" in refused
        await asyncio.sleep(5)
        assert [host["state"] for host in (await ask(directory, "status"))["hosts"]] == ["up"]
