import asyncio
import threading

import pytest

from actors.runtime.beside import beside

SECONDS_MAX = 120.0


async def test_what_blocks_keeps_nobody_from_going_on_and_its_result_is_given() -> None:
    may_end = threading.Event()
    working = asyncio.create_task(beside(lambda: may_end.wait(SECONDS_MAX)))
    await asyncio.sleep(0)
    assert not working.done()
    may_end.set()
    assert await working


async def test_what_it_raises_is_raised_where_it_is_waited_for() -> None:
    with pytest.raises(ZeroDivisionError):
        await beside(lambda: 1 // 0)


async def test_whoever_waits_no_longer_does_not_wait_for_its_end() -> None:
    may_end, has_ended = threading.Event(), threading.Event()

    def work() -> None:
        may_end.wait(SECONDS_MAX)
        has_ended.set()

    waiting = asyncio.create_task(beside(work))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not has_ended.is_set()
    may_end.set()
    assert await beside(lambda: has_ended.wait(SECONDS_MAX))
