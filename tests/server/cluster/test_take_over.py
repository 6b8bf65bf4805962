import asyncio

import pytest

from actors.runtime.ref import Ref
from protocol.commands import OpenWallet
from server.cluster.pulse import CUT_OFF_SECONDS
from tests.support.casino import account_of
from tests.support.directing import ask, finished
from tests.support.nodes import on_shard
from tests.support.simulation_time import virtually
from tests.support.town import TOWN_SHARDS, a_town


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
async def test_a_host_whose_writer_ends_by_a_fault_is_taken_for_dead_and_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fault(*_: object) -> None:
        raise TypeError("this was not counted")

    async with a_town() as town:
        await town.direct()
        broken, survivor = town.hosts
        player = on_shard(min(town.host(broken).host.owned))
        with monkeypatch.context() as patch:
            patch.setattr(town.host(broken), "_on_commit", fault)
            town.host(broken).driver.post(
                Ref("wallet", player), OpenWallet(player, ((account_of(player), 1_000),)), lambda _: None
            )
            await town.all_on(survivor)
            await asyncio.sleep(20)
        assert town.told("runtime broken")[0]["task"] == "writer"
        assert broken not in town.hosts
        assert len(town.hosts) == 2


@virtually
async def test_a_host_that_cannot_prove_its_epoch_for_a_fault_is_taken_for_dead_and_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fault() -> None:
        raise TypeError("nobody is known by that name")

    async with a_town() as town:
        await town.direct()
        broken, survivor = town.hosts
        with monkeypatch.context() as patch:
            patch.setattr(town.host(broken).switchboard, "sweep", fault)
            await town.all_on(survivor)
            await asyncio.sleep(20)
        assert broken not in town.hosts
        assert len(town.hosts) == 2


@virtually
async def test_a_host_that_cannot_wake_whom_it_should_for_a_fault_is_taken_for_dead_and_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fault(_: object) -> None:
        raise TypeError("this is no player")

    async with a_town() as town:
        await town.direct(hosts=3)
        dead, broken, _ = town.hosts
        monkeypatch.setattr(town.host(broken).driver, "_unfinished", fault)
        town.murder(dead)
        await asyncio.sleep(30)
        assert [told["task"] for told in town.told("runtime broken")] == ["unfinished"]
        assert not {dead, broken} & set(town.hosts)
        assert len(town.hosts) == 3
        await town.all_on(*town.hosts)


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
        assert town.told("process is heard of again") == [{"process": still}]
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
        assert not town.told("process is heard of again")
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


@virtually
async def test_a_host_that_stands_still_while_it_is_given_shards_holds_up_no_other_take_over() -> None:
    async with a_town() as town:
        await town.direct(hosts=4)
        dead, still, next_dead, survivor = town.hosts
        town.freeze(still, "acquire")
        town.murder(dead)
        await asyncio.sleep(0.6)
        town.freeze(still)
        town.murder(next_dead)
        began = town.loop.time()
        await town.none_on(dead, still, next_dead, "nobody")
        assert town.loop.time() - began < 1.5
        assert survivor in await town.owned()


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
