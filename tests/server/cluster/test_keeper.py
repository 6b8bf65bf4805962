import asyncio

import pytest

from actors.runtime.carrier import CarrierError
from persistence.interfaces import Owner
from protocol.ids import ShardId
from server.cluster.keeper import OtherCluster, find_directory
from server.cluster.pulse import CUT_OFF_SECONDS
from server.cluster.room import TooFewResources
from tests.support.directing import ask, done
from tests.support.keepers import keeper_in, keeping
from tests.support.simulation_time import virtually
from tests.support.town import TOWN_SHARDS, Town, a_town


async def last_instance(town: Town) -> str | None:
    last = await town.store.last()
    return None if last is None or last.is_down else last.instance


@virtually
async def test_a_directory_that_is_killed_is_replaced_and_nobody_else_is() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        before = (*town.hosts, *town.gateways)
        async with keeping(keeper):
            town.murder(next(name for name in town.processes if name.startswith("directory")))
            await asyncio.sleep(5)
        (directory,) = town.kept
        status = await ask(directory, "status")
        assert (status["cluster"]["generation"], status["cluster"]["instance"]) == (2, "one")
        assert (*town.hosts, *town.gateways) == before


@virtually
async def test_a_keeper_asks_each_directory_over_one_connection() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        async with keeping(keeper):
            for generation in range(1, 4):
                await asyncio.sleep(30)
                (directory,) = (name for name in town.processes if name.startswith("directory"))
                asked = [way.name for way in town.ways if way.name.startswith("directory")]
                assert asked == [directory], f"{generation=}"
                town.murder(directory)


@virtually
async def test_the_next_keeper_goes_on_with_the_directory_that_runs() -> None:
    async with a_town() as town:
        await keeper_in(town).begin()
        status = await keeper_in(town, instance="two").begin(await last_instance(town))
        assert (status["cluster"]["generation"], status["cluster"]["instance"]) == (1, "one")
        assert len(town.kept) == 1


