"""Limits of players over several gateways: together they hold, cheaply, and each holds without the store."""

import asyncio
import sys

import pytest
import structlog
from structlog.testing import CapturingLogger

from persistence.memory.presence import MemoryRates
from persistence.presence import SharedRates
from protocol.ids import PlayerId
from server.gateway.shared_rates import UNTOLD_SHARE, WINDOW_MS, RateExchange, SharedBucket
from server.observe.metrics import GatewayCounters
from tests.support.fake_backend import FakeClock

ANN = PlayerId(1)
RATE, BURST = 800, 1_600
TICK_MS = 10


class Counted:
    """A store that counts what it is asked."""

    def __init__(self, rates: SharedRates) -> None:
        self._rates = rates
        self.asked = 0

    async def spend(self, interval_ms: float, spent: list[tuple[PlayerId, int]]) -> list[float]:
        self.asked += 1
        return await self._rates.spend(interval_ms, spent)


class World:
    """A player at some gateways of a cluster, who sends there as much as is allowed, or so much a second."""

    def __init__(self, gateways: int) -> None:
        self.clock = FakeClock()
        self.memory = MemoryRates(self.clock.monotonic)
        self.store = Counted(self.memory)
        self.counters = GatewayCounters()
        self.log = CapturingLogger()
        wrapped = structlog.wrap_logger(self.log, wrapper_class=structlog.make_filtering_bound_logger(0))
        self.rates = [RateExchange(self.store, RATE, self.counters, wrapped) for _ in range(gateways)]  # type: ignore[arg-type]
        for rates in self.rates:
            rates.set_gateways(gateways)
        self.buckets = [SharedBucket(RATE, BURST, ANN, rates) for rates in self.rates]

    async def play(self, seconds: float, per_second: float | None = None, alone: bool = False) -> int:
        """Send at all gateways at once; says how much was allowed."""
        allowed, owed = 0, 0.0
        for tick in range(int(seconds * 1000 / TICK_MS)):
            owed += 0 if per_second is None else per_second * TICK_MS / 1000
            for bucket in self.buckets:
                tries = sys.maxsize if per_second is None else int(owed)
                while tries and bucket.take(self.clock.ms):
                    allowed += 1
                    tries -= 1
            owed -= int(owed)
            self.clock.advance(TICK_MS / 1000)
            if tick * TICK_MS % WINDOW_MS == 0:
                await asyncio.gather(*(rates.tell(self.clock.ms, alone) for rates in self.rates))
        return allowed


async def test_one_gateways_bucket_is_a_bucket() -> None:
    assert await World(1).play(10) == pytest.approx(RATE * 10 + BURST, rel=0.02)


@pytest.mark.parametrize("gateways", [2, 3, 8])
async def test_several_gateways_allow_together_what_one_does(gateways: int) -> None:
    world = World(gateways)
    allowed = await world.play(20)
    # Until they hear of each other for the first time, each gives away a whole burst.
    most = RATE * 20 * (1 + 1 / UNTOLD_SHARE) + gateways * (BURST + RATE * WINDOW_MS / 1000)
    assert RATE * 20 <= allowed <= most
    assert (await world.play(20)) <= RATE * 20 * (1 + 1 / UNTOLD_SHARE) + BURST


async def test_one_who_takes_it_easy_at_one_gateway_may_have_the_rest_at_the_other() -> None:
    world = World(2)
    await world.play(5)
    world.clock.advance(BURST / RATE)
    busy = world.buckets[0]
    allowed = sum(busy.take(world.clock.ms) for _ in range(10 * BURST))
    assert allowed == BURST


async def test_a_player_below_the_limit_costs_the_store_nothing() -> None:
    world = World(2)
    assert await world.play(10, per_second=RATE / 4 / UNTOLD_SHARE) > 0
    assert world.store.asked == 0


async def test_a_gateway_that_is_alone_asks_nobody() -> None:
    world = World(1)
    await world.play(10, alone=True)
    assert world.store.asked == 0
    await world.rates[0].tell(world.clock.ms, alone=True)
    assert world.rates[0].noted == []


async def test_without_the_store_each_gateway_holds_the_limit_by_itself_and_that_is_counted_and_said_once() -> None:
    world = World(2)
    world.memory.gone = True
    allowed = await world.play(10)

    assert allowed == pytest.approx(2 * (RATE * 10 + BURST), rel=0.02)
    assert world.counters.shared_state_failures > 10
    assert len(world.log.calls) == 2, "once by each gateway"
    world.memory.gone = False
    assert (await world.play(20)) <= RATE * 20 * (1 + 1 / UNTOLD_SHARE) + 2 * BURST


async def test_a_store_that_does_not_answer_is_not_asked_again_meanwhile() -> None:
    world = World(2)
    waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asked = 0

    class Silent:
        async def spend(self, interval_ms: float, spent: list[tuple[PlayerId, int]]) -> list[float]:
            nonlocal asked
            asked += 1
            await waiting
            return [0.0 for _ in spent]

    rates = RateExchange(Silent(), RATE, world.counters, structlog.get_logger())  # type: ignore[arg-type]
    bucket = SharedBucket(RATE, BURST, ANN, rates)
    first = None
    for _ in range(5):
        while not rates.noted:
            assert bucket.take(world.clock.ms)
        telling = asyncio.create_task(rates.tell(world.clock.ms, alone=False))
        first = first or telling
        await asyncio.sleep(0)
    assert asked == 1
    waiting.set_result(None)
    assert first is not None
    await first
