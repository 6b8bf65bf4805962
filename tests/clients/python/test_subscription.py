"""A reader of a stream gets a snapshot first, and a slow one another snapshot rather than a gap."""

import asyncio

import pytest

from clients.python.errors import Closed
from clients.python.subscription import Subscription
from protocol.games.roulette import RouletteClosed
from protocol.replies import WalletSnapshot


class Calls:
    def __init__(self) -> None:
        self.looked = 0
        self.left = 0

    def look(self, _: Subscription) -> None:
        self.looked += 1

    def leave(self, _: Subscription) -> None:
        self.left += 1


def subscription(events_max: int = 3) -> tuple[Subscription, Calls]:
    calls = Calls()
    return Subscription("table:a", events_max, calls.look, calls.leave), calls


def event(seq: int) -> RouletteClosed:
    return RouletteClosed(stream="table:a", epoch=1, seq=seq, round=1, now_ms=1, client_seed="x", spins_at_ms=2)


def snapshot(seq: int) -> WalletSnapshot:
    return WalletSnapshot(stream="table:a", epoch=1, seq=seq, balances=())


async def test_events_before_the_first_snapshot_are_not_read() -> None:
    reader, _ = subscription()
    reader.offer(event(1))
    reader.offer(snapshot(1))
    reader.offer(event(2))
    assert [(await anext(reader)).seq for _ in range(2)] == [1, 2]


async def test_a_snapshot_replaces_what_was_not_read_yet() -> None:
    reader, _ = subscription()
    reader.offer(snapshot(1))
    reader.offer(event(2))
    reader.offer(snapshot(5))
    assert (await anext(reader)).seq == 5


async def test_a_reader_that_is_too_slow_goes_on_from_another_snapshot() -> None:
    reader, calls = subscription(events_max=3)
    reader.offer(snapshot(1))
    for seq in range(2, 8):
        reader.offer(event(seq))
    assert calls.looked == 1
    reader.offer(snapshot(7))
    reader.offer(event(8))
    assert [(await anext(reader)).seq for _ in range(2)] == [7, 8]


async def test_an_error_comes_after_what_was_not_read_yet() -> None:
    reader, _ = subscription()
    reader.offer(snapshot(1))
    reader.fail(Closed(None, "over"))
    assert (await anext(reader)).seq == 1
    with pytest.raises(Closed):
        await anext(reader)


async def test_closing_wakes_a_waiting_reader_and_ends_the_iteration_once() -> None:
    reader, calls = subscription()
    waiting = asyncio.ensure_future(anext(reader, None))
    async with reader:
        reader.close()
    assert await waiting is None
    assert calls.left == 1
