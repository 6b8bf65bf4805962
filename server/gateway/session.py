"""The server's side of a conversation as a machine without wires: a message and the time in, what to do out.

greeted -> authenticating -> open, and from anywhere to closing. It has no clock, no chance and no socket, so everything
that it decides can be tested with literal bytes.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol, cast

from actors.runtime.ref import Ref
from protocol.codec import decode
from protocol.commands import Asked
from protocol.errors import Close, Code, ProtocolError, Refusal
from protocol.ids import PlayerId, is_command_id, unix_ms_of
from protocol.model import Request
from protocol.replies import Failed
from protocol.requests import (
    AuthGuest,
    AuthTelegram,
    AuthToken,
    Ping,
    Resume,
    Unwatch,
    Watch,
)
from server.gateway.actions import Action, Forward, Ignore, Say, Serve, Shut, failed
from server.gateway.buckets import Bucket, Takes
from server.gateway.streams import JACKPOT_PREFIX, LOBBY, TABLE_PREFIX, WALLET

ID_AHEAD_MS_MAX: Final = 60_000
"""How far a client's clock may be ahead of ours: an id from the future would look new for as long."""
ERRORS_MAX: Final = 16
"""Messages in a row that cannot be understood."""
LOGIN_FAILURES_MAX: Final = 8
REFUSALS_PER_SECOND_MAX: Final = 32
REFUSALS_BURST_MAX: Final = 256
"""Rate-limited messages; a client that was told so and goes on is cut off."""

NO_ID: Final = b""


class State(Enum):
    """Where the conversation stands."""

    GREETED = "greeted"
    AUTHENTICATING = "authenticating"
    OPEN = "open"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Rules:
    """What every session of a gateway may do."""

    parse: Callable[[dict[str, Any]], Request]
    tables: Container[str]
    requests_in_flight_max: int
    streams_max: int
    jackpots: Container[str] = frozenset()


