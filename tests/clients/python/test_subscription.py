"""A reader of a stream gets a snapshot first, and a slow one another snapshot rather than a gap."""

import asyncio

import pytest

from clients.python.errors import Closed
from clients.python.feed import Feed
from clients.python.subscription import Subscription
from protocol.games.roulette import RouletteClosed
from protocol.replies import WalletSnapshot


class Calls:
    def __init__(self) -> None:
        self.looked = 0
        self.left = 0

    def look(self, _: Feed) -> None:
        self.looked += 1

    def leave(self, _: Feed) -> None:
        self.left += 1


def subscription(events_max: int = 3) -> tuple[Feed, Subscription, Calls]:
    calls = Calls()
    feed = Feed("table:a", events_max, calls.look)
    return feed, Subscription(feed, calls.leave), calls


def event(seq: int) -> RouletteClosed:
    return RouletteClosed(stream="table:a", epoch=1, seq=seq, round=1, now_ms=1, client_seed="x", spins_at_ms=2)


def snapshot(seq: int) -> WalletSnapshot:
    return WalletSnapshot(stream="table:a", epoch=1, seq=seq, balances=())


async def test_events_before_the_first_snapshot_are_not_read() -> None:
    feed, reader, _ = subscription()
    feed.offer(event(1))
    feed.offer(snapshot(1))
    feed.offer(event(2))
    assert [(await anext(reader)).seq for _ in range(2)] == [1, 2]


async def test_a_snapshot_replaces_what_was_not_read_yet() -> None:
    feed, reader, _ = subscription()
    feed.offer(snapshot(1))
    feed.offer(event(2))
    feed.offer(snapshot(5))
    assert (await anext(reader)).seq == 5


async def test_a_reader_that_is_too_slow_goes_on_from_another_snapshot() -> None:
    feed, reader, calls = subscription(events_max=3)
    feed.offer(snapshot(1))
    for seq in range(2, 8):
        feed.offer(event(seq))
    assert calls.looked == 1
    feed.offer(snapshot(7))
    feed.offer(event(8))
    assert [(await anext(reader)).seq for _ in range(2)] == [7, 8]


async def test_an_error_comes_after_what_was_not_read_yet() -> None:
    feed, reader, _ = subscription()
    feed.offer(snapshot(1))
    feed.fail(Closed(None, "over"))
    assert (await anext(reader)).seq == 1
    with pytest.raises(Closed):
        await anext(reader)


async def test_closing_wakes_a_waiting_reader_and_ends_the_iteration_once() -> None:
    _, reader, calls = subscription()
    waiting = asyncio.ensure_future(anext(reader, None))
    async with reader:
        reader.close()
    assert await waiting is None
    assert calls.left == 1


async def test_letting_go_of_it_in_the_middle_of_a_loop_leaves_the_stream() -> None:
    feed, reader, calls = subscription()
    feed.offer(snapshot(1))
    async for _ in reader:
        break
    await asyncio.sleep(0)
    assert calls.left == 0, "whoever still holds it may go on reading"
    del reader
    await asyncio.sleep(0)
    assert calls.left == 1


async def test_what_was_closed_is_not_left_again_when_it_is_let_go() -> None:
    _, reader, calls = subscription()
    reader.close()
    del reader
    await asyncio.sleep(0)
    assert calls.left == 1


def test_letting_go_of_it_after_its_loop_has_ended_does_nothing() -> None:
    calls = Calls()

    async def watch() -> Subscription:
        return Subscription(Feed("table:a", 3, calls.look), calls.leave)

    reader = asyncio.run(watch())
    del reader
    assert calls.left == 0
