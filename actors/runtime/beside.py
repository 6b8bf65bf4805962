"""Work that blocks, beside the event loop: whoever stops waiting for it leaves it alone."""

import asyncio
import contextlib
import functools
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def beside(work: Callable[[], T]) -> T:
    """Do what blocks in a thread of its own, which is left alone when it takes too long: nothing waits for its end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(settle: Callable[[], None]) -> None:
        if not done.done():
            settle()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            settle = functools.partial(done.set_exception, error)
        else:
            settle = functools.partial(done.set_result, result)
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(tell, settle)

    threading.Thread(target=run, name="beside", daemon=True).start()
    return await done
