"""A stream as its reader sees it: a snapshot first, then every event, and never a gap without another snapshot."""

import asyncio
import weakref
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from clients.python.feed import Feed
from protocol.model import Push


class Subscription:
    """An asynchronous iterator of pushes. `async with` stops watching at the end; `close` does it at once.

    So does letting go of it: after `async for event in client.watch(stream): …` nothing is watched any more, however
    the loop was left. A reader that is too slow loses the events that wait for it, and goes on from a snapshot.
    """

    def __init__(self, feed: Feed, leave: Callable[[Feed], None]) -> None:
        self._feed = feed
        loop = asyncio.get_running_loop()
        self._dropped = weakref.finalize(self, _leave_soon, loop, leave, feed)
        self._dropped.atexit = False
        self._leave = leave

    @property
    def stream(self) -> str:
        """What is watched."""
        return self._feed.stream

    def close(self) -> None:
        """Stop watching: the iteration ends."""
        if self._dropped.detach() is not None:
            self._feed.close()
            self._leave(self._feed)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Push:
        """The next event. Raises `Refused` when the stream cannot be watched, `Closed` when the client is closed."""
        return await self._feed.next()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _leave_soon(loop: asyncio.AbstractEventLoop, leave: Callable[[Feed], None], feed: Feed) -> None:
    # Whose last reference it was may be any thread; a loop that has ended watches nothing anyway.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(leave, feed)
