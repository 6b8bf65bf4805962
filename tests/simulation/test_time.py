import asyncio
import time

import pytest

from tests.support.simulation_time import Stalled, run_virtually


def test_waiting_takes_no_time_and_the_clock_says_it_passed() -> None:
    async def wait() -> float:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    began = time.monotonic()

    assert run_virtually(wait()) == pytest.approx(86_400)
    assert time.monotonic() - began < 5


def test_things_happen_in_the_order_of_their_times() -> None:
    order: list[str] = []

    async def note(word: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        order.append(word)

    async def story() -> None:
        await asyncio.gather(note("last", 3), note("first", 1), note("second", 2))

    run_virtually(story())
    assert order == ["first", "second", "last"]


def test_waiting_for_what_never_comes_is_an_error() -> None:
    async def wait() -> None:
        await asyncio.sleep(5)
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Stalled) as stalled:
        run_virtually(wait())
    assert stalled.value.seconds == pytest.approx(5)
