"""An open WebSocket: bytes to the session, what the session decided to the rooms, and answers back."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from websockets.speedups import apply_mask

from protocol.errors import Close, Code, Refusal
from protocol.ids import PlayerId
from protocol.model import Message
from server.gateway.buckets import Bucket
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
    message_frame,
)
from server.gateway.front import Front
from server.gateway.odd import OddFrames
from server.gateway.quotas import Quota
from server.gateway.session import Action, Forward, Say, Serve, Session, Shut, State, failed
from server.gateway.topic import Topic
from server.gateway.wheel import NOWHERE
from server.observe.metrics import OK

CLOSE_SECONDS_MAX: Final = 2.0
"""How long the other side may take to answer a close frame."""
SLOW_SECONDS_MAX: Final = 10.0
"""How long a socket may take nothing while something waits for it."""


class Pending:
    """The `reply_to` of one request that was forwarded."""

    __slots__ = ("id", "started", "tag", "watcher")

    def __init__(self, watcher: "Connection", request_id: bytes, tag: str, started: float) -> None:
        self.watcher = watcher
        self.id = request_id
        self.tag = tag
        self.started = started

    def __call__(self, answer: Any) -> None:
        self.watcher.answered(self, answer)


class Connection(asyncio.Protocol):
    """Takes over the transport after the handshake. It has no task and no timer of its own."""

    __slots__ = (
        "_alive",
        "_beat_at",
        "_closing",
        "_deaf",
        "_front",
        "_greeted_by",
        "_odd",
        "_paused_at",
        "_pinged",
        "_rest",
        "_transport",
        "address",
        "resume_digest",
        "session",
        "session_id",
        "slot",
        "topics",
        "write",
    )

    def __init__(self, front: Front, transport: asyncio.Transport, address: str, quota: Quota) -> None:
        limits = front.limits
        now = front.clock.monotonic()
        self._front = front
        self._transport = transport
        self.write: Callable[[bytes], None] = transport.write
        self.address = address
        self.session = Session(
            front.rules,
            Bucket(limits.messages_per_second_max, limits.messages_burst_max),
            quota.messages,
            quota.logins,
        )
        self.session_id = ""
        self.resume_digest: bytes | None = None
        self.topics: list[Topic] = []
        self.slot = NOWHERE
        self._rest = b""
        self._odd: OddFrames | None = None
        self._alive = True
        self._pinged = False
        self._closing = False
        self._deaf = False
        self._paused_at: float | None = None
        self._greeted_by = now + limits.hello_seconds
        self._beat_at = now + limits.ping_seconds
        front.wheel.schedule(self, self._next_deadline())

    @property
    def player(self) -> PlayerId:
        """Who it is; 0 before the login."""
        return self.session.player

    @property
    def paused(self) -> bool:
        """Whether the socket takes no more for now."""
        return self._paused_at is not None

    @property
    def is_closing(self) -> bool:
        """Whether a close frame was sent or received."""
        return self._closing

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
            self._front.log.exception("a message could not be handled", player=self.player)
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
                    self._received(apply_mask(data[start:at], data[start - MASK_BYTES : start]))
                    continue
            end = frame_end(data, at)
            if end - at > FRAME_BYTES_MAX:
                self.close(Close.TOO_LARGE)
                self._hang_up()
                return
            if end < 0 or end > size:
                self._rest = data[at:]
                return
            self._frame(data[at:end])
            if self._deaf:
                return
            at = end

    def _frame(self, frame: bytes) -> None:
        first, second = frame[0], frame[1]
        if self._closing:
            if first == CLOSE_FINAL:
                self._agreed()
        elif first == BINARY_FINAL and second == MASKED | MEDIUM and self._odd is None:
            self._received(apply_mask(frame[8:], frame[4:8]))
        else:
            self._odd_frame(frame)

    def _odd_frame(self, frame: bytes) -> None:
        shut = self.session.received_odd_frame(self._front.now_ms)
        if shut is not None:
            self.act(shut)
            return
        if frame[0] == PONG_FINAL and MASKED <= frame[1] <= MASKED | SHORT_MAX:
            return
        odd = self._odd or OddFrames(self._front.wire_log)
        heard = odd.feed(frame)
        self._odd = None if heard.resting else odd
        if heard.is_text:
            self.act(self.session.received_text())
            return
        if heard.out:
            self.send(heard.out)
        if heard.message is not None:
            self._received(heard.message)
        if heard.ended:
            self._over()
            if heard.agreed:
                self._agreed()
            else:
                self._hang_up()

    def _received(self, payload: bytes) -> None:
        front = self._front
        front.counters.messages_in += 1
        action = self.session.received(payload, front.now_ms)
        if type(action) is Forward:
            request = action.command.request
            front.backend.post(
                action.ref, action.command, Pending(self, request.id, request.t, front.clock.monotonic())
            )
        else:
            self.act(action)

    def act(self, action: Action) -> None:
        """Do what the session decided."""
        if isinstance(action, Serve):
            self._front.desk.serve(self, action.request)
        elif isinstance(action, Say):
            self._front.counters.refused[action.reply.code] += 1
            self.say(action.reply)
        elif isinstance(action, Shut):
            if action.reply is not None:
                self._front.counters.refused[action.reply.code] += 1
                self.say(action.reply)
            self.close(action.close)

    # --- out -----------------------------------------------------------------------------------------------------

    def answered(self, pending: Pending, answer: Any) -> None:
        """A room answered a request: with a message, a map that is one, or a refusal."""
        front = self._front
        self.session.in_flight -= 1
        result = OK
        if type(answer) is Refusal:
            result = answer.code.value
            answer = failed(pending.id, answer)
        elif type(answer) is dict and answer["t"] == "error":
            result = answer["code"]
        front.counters.tallies[pending.tag].count(result, front.clock.monotonic() - pending.started)
        try:
            frame = message_frame(answer)
        except (TypeError, ValueError, OverflowError):
            front.log.exception("an answer does not go on the wire", request=pending.id, tag=pending.tag)
            frame = message_frame(failed(pending.id, Refusal(Code.INTERNAL)))
        self.send(frame)

    def answer(self, message: Message) -> None:
        """Answer a request of the gateway's own that counted as in flight."""
        self.session.in_flight -= 1
        self.say(message)

    def say(self, message: Message) -> None:
        """Send a message."""
        self.send(message_frame(message))

    def stream_ended(self, stream: str) -> None:
        """A stream that was asked for cannot be watched."""
        self.session.stream_ended(stream)

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
        """The other side does not read what was sent."""
        front = self._front
        self._paused_at = front.clock.monotonic()
        if not self._closing:
            front.hub.suspend(self)
            front.wheel.schedule(self, self._next_deadline())

    def resume_writing(self) -> None:
        """It does again."""
        self._paused_at = None
        if not self._closing:
            self._front.hub.recover(self)

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
            self._beat(now)
        return self._next_deadline()

    def _lateness(self, now: float) -> Close | None:
        if self._paused_at is not None and now >= self._paused_at + SLOW_SECONDS_MAX:
            return Close.SLOW_READER
        if self.session.state is not State.OPEN and now >= self._greeted_by:
            return Close.HELLO_TIMEOUT
        if self._pinged and not self._alive and now >= self._beat_at:
            return Close.PONG_TIMEOUT
        return None

    def _beat(self, now: float) -> None:
        limits = self._front.limits
        if self._pinged:
            self._pinged = False
            self._beat_at = now + max(limits.ping_seconds - limits.pong_seconds, 0.0)
            if self._beat_at > now:
                return
        self.write(PING_FRAME)
        self._pinged = True
        self._alive = False
        self._beat_at = now + limits.pong_seconds
        if self.resume_digest is not None:
            self._front.alive.append(self.resume_digest)

    def _next_deadline(self) -> float:
        at = self._beat_at
        if self.session.state is not State.OPEN:
            at = min(at, self._greeted_by)
        if self._paused_at is not None:
            at = min(at, self._paused_at + SLOW_SECONDS_MAX)
        return at

    # --- the end -------------------------------------------------------------------------------------------------

    def close(self, close: Close) -> None:
        """Say why, and close as soon as the other side has agreed, or has had its time."""
        if self._closing:
            return
        self.write(close_frame(close))
        self._front.counters.closes[close.value] += 1
        self._over()

    def abort(self) -> None:
        """Drop the socket without a word."""
        self._transport.abort()

    def _over(self) -> None:
        front = self._front
        self._closing = True
        self.session.closing()
        self._forget()
        front.wheel.schedule(self, front.clock.monotonic() + CLOSE_SECONDS_MAX)

    def _agreed(self) -> None:
        """Both have said that it is over: the server is the one to close the socket."""
        self._deaf = True
        self._transport.close()

    def _hang_up(self) -> None:
        """Nothing more is said; what still comes is dropped until the other side hangs up as well."""
        self._deaf = True
        self._rest = b""
        if self._transport.can_write_eof() and not self._transport.is_closing():
            self._transport.write_eof()

    def _forget(self) -> None:
        front = self._front
        front.hub.leave(self, front.clock.monotonic())
        front.lobby.leave(self)
        if front.sessions.get(self.session_id) is self:
            del front.sessions[self.session_id]
        self._odd = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        front = self._front
        if not self._closing:
            self._closing = True
            self.session.closing()
            self._forget()
        self._deaf = True
        front.sockets.lost(self)
        front.wheel.cancel(self)
        front.counters.connections -= 1
        front.addresses.leave(self.address)
        if self.session.player:
            front.counters.sessions -= 1
            front.players.leave(self.session.player)