class Session:
    """One conversation. All connections of an address, and all of a player, take from the same bucket."""

    __slots__ = (
        "_errors",
        "_instant",
        "_login_failures",
        "_logins",
        "_messages",
        "_per_address",
        "_per_player",
        "_refusals",
        "_rules",
        "_wallet",
        "in_flight",
        "name",
        "player",
        "state",
        "streams",
    )

    def __init__(self, rules: Rules, messages: Bucket, per_address: Takes, logins: Takes) -> None:
        self._rules = rules
        self._messages: Takes = messages
        self._per_address = per_address
        self._per_player: Takes | None = None
        self._logins = logins
        self._refusals: Bucket | None = None
        self._errors = 0
        self._login_failures = 0
        self.state = State.GREETED
        self.player = PlayerId(0)
        self.name = ""
        self.in_flight = 0
        self.streams: set[str] = set()

    # --- what the world tells it ---------------------------------------------------------------------------------

    def opened(self, player: PlayerId, name: str, per_player: Takes) -> None:
        """The login or resume succeeded; the player's own stream is watched from here on."""
        self.state = State.OPEN
        self.player = player
        self.name = name
        self._per_player = per_player
        self._wallet = Ref("wallet", player)
        self._instant = Ref("instant", player)
        self.streams.add(WALLET)

    def login_failed(self, request_id: bytes, refusal: Refusal) -> Say | Shut:
        """The login or resume did not succeed; the client may try another way, but not for ever."""
        self.state = State.GREETED
        self._login_failures += 1
        if self._login_failures >= LOGIN_FAILURES_MAX:
            return self._shut(Close.NOT_AUTHENTICATED, failed(request_id, refusal))
        return Say(failed(request_id, refusal))

    def closing(self) -> None:
        """The socket is being closed."""
        self.state = State.CLOSING

    def resumed(self, stream: str) -> Failed | None:
        """A stream is watched again after a resume; nothing, or why it cannot be."""
        refusal = self._add_stream(stream)
        return None if refusal is None else failed(NO_ID, refusal)

    def stream_ended(self, stream: str) -> None:
        """A stream could not be watched after all."""
        self.streams.discard(stream)

    def received_text(self) -> Shut:
        """A text frame came."""
        return self._shut(Close.UNSUPPORTED_DATA, failed(NO_ID, Refusal(Code.NOT_BINARY)))

    def received_odd_frame(self, now_ms: int) -> Shut | None:
        """A control frame or a fragment came: they count as messages do, so that they are no way around the limits."""
        return None if self._messages.take(now_ms) else self._shut(Close.FLOOD, None)

    def received(self, data: bytes, now_ms: int) -> Action:
        """A whole binary message came."""
        if self.state is State.CLOSING:
            return Ignore()
        per_player = self._per_player
        if not (
            self._messages.take(now_ms)
            and self._per_address.take(now_ms)
            and (per_player is None or per_player.take(now_ms))
        ):
            return self._rate_limited(data, now_ms)
        fields: dict[str, Any] = {}
        try:
            fields = decode(data)
            request = self._rules.parse(fields)
        except ProtocolError as error:
            return self._not_understood(_id_in(fields), error.refusal)
        if not is_command_id(request.id):
            return self._not_understood(request.id, Refusal(Code.BAD_ID))
        ahead = unix_ms_of(request.id) - now_ms
        if ahead > ID_AHEAD_MS_MAX:
            evidence = {"ahead_ms": ahead, "ahead_ms_max": ID_AHEAD_MS_MAX}
            return self._not_understood(request.id, Refusal(Code.ID_FROM_FUTURE, evidence))
        room = request.room
        if room == "gateway":
            return self._gateway_request(request, now_ms)
        if self.state is not State.OPEN:
            return self._not_understood(request.id, Refusal(Code.NOT_AUTHENTICATED))
        self._errors = 0
        return self._room_request(room, request)

    # --- what it makes of it -------------------------------------------------------------------------------------

    def _room_request(self, room: str, request: Request) -> Action:
        if room == "instant":
            ref = self._instant
        elif room == "wallet":
            ref = self._wallet
        else:
            table = cast("_AtTable", request).table
            if table not in self._rules.tables:
                return Say(failed(request.id, Refusal(Code.UNKNOWN_TABLE, {"table": table})))
            ref = Ref("table", table)
        if self.in_flight >= self._rules.requests_in_flight_max:
            return self._overloaded(request)
        self.in_flight += 1
        return Forward(ref, Asked(self.player, self.name, request))

    def _gateway_request(self, request: Request, now_ms: int) -> Action:
        if isinstance(request, Ping):
            self._errors = 0
            return Serve(request)
        if isinstance(request, AuthGuest | AuthTelegram | AuthToken | Resume):
            return self._login(request, now_ms)
        if self.state is not State.OPEN:
            return self._not_understood(request.id, Refusal(Code.NOT_AUTHENTICATED))
        self._errors = 0
        if isinstance(request, Unwatch):
            self.streams.discard(request.stream)
            return Serve(request)
        if self.in_flight >= self._rules.requests_in_flight_max:
            return self._overloaded(request)
        refusal = self._add_stream(request.stream) if isinstance(request, Watch) else None
        if refusal is not None:
            return Say(failed(request.id, refusal))
        self.in_flight += 1
        return Serve(request)

    def _login(self, request: Request, now_ms: int) -> Action:
        if self.state is not State.GREETED:
            return self._not_understood(request.id, Refusal(Code.ALREADY_AUTHENTICATED))
        self._errors = 0
        if not self._logins.take(now_ms):
            return Say(failed(request.id, Refusal(Code.RATE_LIMITED, {"limit": "logins per address"})))
        self.state = State.AUTHENTICATING
        return Serve(request)

    def _add_stream(self, stream: str) -> Refusal | None:
        if not (stream in (WALLET, LOBBY) or self._is_table(stream) or self._is_jackpot(stream)):
            return Refusal(Code.UNKNOWN_STREAM, {"stream": stream})
        if stream not in self.streams and len(self.streams) >= self._rules.streams_max:
            return Refusal(Code.TOO_MANY_SUBSCRIPTIONS, {"streams_max": self._rules.streams_max})
        self.streams.add(stream)
        return None

    def _is_table(self, stream: str) -> bool:
        return stream.startswith(TABLE_PREFIX) and stream[len(TABLE_PREFIX) :] in self._rules.tables

    def _is_jackpot(self, stream: str) -> bool:
        return stream.startswith(JACKPOT_PREFIX) and stream[len(JACKPOT_PREFIX) :] in self._rules.jackpots

    def _overloaded(self, request: Request) -> Say:
        evidence = {"in_flight": self.in_flight, "in_flight_max": self._rules.requests_in_flight_max}
        return Say(failed(request.id, Refusal(Code.OVERLOADED, evidence)))

    def _rate_limited(self, data: bytes, now_ms: int) -> Say | Shut:
        try:
            request_id = _id_in(decode(data))
        except ProtocolError:
            request_id = NO_ID
        reply = failed(request_id, Refusal(Code.RATE_LIMITED, {"limit": "messages"}))
        if self._refusals is None:
            self._refusals = Bucket(REFUSALS_PER_SECOND_MAX, REFUSALS_BURST_MAX)
        return Say(reply) if self._refusals.take(now_ms) else self._shut(Close.FLOOD, reply)

    def _not_understood(self, request_id: bytes, refusal: Refusal) -> Say | Shut:
        self._errors += 1
        reply = failed(request_id, refusal)
        return Say(reply) if self._errors < ERRORS_MAX else self._shut(Close.TOO_MANY_ERRORS, reply)

    def _shut(self, close: Close, reply: Failed | None) -> Shut:
        self.state = State.CLOSING
        return Shut(close, reply)


class _AtTable(Protocol):
    table: str


def _id_in(fields: dict[str, Any]) -> bytes:
    value = fields.get("id")
    return value if type(value) is bytes and len(value) == 16 else NO_ID
