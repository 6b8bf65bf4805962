"""A player's connection: messages to the session, what it decides to the rooms, and answers back."""

import asyncio
from typing import Any

from persistence.presence import Online
from protocol.errors import Close, Code, Refusal
from protocol.ids import PlayerId
from protocol.model import Message
from server.gateway.actions import Action, Forward, Say, Serve, Shut, failed
from server.gateway.buckets import Bucket
from server.gateway.frames import message_frame
from server.gateway.front import Front
from server.gateway.quotas import Quota
from server.gateway.session import Session, State
from server.gateway.topic import Topic
from server.gateway.websocket import WebSocket
from server.observe.metrics import OK


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


class Connection(WebSocket):
    """One conversation over one socket. `address` is whose quota it counts against."""

    __slots__ = ("_greeted_by", "address", "online", "resume_digest", "session", "topics")

    def __init__(self, front: Front, transport: asyncio.Transport, address: str, quota: Quota) -> None:
        super().__init__(front, transport)
        limits = front.limits
        self.address = address
        self.session = Session(
            front.rules,
            Bucket(limits.messages_per_second_max, limits.messages_burst_max),
            quota.messages,
            quota.logins,
        )
        self.online: Online | None = None
        self.resume_digest: bytes | None = None
        self.topics: list[Topic] = []
        self._greeted_by = front.clock.monotonic() + limits.hello_seconds
        front.wheel.schedule(self, self._next_deadline())

    @property
    def player(self) -> PlayerId:
        """Who it is; 0 before the login."""
        return self.session.player

    # --- in ------------------------------------------------------------------------------------------------------

    def message_received(self, payload: bytes) -> None:
        """A whole binary message came."""
        front = self._front
        front.counters.messages_in += 1
        action = self.session.received(payload, front.now_ms)
        if type(action) is Forward:
            request = action.command.request
            reply_to = Pending(self, request.id, request.t, front.clock.monotonic())
            front.backend.post(action.ref, action.command, reply_to)
        else:
            self.act(action)

    def text_received(self) -> None:
        """A text message began."""
        self.act(self.session.received_text())

    def odd_frame_received(self) -> bool:
        """A control frame or a fragment came; whether it may be read."""
        shut = self.session.received_odd_frame(self._front.now_ms)
        if shut is not None:
            self.act(shut)
        return shut is None

    def act(self, action: Action) -> None:
        """Do what the session decided."""
        if isinstance(action, Serve):
            self._front.desk.serve(self, action.request)
        elif isinstance(action, Say | Shut):
            if action.reply is not None:
                self._front.counters.refused[action.reply.code] += 1
                self.say(action.reply)
            if isinstance(action, Shut):
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

    def filled(self) -> None:
        """The other side does not read: events of its streams are left out from here on."""
        self._front.hub.suspend(self)

    def drained(self) -> None:
        """It reads again: it is brought up to date."""
        self._front.hub.recover(self)

    # --- time and the end ----------------------------------------------------------------------------------------

    def beat(self) -> None:
        """A ping went out: the session must outlive this connection, however long that lasts."""
        if self.online is not None:
            self._front.alive.append(self)

    def _lateness(self, now: float) -> Close | None:
        if self.session.state is not State.OPEN and now >= self._greeted_by:
            return Close.HELLO_TIMEOUT
        return super()._lateness(now)

    def _next_deadline(self) -> float:
        at = super()._next_deadline()
        return at if self.session.state is State.OPEN else min(at, self._greeted_by)

    def ended(self) -> None:
        """Nothing more will be said or heard: the streams are left, and the session may go on elsewhere."""
        front = self._front
        self.session.closing()
        front.hub.leave(self, front.clock.monotonic())
        front.lobby.leave(self)
        if self.online is not None and front.claims.leave(self.online.session, self):
            front.roll.leave(self.online)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        super().connection_lost(exc)
        front = self._front
        front.sockets.lost(self)
        front.counters.connections -= 1
        front.addresses.leave(self.address)
        if self.session.player:
            front.counters.sessions -= 1
            front.players.leave(self.session.player)
