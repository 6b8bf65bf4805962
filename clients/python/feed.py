"""What came of a stream and was not read yet: from a snapshot on, and never with a gap in it."""

import asyncio
from collections import deque
from collections.abc import Callable

from clients.python.conversation import SNAPSHOT_SUFFIX
from protocol.model import Push


class Feed:
    """The client's end of a subscription. `look` is called when another snapshot is needed."""

    def __init__(self, stream: str, events_max: int, look: Callable[["Feed"], None]) -> None:
        self.stream = stream
        self._events: deque[Push] = deque()
        self._events_max = events_max
        self._look = look
        self.begun = False
        """Whether a snapshot came, and every event since."""
        self._news = asyncio.Event()
        self.error: Exception | None = None
        """Why nothing more will come."""
        self.closed = False

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
        if self.error is None:
            self.error = error
        self._news.set()

    def close(self) -> None:
        """Nobody wants more: the iteration ends."""
        self.closed = True
        self._news.set()

    async def next(self) -> Push:
        """The next event. Raises the error of a feed that failed, `StopAsyncIteration` when it was closed."""
        while not self._events:
            if self.closed:
                raise StopAsyncIteration
            if self.error is not None:
                raise self.error
            self._news.clear()
            await self._news.wait()
        return self._events.popleft()
