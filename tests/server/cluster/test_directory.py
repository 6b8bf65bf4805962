import asyncio

import pytest

from actors.runtime.carrier import CarrierError
from persistence.clusters import ClusterTaken
from persistence.interfaces import Owner, Unavailable
from protocol.ids import ShardId
from server.cluster.charter import OTHER_CLUSTER_SILENCE_SECONDS
from server.cluster.pulse import CUT_OFF_SECONDS
from server.cluster.room import TooFewResources
from tests.support.simulation_time import virtually
from tests.support.town import TOWN_SHARDS, a_town, ask, done, finished


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
async def test_the_shards_of_a_killed_host_are_on_another_within_a_second() -> None:
    async with a_town() as town:
        await town.direct()
        dead, survivor = town.hosts
        town.murder(dead)
        began = town.loop.time()
        await town.all_on(survivor)
        assert town.loop.time() - began < 1.0
        assert town.told("hosts fenced")[-1]["hosts"] == [dead]


@virtually
async def test_a_host_that_stands_still_is_fenced_within_a_second_and_its_shards_go_on() -> None:
    async with a_town() as town:
        await town.direct()
        still, survivor = town.hosts
        epoch = town.host(still).host.epoch
        town.freeze(still)
        began = town.loop.time()
        await town.all_on(survivor)
        assert town.loop.time() - began < 1.2
        assert not await town.ledger.is_current(epoch)
        assert all(route.host == survivor for route in town.gateway(town.gateways[0]).routes.values())


@virtually
async def test_a_host_that_hangs_in_a_turn_is_taken_for_dead() -> None:
    async with a_town() as town:
        await town.direct()
        hanging, survivor = town.hosts
        town.freeze(hanging, "health")
        await town.all_on(survivor)


@virtually
async def test_a_host_that_cannot_reach_its_store_loses_its_shards_and_gets_its_share_when_it_can_again() -> None:
    async with a_town() as town:
        directory = await town.direct()
        cut_off, survivor = town.hosts
        await asyncio.sleep(CUT_OFF_SECONDS)
        town.cut_off(cut_off)
        began = town.loop.time()
        await town.all_on(survivor)
        assert town.loop.time() - began < CUT_OFF_SECONDS + 1.5
        assert town.told("process cannot reach its store") == [{"process": cut_off}]
        await asyncio.sleep(60)
        assert town.hosts == [cut_off, survivor]
        town.mend(cut_off)
        await asyncio.sleep(3)
        await finished(directory)
        assert await town.owned() == {cut_off: 4, survivor: 4}


@virtually
async def test_nobody_loses_anything_by_an_outage_of_the_store_itself() -> None:
    async with a_town() as town:
        await town.direct()
        owned = await town.ledger.owners()
        await asyncio.sleep(CUT_OFF_SECONDS)
        for outage_seconds in (CUT_OFF_SECONDS + 0.7, 60):
            town.cut_off(*town.wires)
            await asyncio.sleep(outage_seconds)
            town.mend(*town.wires)
            await asyncio.sleep(5)
            assert await town.ledger.owners() == owned
        assert not town.told("hosts fenced")


@virtually
async def test_a_host_that_comes_back_soon_owns_nothing_and_is_given_its_share_again() -> None:
    async with a_town() as town:
        directory = await town.direct()
        still, survivor = town.hosts
        town.freeze(still)
        await town.all_on(survivor)
        town.thaw(still)
        await asyncio.sleep(0.6)
        assert town.host(still).host.owned == set()
        await asyncio.sleep(3)
        await finished(directory)
        assert await town.owned() == {still: 4, survivor: 4}
        assert town.hosts == [still, survivor]


@virtually
async def test_a_dead_host_is_replaced_and_the_new_one_gets_its_share() -> None:
    async with a_town() as town:
        directory = await town.direct()
        dead, survivor = town.hosts
        town.murder(dead)
        await asyncio.sleep(5)
        await finished(directory)
        _, fresh = town.hosts
        assert fresh not in {dead, survivor}
        assert await town.owned() == {survivor: 4, fresh: 4}


@virtually
async def test_a_host_that_does_not_come_back_is_ended_and_replaced() -> None:
    async with a_town() as town:
        directory = await town.direct()
        still = town.hosts[0]
        town.freeze(still)
        await asyncio.sleep(20)
        await finished(directory)
        assert still not in town.hosts
        assert len(town.hosts) == 2
        assert set(await town.owned()) == set(town.hosts)


@virtually
async def test_a_dead_gateway_is_replaced() -> None:
    async with a_town() as town:
        await town.direct(gateways=2)
        dead, other = town.gateways
        place = town.places[dead]
        town.murder(dead)
        await asyncio.sleep(5)
        assert len(town.gateways) == 2
        fresh = next(name for name in town.gateways if name != other)
        assert fresh != dead
        assert town.places[fresh] == place


@virtually
async def test_nothing_is_done_about_the_living_when_the_control_store_is_gone() -> None:
    async with a_town() as town:
        await town.direct()
        before = await town.owned()
        town.control_is_gone = True
        await asyncio.sleep(60)
        assert await town.owned() == before
        # What needs no control store is done without it.
        dead, survivor = town.hosts
        town.murder(dead)
        await town.all_on(survivor)


# --- its own death ---


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
        assert town.told("superseded")
        assert not second.ended.is_set()


@virtually
async def test_a_host_that_is_given_shards_and_says_nothing_does_not_keep_them_from_the_others() -> None:
    async with a_town() as town:
        await town.direct(hosts=3)
        dead, deaf, other = town.hosts
        town.freeze(deaf, "acquire")
        town.murder(dead)
        await asyncio.sleep(60)
        assert "nobody" not in await town.owned() or (await town.owned())["nobody"] < TOWN_SHARDS
        town.thaw(deaf, "acquire")
        await town.all_on(deaf, other, *town.hosts)


# --- what it is asked to do ---


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
async def test_a_host_that_dies_over_a_move_does_not_keep_its_shards() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=3)
        drained, *others = town.hosts
        town.freeze(drained, "release")
        await ask(directory, "drain", what=drained)
        await asyncio.sleep(0.5)
        town.freeze(drained)
        began = town.loop.time()
        await town.all_on(*others)
        assert town.loop.time() - began < 1.5


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


# --- what cannot begin ---


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
