"""The roll: who is online at which gateway, which gateways there are, and what is left without the store."""

from collections.abc import Sequence
from typing import Any

import pytest
import structlog
from structlog.testing import CapturingLogger

from persistence.interfaces import Unavailable
from persistence.memory.presence import MemoryPresence
from persistence.presence import Online
from protocol.commands import Claim
from protocol.ids import PlayerId
from server.gateway.roll import AT_ONCE_MAX, FORGET_SECONDS, GONE_MAX, REPORT_SECONDS_MAX, SharedRoll
from server.observe.metrics import GatewayCounters
from tests.support.fake_backend import FakeClock

ANN = PlayerId(1)
FIRST = Claim(0, 0)


class World:
    """Gateways that report once a second, unless they are gone."""

    def __init__(self, *names: str) -> None:
        self.clock = FakeClock()
        self.presence = MemoryPresence(self.clock.monotonic)
        self.counters = GatewayCounters()
        self.log = CapturingLogger()
        self.rolls = {name: self.roll(name) for name in names}
        self.watching: dict[str, dict[str, int]] = {name: {} for name in names}

    def roll(self, name: str) -> SharedRoll:
        log = structlog.wrap_logger(self.log, wrapper_class=structlog.make_filtering_bound_logger(0))
        return SharedRoll(name, self.presence, 40, self.counters, log)

    async def seconds(self, count: float, *gone: str) -> None:
        for _ in range(int(count)):
            for name, roll in self.rolls.items():
                if name not in gone:
                    own: dict[str, Any] = {"connections": 1, "sessions": 1, "watching": self.watching[name]}
                    await roll.exchange(own, self.clock.monotonic())
            self.clock.advance(1.0)


async def test_gateways_hear_of_each_other_and_of_who_watches_elsewhere() -> None:
    world = World("east", "north", "west")
    world.watching.update(east={"wheel": 3}, north={"wheel": 2, "crash": 1})
    await world.seconds(3)

    assert [roll.gateways for roll in world.rolls.values()] == [3, 3, 3]
    assert [roll.watching("wheel") for roll in world.rolls.values()] == [2, 3, 5]
    assert world.rolls["west"].watching("crash") == 1


async def test_a_gateway_that_says_nothing_new_is_gone_and_then_forgotten() -> None:
    world = World("east", "west")
    world.watching.update(east={"wheel": 3})
    await world.seconds(3)
    await world.seconds(REPORT_SECONDS_MAX, "east")
    assert (world.rolls["west"].gateways, world.rolls["west"].watching("wheel")) == (1, 0)

    await world.seconds(FORGET_SECONDS, "east")
    assert set(await world.presence.report("west", b"")) == {"west"}


async def test_the_last_word_of_a_gateway_from_before_is_no_sign_of_life() -> None:
    world = World("east")
    await world.seconds(3)
    world.rolls["west"], world.watching["west"] = world.roll("west"), {}
    await world.seconds(3, "east")

    assert world.rolls["west"].gateways == 1


async def test_a_players_other_sessions_are_counted_at_gateways_that_are_there() -> None:
    world = World("east", "west")
    await world.seconds(3)
    east, west = world.rolls["east"], world.rolls["west"]
    assert (await east.enter(Online(ANN, "a", FIRST))).elsewhere == ()
    await east.enter(Online(ANN, "b", FIRST))

    assert (await east.enter(Online(ANN, "c", FIRST))).elsewhere == (), "those here are counted here"
    assert (await west.enter(Online(ANN, "d", FIRST))).elsewhere == ("east", "east", "east")
    assert await west.elsewhere([Online(ANN, name, FIRST) for name in ("a", "b", "d", "nobody's")]) == 2
    await world.seconds(REPORT_SECONDS_MAX + 1, "east")
    assert (await west.enter(Online(ANN, "e", FIRST))).elsewhere == ()


async def test_whoever_left_is_gone_with_the_next_exchange_unless_the_session_went_on_elsewhere() -> None:
    world = World("east", "west")
    east, west = world.rolls["east"], world.rolls["west"]
    left, moved = Online(ANN, "left", FIRST), Online(ANN, "moved", FIRST)
    for online in (left, moved):
        await east.enter(online)
        east.leave(online)
    await west.enter(Online(ANN, "moved", Claim(7, 1)))
    await world.seconds(1)

    assert await world.presence.find([ANN]) == [{"moved": "west"}]


async def test_whoever_left_while_the_store_was_gone_is_gone_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World("east")
    east = world.rolls["east"]
    players = [PlayerId(n) for n in range(1, 2 * AT_ONCE_MAX + 1)]
    for player in players:
        await east.enter(Online(player, "a", FIRST))
        east.leave(Online(player, "a", FIRST))
    told: list[Online] = []

    async def goes_in_the_middle(_: str, gone: Sequence[Online]) -> None:
        if told:
            raise Unavailable("gone")
        told.extend(gone)
        await MemoryPresence.leave(world.presence, "east", gone)

    with monkeypatch.context() as patch:
        patch.setattr(world.presence, "leave", goes_in_the_middle)
        await world.seconds(2)
    assert len(told) == AT_ONCE_MAX
    east.leave(Online(ANN, "another", FIRST))
    await world.seconds(1)

    assert await world.presence.find(players) == [{}] * len(players)


async def test_of_those_who_left_no_more_than_a_limit_are_remembered_for_a_store_that_is_gone() -> None:
    world = World("east")
    east = world.rolls["east"]
    last = Online(ANN, "last", FIRST)
    await east.enter(last)
    for _ in range(GONE_MAX):
        east.leave(Online(PlayerId(2), "b", FIRST))
    east.leave(last)
    await world.seconds(1)
    assert await world.presence.find([ANN]) == [{"last": "east"}]


async def test_a_session_stays_online_while_it_is_renewed_and_not_after_it_was_claimed_elsewhere() -> None:
    world = World("east", "west")
    east = world.rolls["east"]
    online = Online(ANN, "a", FIRST)
    await east.enter(online)
    for _ in range(4):
        world.clock.advance(40.0)
        assert await east.renew([online]) == []
    await world.rolls["west"].enter(Online(ANN, "a", Claim(7, 1)))

    assert await east.renew([online]) == [online]
    world.clock.advance(60.0)
    assert await world.presence.find([ANN]) == [{}]


async def test_without_the_store_a_gateway_is_alone_and_says_so_once_and_with_it_it_is_not() -> None:
    world = World("east", "west")
    await world.seconds(3)
    world.presence.gone = True
    east, online = world.rolls["east"], Online(ANN, "a", FIRST)
    await world.seconds(REPORT_SECONDS_MAX + 1)

    assert (await east.enter(online)).is_newest
    assert await east.renew([online]) == []
    assert await east.elsewhere([online]) == 0
    assert east.gateways == 1
    assert world.counters.shared_state_failures > 0
    assert len(world.log.calls) == 2, "once by each gateway"

    world.presence.gone = False
    await world.seconds(3)
    assert east.gateways == 2
    assert await east.renew([online]) == []
    assert await world.presence.find([ANN]) == [{"a": "east"}]
