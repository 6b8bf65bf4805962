import asyncio

import pytest

from actors.runtime.carrier import CarrierError
from persistence.clusters import ClusterTaken
from persistence.interfaces import Owner, Unavailable
from protocol.ids import ShardId
from server.cluster.charter import OTHER_CLUSTER_SILENCE_SECONDS
from server.cluster.keeper import ANSWER_SECONDS_MAX
from tests.support.directing import ask
from tests.support.simulation_time import virtually
from tests.support.town import TOWN_SHARDS, a_town


@virtually
async def test_a_new_cluster_has_whom_it_should_have_and_every_shard_is_on_a_host() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=2, gateways=2)
        assert len(town.hosts) == len(town.gateways) == 2
        assert await town.owned() == dict.fromkeys(town.hosts, TOWN_SHARDS // 2)
        assert {town.places[name] for name in town.hosts} == {"node-1", "node-2"}
        assert {town.places[name] for name in town.gateways} == {"node-1", "node-2"}
        assert all(len(town.gateway(name).routes) == TOWN_SHARDS for name in town.gateways)
        status = await ask(directory, "status")
        assert [host["shards"] for host in status["hosts"]] == [4, 4]
        assert [host["state"] for host in (*status["hosts"], *status["gateways"])] == ["up"] * 4


@virtually
async def test_the_next_directory_goes_on_with_the_same_processes_and_disturbs_nobody() -> None:
    async with a_town() as town:
        first = await town.direct()
        epochs = {name: town.host(name).host.epoch for name in town.hosts}
        await first.stop()
        await asyncio.sleep(30)
        second = await town.direct()
        await asyncio.sleep(5)
        assert {name: town.host(name).host.epoch for name in town.hosts} == epochs
        assert (await ask(second, "status"))["cluster"]["generation"] == 2


@virtually
async def test_what_happened_while_nobody_directed_is_seen_to_by_the_next_directory() -> None:
    async with a_town() as town:
        first = await town.direct()
        await first.stop()
        dead, survivor = town.hosts
        town.murder(dead)
        await asyncio.sleep(10)
        assert (await town.owned())[dead] == 4
        await town.direct()
        await town.all_on(survivor)


@virtually
async def test_a_superseded_directory_touches_nothing_any_more() -> None:
    async with a_town() as town:
        first = await town.direct()
        second = await town.direct()
        await asyncio.wait_for(first.ended.wait(), 5)
        town.murder(town.hosts[0])
        await asyncio.sleep(30)
        assert len(town.told("superseded")) == len(town.told("process has ended")) == 1
        assert not town.told("crew not complete")
        assert not second.ended.is_set()


@virtually
async def test_what_is_known_is_told_though_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away() -> dict[ShardId, Owner]:
        raise Unavailable("no connection")

    async with a_town() as town:
        directory = await town.direct()
        await ask(directory, "status")
        with monkeypatch.context() as patch:
            patch.setattr(town.ledger, "owners", away)
            status = await ask(directory, "status")
        assert [host["shards"] for host in status["hosts"]] == [4, 4]
        assert "no connection" in status["trouble"]


@virtually
async def test_what_is_known_is_told_soon_though_nobody_says_anything() -> None:
    async with a_town() as town:
        directory = await town.direct()
        await ask(directory, "status")
        town.cut_off(*town.wires)
        for name in town.processes:
            town.freeze(name)
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            status = await ask(directory, "status")
        assert [host["shards"] for host in status["hosts"]] == [4, 4]
        assert "did not say" in status["trouble"]


@virtually
async def test_processes_of_another_database_on_the_same_ray_are_left_alone() -> None:
    async with a_town() as town, a_town() as elsewhere:
        first = await town.direct()
        await first.stop()
        town.databases, town.ledgers, town.store = elsewhere.databases, elsewhere.ledgers, elsewhere.store
        before = dict(town.processes)
        with pytest.raises(CarrierError, match="processes of another cluster named 'casino' run on this Ray"):
            await town.direct(instance="two")
        await asyncio.sleep(5)
        assert town.processes == before


@virtually
async def test_a_second_cluster_on_the_database_is_refused_and_nothing_is_started() -> None:
    async with a_town() as town:
        await town.direct()
        async with a_town(beside=town) as other:
            with pytest.raises(ClusterTaken, match="'casino' plays on this database"):
                await other.direct(instance="two")
            await asyncio.sleep(2)
            assert other.processes == {}
        assert len(town.processes) == 3
        assert not town.told("hosts fenced")


@virtually
async def test_a_cluster_that_died_without_a_word_makes_room_for_the_next() -> None:
    async with a_town() as town:
        await (await town.direct()).stop()
        for name in list(town.processes):
            town.murder(name)
        await asyncio.sleep(OTHER_CLUSTER_SILENCE_SECONDS + 1)
        await town.direct(instance="two", hosts=1)
        await town.all_on(*town.hosts)


@virtually
async def test_a_cluster_whose_processes_do_not_start_leaves_nothing_behind() -> None:
    async with a_town() as town:
        town.broken_factories.add("gateway")
        with pytest.raises(CarrierError, match="there is no database here"):
            await town.direct()
        assert town.processes == {}
        town.broken_factories.clear()
        await town.direct(instance="two")
