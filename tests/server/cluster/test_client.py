import asyncio

import pytest

from server.cluster import client
from server.cluster.client import CannotReach, DirectoryLine, followed
from tests.support.directing import ask
from tests.support.keepers import keeper_in, keeping
from tests.support.simulation_time import virtually
from tests.support.town import Town, a_town


async def line_to(town: Town) -> DirectoryLine:
    line = DirectoryLine(town, "casino")
    await line.find()
    return line


def directory_of(town: Town) -> str:
    return next(name for name in town.processes if name.startswith("directory"))


@virtually
async def test_where_no_cluster_is_it_is_said_at_once() -> None:
    async with a_town() as town:
        with pytest.raises(CannotReach, match="no cluster 'casino' is on the Ray"):
            await line_to(town)
        assert town.loop.time() < 1


@virtually
async def test_a_directory_that_is_just_being_replaced_is_waited_for() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        async with keeping(keeper):
            town.murder(directory_of(town))
            line = await line_to(town)
            assert (await line("health"))["generation"] == 2


@virtually
async def test_the_status_is_told_by_whichever_directory_there_is_by_then() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        async with keeping(keeper):
            line = await line_to(town)
            town.murder(directory_of(town))
            assert (await line.status())["cluster"]["generation"] == 2


@virtually
async def test_who_plays_without_a_directory_and_without_a_supervisor_is_told() -> None:
    async with a_town() as town:
        await keeper_in(town).begin()
        town.murder(directory_of(town))
        with pytest.raises(CannotReach, match="is the supervisor running"):
            await line_to(town)


@virtually
async def test_a_line_goes_on_with_the_directory_that_it_has_asked_for() -> None:
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        async with keeping(keeper):
            line = await line_to(town)
            await line.renew()
            assert (await line("health"))["generation"] == 2
            assert await followed(line, "rebalance", {}, lambda _: None) == "rebalance: 0 of 0 shards moved"
        assert (await ask(town.kept[0], "status"))["cluster"]["generation"] == 2


@virtually
async def test_without_a_supervisor_no_directory_is_renewed_and_that_is_said() -> None:
    async with a_town() as town:
        await keeper_in(town).begin()
        line = await line_to(town)
        with pytest.raises(CannotReach, match="the directory was not replaced"):
            await line.renew()


@virtually
async def test_nothing_is_renewed_while_a_work_is_under_way() -> None:
    async with a_town() as town:
        await keeper_in(town).begin()
        line = await line_to(town)
        await line("scale", hosts=4)
        with pytest.raises(CannotReach, match="scale is under way"):
            await line.renew()


@virtually
async def test_a_work_whose_directory_dies_is_to_be_asked_for_again() -> None:
    async with a_town() as town:
        await keeper_in(town).begin()
        line = await line_to(town)
        work = asyncio.create_task(followed(line, "scale", {"hosts": 4}, lambda _: None))
        await asyncio.sleep(0.2)
        town.murder(directory_of(town))
        with pytest.raises(CannotReach, match=r"scale: it is not known how it goes on .* ask for it again"):
            await work


@virtually
async def test_what_a_work_says_is_passed_on_and_its_failure_is_an_error() -> None:
    async with a_town() as town:
        await keeper_in(town, hosts=3).begin()
        line = await line_to(town)
        said: list[str] = []
        assert await followed(line, "restart", {}, said.append) == "rolling restart: 4 processes replaced"
        assert said[0] == "0 of 4 processes replaced"
        with pytest.raises(CannotReach, match="scale: no node has room for 3 gateways"):
            await followed(line, "scale", {"gateways": 5}, said.append)


@virtually
async def test_a_cluster_that_is_stopped_is_so_though_its_directory_ends_before_it_can_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "FOLLOW_SECONDS", 5.0)
    async with a_town() as town:
        keeper = keeper_in(town)
        await keeper.begin()
        line = await line_to(town)
        kept = asyncio.create_task(keeper.keep())
        assert await line.stop(lambda _: None) == "stop: every process has ended"
        await kept
        assert town.processes == {}


@virtually
async def test_a_cluster_whose_directory_dies_while_it_stops_is_not_called_stopped() -> None:
    async with a_town() as town:
        await keeper_in(town).begin()
        line = await line_to(town)
        town.freeze(town.hosts[0], "stop")
        work = asyncio.create_task(line.stop(lambda _: None))
        await asyncio.sleep(0.5)
        town.murder(directory_of(town))
        with pytest.raises(CannotReach, match="it is not known how it goes on"):
            await work


@virtually
async def test_a_cluster_that_has_been_stopped_is_not_there_any_more() -> None:
    async with a_town() as town:
        await keeper_in(town).begin()
        line = await line_to(town)
        await line.stop(lambda _: None)
        with pytest.raises(CannotReach):
            await line_to(town)
