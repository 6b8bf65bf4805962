"""Shards weigh what is done on them: who takes them, and what is moved, goes by that."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from actors.runtime.loads import HALF_LIFE_SECONDS
from actors.runtime.ref import Ref
from protocol.commands import Look
from protocol.ids import ShardId
from server.cluster.loads import IDLE_WEIGHT, Loads
from tests.support.directing import ask, done
from tests.support.nodes import on_shard
from tests.support.simulation_time import virtually
from tests.support.town import Town, a_town

TURNS_PER_SECOND = 100
KNOWN_SECONDS = 20.0
ONE, OTHER = ShardId(1), ShardId(2)


class Now:
    """A clock that is set by hand."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_shard_of_which_nothing_was_heard_weighs_as_if_it_was_idle() -> None:
    loads = Loads(Now())
    assert loads.weight(ONE) == IDLE_WEIGHT
    loads.hear([ONE, OTHER], {ONE: 500})
    assert (loads.weight(ONE), loads.weight(OTHER)) == (IDLE_WEIGHT + 500, IDLE_WEIGHT)


def test_what_is_known_of_a_shard_stays_while_nobody_has_it_and_fades_while_its_host_does_not_speak_of_it() -> None:
    now = Now()
    loads = Loads(now)
    loads.hear([ONE], {ONE: 512})
    now.seconds += 100
    loads.hear([OTHER], {})
    assert loads.load(ONE) == 512
    loads.hear([ONE, OTHER], {ONE: 512})
    for _ in range(30):
        now.seconds += HALF_LIFE_SECONDS / 30
        loads.hear([ONE, OTHER], {})
    assert loads.load(ONE) == pytest.approx(256)
    now.seconds += 20 * HALF_LIFE_SECONDS
    loads.hear([ONE], {})
    assert loads.load(ONE) == 0


@asynccontextmanager
async def busy(town: Town, *shards: ShardId) -> AsyncIterator[None]:
    """Players of these shards ask for something all the time, wherever they are."""

    async def play() -> None:
        while True:
            for shard in shards:
                player = on_shard(shard)
                for name in town.hosts:
                    if shard in town.host(name).host.owned:
                        town.host(name).driver.post(Ref("wallet", player), Look(player), lambda _: None)
            await asyncio.sleep(1 / TURNS_PER_SECOND)

    players = asyncio.create_task(play())
    try:
        await asyncio.sleep(KNOWN_SECONDS)
        yield
    finally:
        players.cancel()
        await asyncio.gather(players, return_exceptions=True)


def shards_of(town: Town, name: str) -> list[ShardId]:
    return sorted(town.host(name).host.owned)


@virtually
async def test_the_shards_of_a_dead_host_go_to_whoever_has_least_to_do() -> None:
    async with a_town() as town:
        await town.direct(hosts=3)
        dead, at_work, idle = town.hosts
        before = await town.owned()
        async with busy(town, *shards_of(town, at_work)):
            town.murder(dead)
            await town.none_on(dead, "nobody")
            assert await town.owned() == {at_work: before[at_work], idle: before[idle] + before[dead]}


@virtually
async def test_rebalancing_divides_what_there_is_to_do_and_not_the_number_of_shards_and_does_it_once() -> None:
    async with a_town() as town:
        directory = await town.direct()
        one, other = town.hosts
        first, second, third, _ = shards_of(town, one)
        async with busy(town, first, second, third):
            assert (await done(directory, "rebalance"))["done"] != "0 of 0 shards moved"
            at_work = [len({first, second, third} & set(shards_of(town, name))) for name in (one, other)]
            assert sorted(at_work) == [1, 2]
            assert (await done(directory, "rebalance"))["done"] == "0 of 0 shards moved"
            await asyncio.sleep(2 * HALF_LIFE_SECONDS)
            assert (await done(directory, "rebalance"))["done"] == "0 of 0 shards moved"


@virtually
async def test_the_status_tells_what_each_host_carries_and_its_busiest_shards_also_right_after_a_move() -> None:
    async with a_town() as town:
        directory = await town.direct()
        one, other = town.hosts
        first, second, *_ = shards_of(town, one)
        async with busy(town, first, second):
            weights = {host["name"]: host["weight"] for host in (await ask(directory, "status"))["hosts"]}
            assert weights == {
                one: pytest.approx(4 * IDLE_WEIGHT + 2 * TURNS_PER_SECOND, rel=0.05),
                other: 4 * IDLE_WEIGHT,
            }
            await done(directory, "rebalance")
            hosts = (await ask(directory, "status"))["hosts"]
            assert [len(host["busiest"]) for host in hosts] == [1, 1]
            assert {host["busiest"][0][0] for host in hosts} == {first, second}
            for host in hosts:
                assert host["busiest"][0][1] == pytest.approx(TURNS_PER_SECOND, rel=0.15)
                assert host["weight"] == pytest.approx(4 * IDLE_WEIGHT + TURNS_PER_SECOND, rel=0.15)
                assert "loads" not in host
