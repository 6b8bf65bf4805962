"""Shards are evened out by themselves when somebody has come: whatever is in the way, and in nobody's way."""

import asyncio
from collections.abc import Sequence

import pytest

from actors.runtime.carrier import Recipe
from actors.runtime.transport import Peer
from persistence.interfaces import Owner, Unavailable
from protocol.ids import Epoch, ShardId
from server.cluster.directory import Directory
from server.cluster.staffing import CREW_SECONDS, LEVEL_RETRY_SECONDS
from tests.support.directing import SECONDS_MAX, ask, finished
from tests.support.simulation_time import virtually
from tests.support.town import a_town

OUTAGE_SECONDS = 60


async def levelling_has_begun(directory: Directory) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while (await ask(directory, "work"))["what"] != "rebalance":  # noqa: ASYNC110
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("answers", [0, 1])
def test_shards_that_were_not_evened_out_for_an_outage_are_when_it_is_over(
    answers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    @virtually
    async def story() -> None:
        async with a_town() as town:
            directory = await town.direct(hosts=3)
            *dead, survivor = town.hosts
            for name in dead:
                town.murder(name)
            await town.all_on(survivor)
            whole, asked = town.ledger.owners, 0

            async def owners() -> dict[ShardId, Owner]:
                nonlocal asked
                asked = asked + 1 if directory._operations.is_running else 0
                if asked > answers:
                    raise Unavailable("no connection")
                return await whole()

            with monkeypatch.context() as patch:
                patch.setattr(town.ledger, "owners", owners)
                await asyncio.sleep(OUTAGE_SECONDS)
                begun = (await finished(directory))["number"]
                assert 2 <= begun <= OUTAGE_SECONDS / LEVEL_RETRY_SECONDS + 1
            await asyncio.sleep(LEVEL_RETRY_SECONDS + 2)
            begun = (await finished(directory))["number"]
            assert sorted((await town.owned()).values()) == [2, 3, 3]
            await asyncio.sleep(OUTAGE_SECONDS)
            assert (await finished(directory))["number"] == begun

    story()


@virtually
async def test_of_two_who_came_together_the_later_one_has_its_share_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_town() as town:
        await town.direct(hosts=2)
        dead, (first, later) = town.hosts, ("host-4", "host-5")
        start, acquire, has_begun, may_end = town.start, town.ledger.acquire_shards, asyncio.Event(), asyncio.Event()

        async def start_one_after_the_other(recipe: Recipe) -> Peer:
            if recipe.name == later:
                await has_begun.wait()
            return await start(recipe)

        async def acquire_shards(epoch: Epoch, shards: Sequence[ShardId]) -> Epoch:
            has_begun.set()
            await may_end.wait()
            return await acquire(epoch, shards)

        monkeypatch.setattr(town, "start", start_one_after_the_other)
        monkeypatch.setattr(town.ledger, "acquire_shards", acquire_shards)
        for name in dead:
            town.murder(name)
        # All is being given to the first, who is alone for a moment, when the crew is complete.
        await has_begun.wait()
        await asyncio.sleep(2 * CREW_SECONDS)
        may_end.set()
        await asyncio.sleep(LEVEL_RETRY_SECONDS)
        assert await town.owned() == {first: 4, later: 4}


@virtually
async def test_an_order_comes_before_what_nobody_has_ordered() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=3)
        *dead, survivor = town.hosts
        (gateway,) = town.gateways
        town.freeze(survivor, "release")
        for name in dead:
            town.murder(name)
        await levelling_has_begun(directory)
        began = town.loop.time()
        assert (await ask(directory, "drain", what=gateway, replace=True))["what"] == f"replace {gateway}"
        refused = (await ask(directory, "rebalance"))["refused"]
        assert refused == f"replace {gateway} is under way: wait until it is done"
        town.thaw(survivor, "release")
        state = await finished(directory)
        # A few shards that are between two hosts already are waited for, and no more.
        assert town.loop.time() - began < 20
        assert (state["what"], state["error"], state["done"]) == (f"replace {gateway}", None, "")
        assert gateway not in town.gateways
        assert await town.owned() == {survivor: 8}
        await asyncio.sleep(LEVEL_RETRY_SECONDS + 2)
        await finished(directory)
        assert sorted((await town.owned()).values()) == [2, 3, 3]


@virtually
async def test_whoever_stops_directing_leaves_nothing_under_way() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=3)
        *dead, survivor = town.hosts
        (gateway,) = town.gateways
        town.freeze(survivor, "release")
        for name in dead:
            town.murder(name)
        await levelling_has_begun(directory)
        await ask(directory, "drain", what=gateway, replace=True)
        await directory.stop()
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert not names & {"rebalance", f"replace {gateway}"}
