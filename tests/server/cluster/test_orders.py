import asyncio

import pytest

from tests.support.directing import ask, done
from tests.support.simulation_time import virtually
from tests.support.town import TOWN_SHARDS, a_town


@virtually
async def test_scaling_up_brings_hosts_that_carry_their_share() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=1)
        state = await done(directory, "scale", hosts=4)
        assert state["error"] is None
        assert sorted((await town.owned()).values()) == [2, 2, 2, 2]


@virtually
async def test_scaling_down_ends_hosts_in_order_and_leaves_no_shard_behind() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=4)
        oldest = town.hosts[0]
        await done(directory, "scale", hosts=1)
        await asyncio.sleep(5)
        assert town.hosts == [oldest]
        assert await town.owned() == {oldest: TOWN_SHARDS}
        assert not town.told("hosts fenced")


@virtually
async def test_no_connection_is_kept_to_whoever_was_ended() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=4, gateways=1)
        assert {way.name for way in town.ways} == set(town.processes)
        await done(directory, "scale", hosts=1)
        await asyncio.sleep(5)
        assert {way.name for way in town.ways} == set(town.processes)


@virtually
async def test_a_drained_host_gives_its_shards_to_the_others_and_is_not_replaced() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=3)
        drained, *others = town.hosts
        assert (await ask(directory, "status"))["shards"]["owned"] == TOWN_SHARDS
        await done(directory, "drain", what=drained)
        await asyncio.sleep(5)
        assert town.hosts == others
        await town.all_on(*others)
        # Nor is it counted any more.
        assert (await ask(directory, "status"))["shards"] == {"owned": TOWN_SHARDS, "unowned": 0, "moving": 0}
        assert not town.told("hosts fenced")


@virtually
async def test_a_gateway_is_drained_until_nobody_is_left_on_it() -> None:
    async with a_town() as town:
        directory = await town.direct(gateways=2)
        drained, other = town.gateways
        gateway = town.gateway(drained)
        gateway.connections = 5
        await done(directory, "drain", what=drained)
        assert gateway.connections == 0
        assert gateway.asked[-1] == "stop"
        await asyncio.sleep(5)
        assert town.gateways == [other]


@virtually
async def test_a_rolling_restart_replaces_everybody_and_fences_nobody() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=2, gateways=2)
        before = {*town.hosts, *town.gateways}
        state = await done(directory, "restart")
        assert state["error"] is None
        assert len(town.hosts) == len(town.gateways) == 2
        assert not before & {*town.hosts, *town.gateways}
        await town.all_on(*town.hosts)
        assert not town.told("hosts fenced")


@virtually
async def test_a_restart_of_the_only_host_waits_for_its_successor() -> None:
    async with a_town(nodes=1) as town:
        directory = await town.direct(hosts=1, gateways=1)
        old = town.hosts[0]
        state = await done(directory, "restart")
        assert state["error"] is None
        (fresh,) = town.hosts
        assert fresh != old
        assert await town.owned() == {fresh: TOWN_SHARDS}


@virtually
async def test_down_ends_everybody_in_order_and_frees_the_database() -> None:
    async with a_town() as town:
        directory = await town.direct()
        await done(directory, "down")
        assert town.processes == {}
        assert await town.owned() == {"nobody": TOWN_SHARDS}
        assert (await ask(directory, "health"))["down"] is True
        await town.direct(instance="two")


@pytest.mark.parametrize(
    ("method", "arguments", "reason"),
    [
        ("drain", {"what": "host-9"}, "there is no process and no node host-9; processes are: host-1, gateway-2"),
        ("drain", {"what": "host-1"}, "host-1 is the only host"),
        ("scale", {"hosts": 0}, "at least one host"),
        ("scale", {"gateways": 1_001}, "at most 1000"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    method: str, arguments: dict[str, object], reason: str
) -> None:
    @virtually
    async def story() -> None:
        async with a_town() as town:
            directory = await town.direct(hosts=1)
            assert reason in (await ask(directory, method, **arguments))["refused"]
            assert (await ask(directory, "status"))["cluster"]["hosts"] == 1
            assert len(town.processes) == 2

    story()


@virtually
async def test_one_work_is_done_at_a_time() -> None:
    async with a_town() as town:
        directory = await town.direct()
        await ask(directory, "scale", hosts=3)
        assert (await ask(directory, "rebalance"))["refused"] == "scale is under way: wait until it is done"


@virtually
async def test_a_process_is_replaced_and_as_many_are_wanted_as_before() -> None:
    async with a_town(nodes=1) as town:
        directory = await town.direct(hosts=1, gateways=1)
        for drained in (*town.hosts, *town.gateways):
            assert (await done(directory, "drain", what=drained, replace=True))["error"] is None
            assert drained not in town.processes
        assert len(town.hosts) == len(town.gateways) == 1
        assert await town.owned() == {town.hosts[0]: TOWN_SHARDS}
        assert not town.told("hosts fenced")


@virtually
async def test_a_drain_that_is_asked_for_twice_takes_one_off_the_count() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=3, gateways=1)
        drained, *others = town.hosts
        town.freeze(drained, "release")
        await ask(directory, "drain", what=drained)
        await asyncio.sleep(0.1)
        await directory.stop()
        town.thaw(drained, "release")
        second = await town.direct()
        assert (await done(second, "drain", what=drained))["error"] is None
        await asyncio.sleep(5)
        assert (await ask(second, "status"))["cluster"]["hosts"] == 2
        assert town.hosts == others
