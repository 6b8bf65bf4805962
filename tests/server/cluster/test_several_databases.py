"""A cluster on two databases: hosts are of one of them, and nothing that happens to one concerns the other's."""

import asyncio

import pytest

from actors.runtime.carrier import ProcessName
from persistence.clusters import ProcessKind
from tests.support.directing import ask, done, finished
from tests.support.simulation_time import virtually
from tests.support.town import Town, a_town

RANGES = ("0-5", "6-7")


def of_each(town: Town) -> list[list[ProcessName]]:
    """The hosts of each database, oldest first: as the processes themselves have it."""
    return [[name for name in town.hosts if town.wires[name][0].store is database] for database in town.databases]


@virtually
async def test_each_database_has_hosts_of_its_own_by_its_shards() -> None:
    async with a_town(ranges=RANGES) as town:
        directory = await town.direct(hosts=3)
        (first, second), (other,) = of_each(town)
        assert await town.owned() == {first: 3, second: 3, other: 2}
        assert town.host(other).host.owned == {6, 7}
        assert len({town.places[first], town.places[second]}) == 2
        status = await ask(directory, "status")
        assert {host["name"]: host["database"] for host in status["hosts"]} == {
            first: "0-5",
            second: "0-5",
            other: "6-7",
        }
        assert status["databases"] == [
            {"shards": "0-5", "hosts": 2, "unowned": 0},
            {"shards": "6-7", "hosts": 1, "unowned": 0},
        ]
        assert status["cluster"]["hosts"] == 3
        assert set(town.gateway(town.gateways[0]).routes) == set(range(8))


@virtually
async def test_the_shards_of_a_dead_host_go_to_a_host_of_the_same_database() -> None:
    async with a_town(ranges=RANGES) as town:
        directory = await town.direct(hosts=3)
        (dead, survivor), (other,) = of_each(town)
        town.murder(dead)
        began = town.loop.time()
        await town.all_on(survivor, other)
        assert town.loop.time() - began < 1.0
        assert await town.owned() == {survivor: 6, other: 2}
        await asyncio.sleep(5)
        await finished(directory)
        (_, fresh), (still,) = of_each(town)
        assert still == other
        assert await town.owned() == {survivor: 3, fresh: 3, other: 2}


@virtually
async def test_the_only_host_of_a_database_is_replaced_and_until_then_nobody_else_has_its_shards() -> None:
    async with a_town(ranges=RANGES) as town:
        await town.direct(hosts=3)
        before, (dead,) = of_each(town)
        epochs = {name: town.host(name).host.epoch for name in before}
        town.murder(dead)
        await asyncio.sleep(0.2)
        assert (await town.owned())["nobody"] == 2
        await asyncio.sleep(5)
        after, (fresh,) = of_each(town)
        assert fresh != dead
        assert town.host(fresh).host.owned == {6, 7}
        assert after == before
        assert {name: town.host(name).host.epoch for name in before} == epochs


@virtually
async def test_a_database_that_says_nothing_holds_up_no_take_over_in_another() -> None:
    async with a_town(ranges=RANGES) as town:
        await town.direct(hosts=3)
        (dead, survivor), (other,) = of_each(town)
        town.databases[1].reachable.clear()
        await asyncio.sleep(10)
        town.murder(dead)
        await asyncio.sleep(1.0)
        assert town.host(survivor).host.owned == set(range(6))
        town.databases[1].reachable.set()
        await town.all_on(*town.hosts)
        assert town.host(other).host.owned == {6, 7}


@virtually
async def test_growing_and_shrinking_give_and_take_hosts_by_database() -> None:
    async with a_town(ranges=RANGES) as town:
        directory = await town.direct(hosts=2)
        assert [len(hosts) for hosts in of_each(town)] == [1, 1]
        await done(directory, "scale", hosts=6)
        first, second = of_each(town)
        assert (len(first), len(second)) == (4, 2)
        owned = await town.owned()
        assert sorted(owned[name] for name in first) == [1, 1, 2, 2]
        assert [owned[name] for name in second] == [1, 1]
        await done(directory, "scale", hosts=2)
        await asyncio.sleep(5)
        assert [len(hosts) for hosts in of_each(town)] == [1, 1]
        assert sorted((await town.owned()).values()) == [2, 6]
        assert not town.told("hosts fenced")


@virtually
async def test_a_drained_host_gives_its_shards_to_its_own_database_alone_and_is_not_replaced() -> None:
    async with a_town(ranges=RANGES) as town:
        directory = await town.direct(hosts=4)
        first, (other,) = of_each(town)
        await done(directory, "drain", what=first[0])
        await asyncio.sleep(5)
        assert of_each(town) == [first[1:], [other]]
        assert await town.owned() == {**dict.fromkeys(first[1:], 3), other: 2}
        refused = (await ask(directory, "drain", what=other))["refused"]
        assert f"{other} is the only host of the database of the shards 6-7: add one first" in refused


@virtually
async def test_a_host_for_each_database_is_the_least() -> None:
    async with a_town(ranges=RANGES) as town:
        directory = await town.direct(hosts=2)
        refused = (await ask(directory, "scale", hosts=1))["refused"]
        assert refused == "2 databases need a host each, and there are to be 1"
        with pytest.raises(ValueError, match="2 databases need a host each"):
            await town.direct(instance="two", hosts=1)
        assert len(town.hosts) == 2


@virtually
async def test_a_rolling_restart_replaces_hosts_by_hosts_of_the_same_database() -> None:
    async with a_town(ranges=RANGES) as town:
        directory = await town.direct(hosts=3)
        before = {*town.hosts, *town.gateways}
        assert (await done(directory, "restart"))["error"] is None
        first, (other,) = of_each(town)
        assert len(first) == 2
        assert not before & {*town.hosts, *town.gateways}
        assert await town.owned() == {**dict.fromkeys(first, 3), other: 2}
        assert not town.told("hosts fenced")


@virtually
async def test_the_next_directory_knows_whose_database_each_host_is() -> None:
    async with a_town(ranges=RANGES) as town:
        first = await town.direct(hosts=3)
        await first.stop()
        (dead, survivor), (other,) = of_each(town)
        town.murder(dead)
        await town.direct(hosts=3)
        await asyncio.sleep(8)
        (_, fresh), (still,) = of_each(town)
        assert (fresh not in {dead, survivor}, still) == (True, other)
        assert await town.owned() == {survivor: 3, fresh: 3, other: 2}
        assert len(town.named(ProcessKind.HOST)) == 3
