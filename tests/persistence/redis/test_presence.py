"""Who is online where, in a real Valkey and in memory: the newest claim to a session stays, the rest runs out."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis.asyncio

from persistence.interfaces import Unavailable
from persistence.memory.presence import MemoryPresence, MemoryRates
from persistence.presence import Found, Online, Presence, SharedRates
from persistence.redis.presence import ONLINE_PREFIX, RedisPresence
from persistence.redis.rates import RATE_PREFIX, RedisRates
from persistence.redis.sessions import RedisSessions
from protocol.commands import Claim
from protocol.ids import PlayerId

ANN, BEN = PlayerId(2**62), PlayerId(7)
FIRST = Claim(0, 0)
both = pytest.mark.parametrize("kind", ["redis", "memory"])


@asynccontextmanager
async def opened(kind: str, url: str) -> AsyncIterator[tuple[Presence, SharedRates]]:
    if kind == "memory":
        yield MemoryPresence(time.monotonic), MemoryRates(time.monotonic)
        return
    sessions = RedisSessions(url)
    try:
        yield RedisPresence(sessions.questions), RedisRates(sessions.questions)
    finally:
        await sessions.close()


@both
async def test_a_players_sessions_are_found_where_they_are(kind: str, valkey_url: str) -> None:
    async with opened(kind, valkey_url) as (presence, _):
        anns, bens = Online(ANN, "a", FIRST), Online(BEN, "b", FIRST)
        assert await presence.announce("west", [anns, bens], 60) == [Found(True, ()), Found(True, ())]
        assert await presence.announce("east", [Online(ANN, "c", FIRST)], 60) == [Found(True, ("west",))]
        assert await presence.announce("west", [anns], 60) == [Found(True, ("east",))]

        assert await presence.find([ANN, PlayerId(1), BEN]) == [{"a": "west", "c": "east"}, {}, {"b": "west"}]
        await presence.leave("west", [anns, bens])
        assert await presence.find([ANN, BEN]) == [{"c": "east"}, {}]


@both
async def test_a_session_stays_with_its_newest_claim_whoever_speaks_last(kind: str, valkey_url: str) -> None:
    async with opened(kind, valkey_url) as (presence, _):
        older, newer = (Online(ANN, "a", Claim(2**40, number)) for number in (9, 10))
        await presence.announce("east", [newer], 60)

        assert await presence.announce("west", [older], 60) == [Found(False, ())]
        assert await presence.announce("west", [Online(ANN, "a", Claim(2**40 - 1, 99))], 60) == [Found(False, ())]
        await presence.leave("west", [older])
        await presence.leave("west", [newer])
        await presence.leave("east", [older])
        assert await presence.find([ANN]) == [{"a": "east"}]
        assert await presence.announce("west", [Online(ANN, "a", Claim(2**40 + 1, 1))], 60) == [Found(True, ())]
        assert await presence.find([ANN]) == [{"a": "west"}]


@both
async def test_gateways_read_what_all_of_them_report(kind: str, valkey_url: str) -> None:
    async with opened(kind, valkey_url) as (presence, _):
        assert await presence.report("west", b"\x01") == {"west": b"\x01"}
        assert await presence.report("east", b"\x02") == {"west": b"\x01", "east": b"\x02"}
        await presence.forget(["west", "nobody"])
        assert await presence.report("east", b"\x03") == {"east": b"\x03"}


@both
async def test_what_is_spent_at_several_gateways_adds_up_and_comes_back_with_time(kind: str, valkey_url: str) -> None:
    async with opened(kind, valkey_url) as (_, rates):
        assert await rates.spend(100.0, [(ANN, 10), (BEN, 1)]) == pytest.approx([1000.0, 100.0])
        (ahead,) = await rates.spend(100.0, [(ANN, 5)])
        assert 1400.0 < ahead <= 1500.0
        (ahead,) = await rates.spend(0.5, [(PlayerId(1), 3)])
        assert ahead == pytest.approx(1.5)


async def test_what_is_not_renewed_runs_out_and_redis_keeps_nothing_for_ever(valkey_url: str) -> None:
    async with opened("redis", valkey_url) as (presence, rates):
        client = redis.asyncio.Redis.from_url(valkey_url)
        try:
            await presence.announce("west", [Online(ANN, "a", FIRST)], 60)
            assert 0 < await client.ttl(f"{ONLINE_PREFIX}{ANN}") <= 60
            await client.hset(f"{ONLINE_PREFIX}{ANN}", "old", f"{0:020}.{0:010} 1 east")
            assert await presence.find([ANN]) == [{"a": "west"}]
            assert await presence.announce("west", [Online(ANN, "a", FIRST)], 60) == [Found(True, ())]
            assert await client.hkeys(f"{ONLINE_PREFIX}{ANN}") == [b"a"]

            await rates.spend(100.0, [(ANN, 10)])
            assert 0 < await client.pttl(f"{RATE_PREFIX}{ANN}") <= 1001
        finally:
            await client.aclose()


async def test_a_store_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    async with opened("redis", f"unix://{tmp_path}/nobody") as (presence, rates):
        with pytest.raises(Unavailable):
            await presence.announce("west", [Online(ANN, "a", FIRST)], 60)
        with pytest.raises(Unavailable):
            await presence.report("west", b"")
        with pytest.raises(Unavailable):
            await rates.spend(1.0, [(ANN, 1)])
