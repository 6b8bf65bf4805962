"""A WebSocket after its handshake: frames in and out, pings, full buffers, and an end in good order."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

from websockets.speedups import apply_mask

from protocol.errors import Close
from server.gateway.frames import (
    BINARY_FINAL,
    CLOSE_FINAL,
    FRAME_BYTES_MAX,
    MASK_BYTES,
    MASKED,
    MEDIUM,
    PING_FRAME,
    PONG_FINAL,
    SHORT_HEADER_BYTES,
    SHORT_MAX,
    close_frame,
    frame_end,
)
from server.gateway.front import Front
from server.gateway.odd import OddFrames
from server.gateway.wheel import NOWHERE

CLOSE_SECONDS_MAX: Final = 2.0
"""How long the other side may take to answer a close frame."""
SLOW_SECONDS_MAX: Final = 10.0
"""How long a socket may take nothing while something waits for it."""


class WebSocket(asyncio.Protocol, ABC):
    """Takes a transport over after the handshake. It has no task and no timer of its own: the wheel calls `due`.

    What messages mean is for whoever inherits: the hooks are called on the loop's thread, and `ended` exactly once,
    before or when the socket is lost.
    """

    __slots__ = (
        "_alive",
        "_beat_at",
        "_closing",
        "_deaf",
        "_front",
        "_odd",
        "_paused_at",
        "_pinged",
        "_rest",
        "_transport",
        "slot",
        "write",
    )

    def __init__(self, front: Front, transport: asyncio.Transport) -> None:
        self._front = front
        self._transport = transport
        self.write: Callable[[bytes], None] = transport.write
        self.slot = NOWHERE
        self._rest = b""
        self._odd: OddFrames | None = None
        self._alive = True
        self._pinged = False
        self._closing = False
        self._deaf = False
        self._paused_at: float | None = None
        self._beat_at = front.clock.monotonic() + front.limits.ping_seconds

    # --- hooks ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def message_received(self, payload: bytes) -> None:
        """A whole binary message came."""

    @abstractmethod
    def text_received(self) -> None:
        """A text message began."""

    @abstractmethod
    def odd_frame_received(self) -> bool:
        """A control frame or a fragment came; whether it may be read."""

    @abstractmethod
    def filled(self) -> None:
        """The other side does not read: there is no more room for what could be left out."""

    @abstractmethod
    def drained(self) -> None:
        """It reads again."""

    @abstractmethod
    def beat(self) -> None:
        """A ping went out: the connection is alive."""

    @abstractmethod
    def ended(self) -> None:
        """Nothing more will be said or heard."""

    # --- in ------------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes came: any number of frames, whole or not."""
        self._alive = True
        self._front.counters.bytes_in += len(data)
        if self._deaf:
            return
        if self._rest:
            data, self._rest = self._rest + data, b""
        try:
            self._read(data)
        except Exception:
            # A fault of ours costs this connection, and no other.
            self._front.log.exception("a message could not be handled")
            self.close(Close.INTERNAL)

    def _read(self, data: bytes) -> None:
        at, size = 0, len(data)
        while at < size:
            # The common case first: a short, whole, binary message.
            if data[at] == BINARY_FINAL and size - at >= SHORT_HEADER_BYTES and self._odd is None and not self._closing:
                length = data[at + 1] - MASKED
                start = at + SHORT_HEADER_BYTES
                if 0 <= length <= SHORT_MAX and start + length <= size:
                    at = start + length
                    self.message_received(apply_mask(data[start:at], data[start - MASK_BYTES : start]))
                    continue
            end = frame_end(data, at)
            if end - at > FRAME_BYTES_MAX:
                self.close(Close.TOO_LARGE)
                self._hang_up()
                return
            if end < 0 or end > size:
                self._rest = data[at:]
                return
            self._read_frame(data[at:end])
            if self._deaf:
                return
            at = end

    def _read_frame(self, frame: bytes) -> None:
        first, second = frame[0], frame[1]
        if self._closing:
            if first == CLOSE_FINAL:
                self._part()
        elif first == BINARY_FINAL and second == MASKED | MEDIUM and self._odd is None:
            self.message_received(apply_mask(frame[8:], frame[4:8]))
        elif self.odd_frame_received() and not (first == PONG_FINAL and MASKED <= second <= MASKED | SHORT_MAX):
            self._read_odd(frame)

    def _read_odd(self, frame: bytes) -> None:
        odd = self._odd or OddFrames(self._front.wire_log)
        heard = odd.feed(frame)
        self._odd = None if heard.resting else odd
        if heard.is_text:
            self.text_received()
            return
        if heard.out:
            self.send(heard.out)
        if heard.message is not None:
            self.message_received(heard.message)
        if heard.ended:
            self._end()
            if heard.agreed:
                self._part()
            else:
                self._hang_up()

    # --- out -----------------------------------------------------------------------------------------------------

    @property
    def paused(self) -> bool:
        """Whether the socket takes no more for now."""
        return self._paused_at is not None

    def send(self, frame: bytes) -> None:
        """Send a frame; one that is too slow to take all that was sent to it is closed."""
        if self._closing:
            return
        front = self._front
        front.counters.bytes_out += len(frame)
        self.write(frame)
        if self._paused_at is not None and self._transport.get_write_buffer_size() > front.limits.send_queue_bytes_max:
            self.close(Close.SLOW_READER)

    def pause_writing(self) -> None:
        """The transport's buffer is full."""
        front = self._front
        self._paused_at = front.clock.monotonic()
        if not self._closing:
            self.filled()
            front.wheel.schedule(self, self._next_deadline())

    def resume_writing(self) -> None:
        """It has room again."""
        self._paused_at = None
        if not self._closing:
            self.drained()

    # --- time ----------------------------------------------------------------------------------------------------

    def due(self, now: float) -> float | None:
        """Check every deadline; answer with the next."""
        if self._closing:
            self._transport.abort()
            return None
        late = self._lateness(now)
        if late is not None:
            self.close(late)
            return None
        if now >= self._beat_at:
            self._ping(now)
        return self._next_deadline()

    def _lateness(self, now: float) -> Close | None:
        if self._paused_at is not None and now >= self._paused_at + SLOW_SECONDS_MAX:
            return Close.SLOW_READER
        if self._pinged and not self._alive and now >= self._beat_at:
            return Close.PONG_TIMEOUT
        return None

    def _next_deadline(self) -> float:
        if self._paused_at is None:
            return self._beat_at
        return min(self._beat_at, self._paused_at + SLOW_SECONDS_MAX)

    def _ping(self, now: float) -> None:
        """Ping, or find that the last ping was answered and rest until the next."""
        limits = self._front.limits
        if self._pinged and limits.ping_seconds > limits.pong_seconds:
            self._pinged = False
            self._beat_at = now + limits.ping_seconds - limits.pong_seconds
            return
        self.write(PING_FRAME)
        self._pinged = True
        self._alive = False
        self._beat_at = now + limits.pong_seconds
        self.beat()

    # --- the end -------------------------------------------------------------------------------------------------

    def close(self, close: Close) -> None:
        """Say why, and close as soon as the other side has agreed, or has had its time."""
        if self._closing:
            return
        self.write(close_frame(close))
        self._front.counters.closes[close.value] += 1
        self._end()

    def abort(self) -> None:
        """Drop the socket without a word."""
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._deaf = True
        if not self._closing:
            self._end()
        self._front.wheel.cancel(self)

    def _end(self) -> None:
        self._closing = True
        self._odd = None
        self.ended()
        self._front.wheel.schedule(self, self._front.clock.monotonic() + CLOSE_SECONDS_MAX)

    def _part(self) -> None:
        """Both have said that it is over: the server is the one to close the socket."""
        self._deaf = True
        self._transport.close()

    def _hang_up(self) -> None:
        """Drop what still comes until the other side hangs up as well: closing at once could lose what was said."""
        self._deaf = True
        self._rest = b""
        if not self._transport.is_closing():
            self._transport.write_eof()