@virtually
async def test_the_next_keeper_goes_on_with_the_processes_when_the_directory_died_with_the_one_before() -> None:
    async with a_town() as town:
        await keeper_in(town).begin()
        before = (*town.hosts, *town.gateways)
        town.murder(next(name for name in town.processes if name.startswith("directory")))
        keeper = keeper_in(town, instance="two", hosts=7)
        status = await keeper.begin(await last_instance(town))
        assert status["cluster"]["instance"] == "one"
        assert status["cluster"]["hosts"] == 2
        # And so do those that it starts later, though nobody of before may be left by then.
        async with keeping(keeper):
            for name in list(town.processes):
                town.murder(name)
            await asyncio.sleep(20)
        assert (await ask(town.kept[-1], "status"))["cluster"]["instance"] == "one"
        assert not set(before) & set(town.processes)
        assert len(town.hosts) == 2
        assert await town.owned() == dict.fromkeys(town.hosts, TOWN_SHARDS // 2)


@virtually
async def test_a_directory_that_hangs_is_replaced_by_the_next_keeper() -> None:
    async with a_town() as town:
        await keeper_in(town).begin()
        hanging = next(name for name in town.processes if name.startswith("directory"))
        town.freeze(hanging)
        status = await keeper_in(town, instance="two").begin(await last_instance(town))
        assert status["cluster"]["generation"] == 2
        assert hanging not in town.processes


@virtually
async def test_a_cluster_of_this_name_on_another_database_is_left_alone() -> None:
    async with a_town() as town:
        await keeper_in(town).begin()
        with pytest.raises(OtherCluster, match="named 'casino' is on this Ray already"):
            await keeper_in(town, instance="two").begin(None)
        assert (await ask(town.kept[0], "health"))["generation"] == 1


@virtually
async def test_a_directory_is_started_where_there_is_room() -> None:
    async with a_town() as town:
        town.shrink({"node-1": 0, "node-2": 4})
        await keeper_in(town).begin()
        assert set(town.places.values()) == {"node-2"}


@virtually
async def test_it_is_said_what_nodes_have_when_none_has_room_for_a_directory() -> None:
    async with a_town() as town:
        town.shrink({"node-1": 0})
        with pytest.raises(TooFewResources, match="no node has room for a directory: each process takes 256 MiB"):
            await keeper_in(town).begin()
        assert town.processes == {}


@virtually
async def test_the_directory_leaves_a_node_that_is_drained() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        name = next(name for name in town.processes if name.startswith("directory"))
        node = town.places[name]
        async with keeping(keeper):
            address = next(machine.address for machine in town.machines if machine.id == node)
            assert (await done(town.kept[0], "drain", what=address))["error"] is None
            await asyncio.sleep(5)
        assert node not in {town.places[name] for name in town.processes}
        (directory,) = town.kept
        assert (await ask(directory, "health"))["generation"] == 2


@virtually
async def test_a_directory_that_is_to_be_renewed_is_replaced_at_once() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        before = (*town.hosts, *town.gateways)
        async with keeping(keeper):
            assert await ask(town.kept[0], "renew") == {}
            await asyncio.sleep(2)
        (directory,) = town.kept
        assert (await ask(directory, "health"))["generation"] == 2
        assert (*town.hosts, *town.gateways) == before
        assert not town.told("hosts fenced")


@virtually
async def test_a_directory_that_cannot_go_on_for_a_fault_of_its_own_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def faulty() -> dict[ShardId, Owner]:
        raise TypeError("owners are not what they were")

    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        async with keeping(keeper):
            with monkeypatch.context() as patch:
                patch.setattr(town.ledger, "owners", faulty)
                await asyncio.sleep(1.1)
            await asyncio.sleep(2)
            dead, survivor = town.hosts
            town.murder(dead)
            await town.all_on(survivor)
        assert "owners are not what they were" in town.told("directory failed")[0]["error"]


@virtually
async def test_a_cluster_that_was_stopped_is_not_kept_any_more() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        kept = asyncio.create_task(keeper.keep())
        await done(town.kept[0], "down")
        await asyncio.wait_for(kept, 5)
        assert town.processes == {}


@virtually
async def test_a_keeper_whose_directory_was_superseded_keeps_the_newer_one() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        async with keeping(keeper):
            later = keeper_in(town)
            await later._start()
            await asyncio.sleep(3)
            town.murder(max(name for name in town.processes if name.startswith("directory")))
            await asyncio.sleep(5)
        assert (await ask(town.kept[-1], "health"))["generation"] == 3


@virtually
async def test_a_keeper_goes_on_when_the_control_store_is_away() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        async with keeping(keeper):
            town.control_is_gone = True
            town.murder(next(name for name in town.processes if name.startswith("directory")))
            await asyncio.sleep(10)
            with pytest.raises(CarrierError):
                await town.names()
            town.control_is_gone = False
            await asyncio.sleep(5)
        assert len(town.kept) == 1


async def node_of_the_directory(town: Town) -> str:
    directory = await find_directory(town)
    assert directory is not None
    return town.places[directory]


async def generation_of(town: Town) -> int:
    generation: int = (await ask(town.kept[-1], "health"))["generation"]
    return generation


@virtually
async def test_each_directory_that_dies_is_replaced_on_another_node() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        nodes = [await node_of_the_directory(town)]
        async with keeping(keeper):
            for _ in range(2):
                town.murder(await find_directory(town) or "")
                await asyncio.sleep(5)
                nodes.append(await node_of_the_directory(town))
        assert nodes in (["node-1", "node-2", "node-1"], ["node-2", "node-1", "node-2"])


@virtually
async def test_a_directory_that_cannot_reach_the_store_while_hosts_can_is_replaced_on_another_node() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        await asyncio.sleep(1)
        cut_off = await node_of_the_directory(town)
        (there,) = [host for host in town.hosts if town.places[host] != cut_off]
        async with keeping(keeper):
            town.cut_off_node(cut_off)
            await town.all_on(there)
        assert await node_of_the_directory(town) != cut_off
        assert await generation_of(town) == 2


@virtually
async def test_a_directory_is_left_alone_while_nobody_reaches_the_store() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        async with keeping(keeper):
            town.cut_off(*town.wires)
            await asyncio.sleep(60)
            town.mend(*town.wires)
            await asyncio.sleep(CUT_OFF_SECONDS)
        assert len(town.kept) == 1
        assert await generation_of(town) == 1
