"""Request ids: UUIDv7 by the server's time, so that a wrong local clock does not matter."""

from collections.abc import Callable
from typing import Final

from protocol.ids import CommandId, command_id_from

Clock = Callable[[], float]
"""Seconds since some fixed moment, never going back, such as `time.monotonic`."""
Source = Callable[[int], bytes]
"""This many random bytes, such as `os.urandom`."""

ENTROPY_BLOCK_BYTES: Final = 16_384
_ID_ENTROPY_BYTES: Final = 10
_MS_PER_SECOND: Final = 1_000


class Entropy:
    """Random bytes in small pieces, drawn from their source in large ones: a system call costs more than an id."""

    __slots__ = ("_at", "_block", "_source")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._block = b""
        self._at = 0

    def __call__(self, size: int) -> bytes:
        """The next `size` bytes, of at most `ENTROPY_BLOCK_BYTES`; no byte is given twice."""
        start = self._at
        end = start + size
        if end > len(self._block):
            if size > ENTROPY_BLOCK_BYTES:
                raise ValueError(f"{size} random bytes at once, more than {ENTROPY_BLOCK_BYTES}")
            self._block = self._source(ENTROPY_BLOCK_BYTES)
            start, end = 0, size
        self._at = end
        return self._block[start:end]


class IdMaker:
    """Makes request ids from a local clock that is set by each `hello` of the server."""

    __slots__ = ("_clock", "_entropy", "_zero_ms", "set_at")

    def __init__(self, clock: Clock, entropy: Source) -> None:
        self._clock = clock
        self._entropy = entropy
        self._zero_ms: float | None = None
        self.set_at = 0.0
        """When the clock was set last, by itself."""

    def set_clock(self, now_ms: int) -> None:
        """The server says that it is `now_ms` milliseconds after 1970."""
        self.set_at = self._clock()
        self._zero_ms = now_ms - self.set_at * _MS_PER_SECOND

    def now_ms(self) -> int:
        """The server's time as far as it is known here. Raises `RuntimeError` before the first `hello`."""
        if self._zero_ms is None:
            raise RuntimeError("the server has not said what time it is")
        return int(self._zero_ms + self._clock() * _MS_PER_SECOND)

    def next(self) -> CommandId:
        """A new id. Raises `RuntimeError` before the first `hello`."""
        return command_id_from(self.now_ms(), self._entropy(_ID_ENTROPY_BYTES))
