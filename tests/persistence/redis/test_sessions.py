"""Resume tokens in a real Valkey, in memory, and without one: one use each, and nobody waits."""

import asyncio
import hashlib
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import redis.asyncio

from persistence.interfaces import Sessions, Unavailable
from persistence.memory.sessions import MemorySessions
from persistence.redis.questions import AT_ONCE_MAX, WAITING_MAX
from persistence.redis.sessions import RedisSessions
from protocol.ids import PlayerId

ANN = ("session-1", PlayerId(2**62), "Ann Ж")


def digest(n: int) -> bytes:
    return hashlib.sha256(str(n).encode()).digest()


@asynccontextmanager
async def opened(kind: str, url: str) -> AsyncIterator[Sessions]:
    if kind == "memory":
        yield MemorySessions(time.monotonic)
        return
    sessions = RedisSessions(url)
    try:
        yield sessions
    finally:
        await sessions.close()


@pytest.mark.parametrize("kind", ["redis", "memory"])
async def test_a_token_is_taken_once_by_whoever_comes_first(kind: str, valkey_url: str) -> None:
    async with opened(kind, valkey_url) as sessions:
        await sessions.put(digest(1), *ANN, seconds=60)
        taken = await asyncio.gather(*(sessions.take(digest(1)) for _ in range(20)))

        assert [owner for owner in taken if owner is not None] == [ANN]
        assert await sessions.take(digest(2)) is None


@pytest.mark.parametrize("kind", ["redis", "memory"])
async def test_keeping_what_was_taken_does_not_bring_it_back(kind: str, valkey_url: str) -> None:
    async with opened(kind, valkey_url) as sessions:
        await sessions.put(digest(1), *ANN, seconds=60)
        await sessions.take(digest(1))
        await sessions.keep([digest(1), digest(2)], 60)
        await sessions.keep([], 60)

        assert await sessions.take(digest(1)) is None
        assert await sessions.take(digest(2)) is None


async def test_a_token_lives_as_long_as_was_last_said(valkey_url: str) -> None:
    async with opened("redis", valkey_url) as sessions, redis.asyncio.Redis.from_url(valkey_url) as client:
        count = AT_ONCE_MAX + 5
        for n in range(count):
            await sessions.put(digest(n), *ANN, seconds=20)
        keys = [key async for key in client.scan_iter()]
        assert len(keys) == count
        assert {await client.ttl(key) <= 20 for key in keys} == {True}
        await sessions.keep([digest(n) for n in range(count)], 500)

        assert {480 < await client.ttl(key) <= 500 for key in keys} == {True}


async def test_only_digests_are_stored_and_a_wipe_loses_them(valkey_url: str) -> None:
    async with opened("redis", valkey_url) as sessions, redis.asyncio.Redis.from_url(valkey_url) as client:
        await sessions.put(digest(1), *ANN, seconds=60)
        assert [key async for key in client.scan_iter()] == [b"croupier:resume:" + digest(1)]
        await client.flushall()

        assert await sessions.take(digest(1)) is None


async def test_a_store_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    for url in (f"unix://{tmp_path}/nothing.sock", "redis://127.0.0.1:1"):
        async with opened("redis", url) as sessions:
            with pytest.raises(Unavailable):
                await sessions.put(digest(1), *ANN, seconds=60)
            with pytest.raises(Unavailable):
                await sessions.take(digest(1))
            with pytest.raises(Unavailable):
                await sessions.keep([digest(1)], 60)


async def test_a_store_that_takes_connections_and_says_nothing_costs_a_moment_for_all_who_ask_together() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        silent.setblocking(False)
        async with opened("redis", f"redis://127.0.0.1:{silent.getsockname()[1]}") as sessions:
            results = await asyncio.gather(*(sessions.take(digest(n)) for n in range(50)), return_exceptions=True)
        connections = 0
        with suppress(BlockingIOError):
            while True:
                silent.accept()[0].close()
                connections += 1

    assert {type(result) for result in results} == {Unavailable}
    assert 0 < connections <= 4, "each of them is waited for"


async def test_after_a_restart_it_works_again_by_itself(valkey_url: str) -> None:
    async with opened("redis", valkey_url) as sessions, redis.asyncio.Redis.from_url(valkey_url) as client:
        await sessions.put(digest(1), *ANN, seconds=60)
        await client.client_kill_filter(skipme=True, _type="normal")
        results = []
        for n in range(2, 20):
            try:
                await sessions.put(digest(n), *ANN, seconds=60)
                results.append(True)
            except Unavailable:
                results.append(False)

        assert results[-1]
        assert await sessions.take(digest(19)) == ANN


async def test_a_crowd_that_comes_at_once_is_served_by_a_few_round_trips(valkey_url: str) -> None:
    async with opened("redis", valkey_url) as sessions, redis.asyncio.Redis.from_url(valkey_url) as client:
        before = (await client.info("stats"))["total_reads_processed"]
        await asyncio.gather(*(sessions.put(digest(n), *ANN, seconds=60) for n in range(3_000)))
        taken = await asyncio.gather(*(sessions.take(digest(n)) for n in range(3_000)))
        reads = (await client.info("stats"))["total_reads_processed"] - before

    assert taken == [ANN] * 3_000
    assert reads < 300


async def test_more_than_may_wait_is_refused_and_who_gives_up_disturbs_nobody(valkey_url: str) -> None:
    async with opened("redis", valkey_url) as sessions:
        asked = [asyncio.ensure_future(sessions.take(digest(n))) for n in range(WAITING_MAX + 10)]
        await asyncio.sleep(0)
        asked[0].cancel()
        results = await asyncio.gather(*asked, return_exceptions=True)

    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1 : WAITING_MAX - AT_ONCE_MAX] == [None] * (WAITING_MAX - AT_ONCE_MAX - 1)
    assert isinstance(results[-1], Unavailable)
