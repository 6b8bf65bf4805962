import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.runtime.control import unpack
from actors.runtime.loads import HALF_LIFE_SECONDS, KNOWN_SECONDS_MIN, TOLD_MAX, Loads
from actors.runtime.ref import Ref
from protocol.commands import Look, OpenWallet
from protocol.ids import ShardId
from tests.support.casino import account_of
from tests.support.nodes import ALL, Nodes, on_shard
from tests.support.simulation_time import virtually

ONE, OTHER = ShardId(0), ShardId(1)


class Clock:
    """Shards, of which each has so many turns a second, looked at twice a second."""

    def __init__(self, shards: int = 2) -> None:
        self.turns = [0] * shards
        self.now = 0.0
        self.loads = Loads(self.turns, self.now)

    def run(self, seconds: float, rates: dict[ShardId, int], owned: set[ShardId]) -> None:
        for _ in range(int(seconds * 2)):
            self.now += 0.5
            for shard, rate in rates.items():
                self.turns[shard] += rate // 2
            self.loads.advance(owned, self.now)


@given(st.integers(4, 100_000), st.integers(int(KNOWN_SECONDS_MIN) + 1, 200))
def test_a_steady_load_is_told_as_it_is_from_the_first_word_on(rate: int, seconds: int) -> None:
    clock = Clock()
    clock.run(seconds, {ONE: rate}, {ONE, OTHER})
    assert clock.loads.told() == {ONE: pytest.approx(rate // 2 * 2, abs=1)}


def test_what_was_done_long_ago_counts_less_and_less() -> None:
    clock = Clock()
    clock.run(300, {ONE: 1_000}, {ONE})
    clock.run(HALF_LIFE_SECONDS, {}, {ONE})
    assert clock.loads.told()[ONE] == pytest.approx(500, rel=0.01)
    clock.run(HALF_LIFE_SECONDS, {}, {ONE})
    assert clock.loads.told()[ONE] == pytest.approx(250, rel=0.01)
    clock.run(10 * HALF_LIFE_SECONDS, {}, {ONE})
    assert clock.loads.told() == {}


def test_nothing_is_told_of_a_shard_that_has_just_come() -> None:
    clock = Clock()
    clock.run(100, {ONE: 100, OTHER: 100}, {ONE})
    clock.run(KNOWN_SECONDS_MIN - 0.5, {ONE: 100, OTHER: 100}, {ONE, OTHER})
    assert set(clock.loads.told()) == {ONE}
    clock.run(1, {ONE: 100, OTHER: 100}, {ONE, OTHER})
    assert clock.loads.told() == {ONE: 100, OTHER: 100}


def test_nothing_is_told_of_a_shard_that_has_left() -> None:
    clock = Clock()
    clock.run(100, {ONE: 100, OTHER: 100}, {ONE, OTHER})
    clock.run(0.5, {ONE: 100}, {ONE})
    assert clock.loads.told() == {ONE: 100}


def test_of_many_shards_the_busiest_are_told() -> None:
    clock = Clock(TOLD_MAX + 10)
    shards = [ShardId(shard) for shard in range(TOLD_MAX + 10)]
    clock.run(10, {shard: 4 + 2 * shard for shard in shards}, set(shards))
    assert set(clock.loads.told()) == set(shards[10:])


@virtually
async def test_a_host_tells_how_busy_the_shards_of_its_players_are() -> None:
    async with Nodes() as nodes:
        host = await nodes.launch("one", *ALL)
        busy, quiet = on_shard(ALL[1]), on_shard(ALL[2])
        for player in (busy, quiet):
            await nodes.ask(Ref("wallet", player), OpenWallet(player, ((account_of(player), 1_000),)))
        began = nodes.loop.time()
        while nodes.loop.time() - began < 20:
            await nodes.ask(Ref("wallet", busy), Look(busy))
            await asyncio.sleep(0.05)
        loads = unpack(await host.call("status", b""))["loads"]
        assert loads[ALL[1]] == pytest.approx(20, abs=1)
        assert ALL[2] not in loads
