"""A stream as its reader sees it: a snapshot first, then every event, and never a gap without another snapshot."""

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from clients.python.conversation import SNAPSHOT_SUFFIX
from protocol.model import Push


class Subscription:
    """An asynchronous iterator of pushes. `async with` stops watching at the end; `close` does it at once.

    A reader that is too slow loses the events that wait for it, and goes on from a snapshot.
    """

    def __init__(
        self,
        stream: str,
        events_max: int,
        look: Callable[["Subscription"], None],
        leave: Callable[["Subscription"], None],
    ) -> None:
        self.stream = stream
        self._events: deque[Push] = deque()
        self._events_max = events_max
        self._look = look
        self._leave = leave
        self.begun = False
        """Whether a snapshot came, and every event since."""
        self._news = asyncio.Event()
        self._error: Exception | None = None
        self._closed = False

    def offer(self, push: Push) -> None:
        """The next event came. It is dropped unless a snapshot came before."""
        if push.t.endswith(SNAPSHOT_SUFFIX):
            self.begun = True
            # A snapshot replaces what was known: nobody has to read what it makes old.
            self._events.clear()
        if not self.begun:
            return
        if len(self._events) >= self._events_max:
            self._events.clear()
            self.begun = False
            self._look(self)
            return
        self._events.append(push)
        self._news.set()

    def fail(self, error: Exception) -> None:
        """Nothing more will come; the reader is told why after what it has not read yet."""
        if self._error is None:
            self._error = error
        self._news.set()

    def close(self) -> None:
        """Stop watching: the iteration ends."""
        if not self._closed:
            self._closed = True
            self._news.set()
            self._leave(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Push:
        """The next event. Raises `Refused` when the stream cannot be watched, `Closed` when the client is closed."""
        while not self._events:
            if self._closed:
                raise StopAsyncIteration
            if self._error is not None:
                raise self._error
            self._news.clear()
            await self._news.wait()
        return self._events.popleft()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
