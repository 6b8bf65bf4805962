"""A player's conversation with the server, without wires: maps in, maps and bytes out.

It makes ids, logs in by the best means left, matches replies with requests, knows how far it has seen each stream, and
repeats after a reconnect, under their own ids, the requests that are unanswered. A shell owns the socket: it calls
`heard` with each message, sends whatever bytes come back, and calls `disconnected` when the socket is gone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import msgpack

from clients.python.credentials import Credentials, Login
from clients.python.ids import Clock, IdMaker, Source
from clients.python.streams import Position, Step
from protocol.codec import encode_map
from protocol.ids import CommandId
from protocol.requests import STREAMS_MAX

WALLET: Final = "wallet"
SNAPSHOT_SUFFIX: Final = ".snapshot"


@dataclass(slots=True, eq=False)
class Asked:
    """A request on its way. `context` is the shell's own: a future, or what was staked and when."""

    id: CommandId
    payload: bytes
    context: Any
    at: float
    """When it was first asked, by the conversation's clock."""
    times: int = 1


class Greeted(NamedTuple):
    """The server said hello; `payload` logs in."""

    payload: bytes


class LoggedIn(NamedTuple):
    """The session is open; `payloads` go on with it: streams to watch again, and what is unanswered.

    `wallet_moved`: the balances of the `welcome` may be news, as the events that led to them do not follow.
    """

    welcome: dict[str, Any]
    payloads: tuple[bytes, ...]
    wallet_moved: bool


class LoginAgain(NamedTuple):
    """One way to log in was refused; `payload` tries the next. When `later`, wait before sending it."""

    payload: bytes
    failed: dict[str, Any]
    later: bool


class LoginFailed(NamedTuple):
    """Nothing is left to log in with."""

    failed: dict[str, Any]


class Answered(NamedTuple):
    """The one answer to a request: `fields` may be an `error`."""

    asked: Asked
    fields: dict[str, Any]


class AskLater(NamedTuple):
    """Not done, or not known to be done: the same request may be repeated. It is still counted as unanswered."""

    asked: Asked
    fields: dict[str, Any]


class Pushed(NamedTuple):
    """The next event of a stream, or a snapshot of it."""

    stream: str
    fields: dict[str, Any]


class Missed(NamedTuple):
    """An event of a stream was missed; `payload` asks for a snapshot, and nothing of the stream comes before that."""

    stream: str
    payload: bytes


class Ended(NamedTuple):
    """A stream that was watched before cannot be watched again: the server refused it."""

    stream: str
    failed: dict[str, Any]


class Complaint(NamedTuple):
    """An error that answers no request."""

    fields: dict[str, Any]


class Nothing(NamedTuple):
    """Nothing new: an answer given before, an event seen before."""


Heard = (
    Greeted | LoggedIn | LoginAgain | LoginFailed | Answered | AskLater | Pushed | Missed | Ended | Complaint | Nothing
)
NOTHING: Final = Nothing()


class _Rewatch(NamedTuple):
    """The context of a `watch` that the conversation asked for by itself."""

    stream: str


def unpack(payload: bytes) -> dict[str, Any]:
    """The map of a message from the server. Raises `ValueError` when it is anything else."""
    try:
        fields = msgpack.unpackb(payload, use_list=False)
    except (ValueError, msgpack.exceptions.UnpackException) as error:
        raise ValueError(f"{len(payload)} bytes that are not msgpack: {error!r}") from error
    if type(fields) is not dict or type(fields.get("t")) is not str:
        raise ValueError(f"{len(payload)} bytes that are not a message of this protocol")
    return fields


@dataclass(slots=True, eq=False)
class _Dialogue:
    """What lasts as long as one socket."""

    login_id: CommandId | None = None
    open: bool = False


@dataclass(slots=True, eq=False)
class Conversation:
    """One player's side of the protocol, over any number of sockets one after another.

    `clock` counts seconds and only goes forward; `entropy` gives the random bytes of ids.
    """

    login: Login
    clock: Clock
    entropy: Source
    unanswered: dict[bytes, Asked] = field(default_factory=dict)
    """By id, in the order in which they were first asked."""
    positions: dict[str, Position] = field(default_factory=dict)
    """Of the streams watched, and of the wallet."""
    hello: dict[str, Any] | None = None
    ids: IdMaker = field(init=False)
    credentials: Credentials = field(init=False)
    wallet: Position = field(init=False)
    _dialogue: _Dialogue = field(init=False, default_factory=_Dialogue)

    def __post_init__(self) -> None:
        self.ids = IdMaker(self.clock, self.entropy)
        self.credentials = Credentials(self.login)
        self.wallet = self.positions[WALLET] = Position()

    @property
    def open(self) -> bool:
        """Whether requests may be sent: the present socket is logged in."""
        return self._dialogue.open

    def ask(self, fields: Mapping[str, Any], context: Any = None) -> Asked:
        """A new request of these fields, which gets an id and counts as unanswered from now on."""
        request_id = self.ids.next()
        return self.remember(request_id, encode_map({**fields, "id": request_id}), context)

    def remember(self, request_id: CommandId, payload: bytes, context: Any) -> Asked:
        """Count a request that was encoded elsewhere as unanswered."""
        asked = self.unanswered[request_id] = Asked(request_id, payload, context, self.clock())
        return asked

    def watch(self, stream: str, context: Any = None) -> Asked:
        """A request to watch a stream, from a snapshot on; after a reconnect that goes on without being asked."""
        self.positions.setdefault(stream, Position())
        return self.ask({"t": "watch", "stream": stream}, context)

    def unwatch(self, stream: str, context: Any = None) -> Asked:
        """A request to stop watching; events of the stream that are still on their way are not reported."""
        if stream != WALLET:
            self.positions.pop(stream, None)
        return self.ask({"t": "unwatch", "stream": stream}, context)

    def give_up(self, later: AskLater) -> Answered | Ended:
        """Do not repeat what may be repeated any more: the refusal is the answer."""
        self.forget(later.asked)
        return self._final(later.asked, later.fields)

    def forget(self, asked: Asked) -> None:
        """Do not wait for an answer any longer."""
        self.unanswered.pop(asked.id, None)

    def answered(self, request_id: bytes) -> Asked | None:
        """The request that a reply with this id answers, once; nothing when it was answered before."""
        return self.unanswered.pop(request_id, None)

    def disconnected(self) -> None:
        """The socket is gone. What is unanswered stays so until the next login repeats it."""
        self._dialogue = _Dialogue()

    def heard(self, fields: dict[str, Any]) -> Heard:
        """What a message from the server means here, each thing once."""
        tag = fields["t"]
        if "stream" in fields and "id" not in fields:
            return self._pushed(fields)
        if tag == "hello":
            self.hello = fields
            self.ids.set_clock(fields["now_ms"])
            return Greeted(self._login_payload())
        if fields["id"] == self._dialogue.login_id and not self._dialogue.open:
            return self._welcomed(fields) if tag == "welcome" else self._not_welcomed(fields)
        return self._replied(tag, fields)

    def _login_payload(self) -> bytes:
        request = self.credentials.request()
        if request is None:
            raise RuntimeError("nothing is left to log in with")
        self._dialogue.login_id = self.ids.next()
        if request["t"] == "resume":
            request["streams"] = [
                {"t": "at", "stream": stream, "epoch": position.epoch, "seq": position.seq}
                for stream, position in list(self.positions.items())[:STREAMS_MAX]
                if not position.lost
            ]
        return encode_map({**request, "id": self._dialogue.login_id})

    def _welcomed(self, welcome: dict[str, Any]) -> LoggedIn:
        self._dialogue.open = True
        self.credentials.welcomed(welcome)
        seen = (self.wallet.epoch, self.wallet.seq)
        self.wallet.begin(welcome["epoch"], welcome["seq"])
        if not welcome["resumed"]:
            for stream, position in self.positions.items():
                if stream != WALLET:
                    position.lose()
        return LoggedIn(welcome, tuple(self._going_on()), seen != (welcome["epoch"], welcome["seq"]))

    def _going_on(self) -> Iterator[bytes]:
        for stale in [asked for asked in self.unanswered.values() if isinstance(asked.context, _Rewatch)]:
            self.forget(stale)
        repeated = tuple(self.unanswered.values())
        for stream, position in self.positions.items():
            if position.lost:
                yield self._rewatch(stream)
        for asked in repeated:
            asked.times += 1
            yield asked.payload

    def _rewatch(self, stream: str) -> bytes:
        return self.ask({"t": "watch", "stream": stream}, _Rewatch(stream)).payload

    def _not_welcomed(self, failed: dict[str, Any]) -> LoginAgain | LoginFailed:
        self.credentials.refused(failed["code"])
        if self.credentials.request() is None:
            return LoginFailed(failed)
        return LoginAgain(self._login_payload(), failed, later=failed["retry"])

    def _replied(self, tag: str, fields: dict[str, Any]) -> Heard:
        asked = self.unanswered.get(fields["id"])
        if asked is None:
            return Complaint(fields) if tag == "error" and not fields["id"] else NOTHING
        if tag == "error" and fields["retry"]:
            return AskLater(asked, fields)
        del self.unanswered[asked.id]
        if tag == "wallet":
            self.wallet.snapshot(fields["epoch"], fields["seq"])
        elif "seq" in fields and tag != "watching":
            # A stream does not begin by being watched: the snapshot that follows may be lost with the socket.
            self.wallet.unordered(fields["epoch"], fields["seq"])
        if isinstance(asked.context, _Rewatch) and tag != "error":
            return NOTHING
        return self._final(asked, fields)

    def _final(self, asked: Asked, fields: dict[str, Any]) -> Answered | Ended:
        if not isinstance(asked.context, _Rewatch):
            return Answered(asked, fields)
        self.positions.pop(asked.context.stream, None)
        return Ended(asked.context.stream, fields)

    def _pushed(self, fields: dict[str, Any]) -> Pushed | Missed | Nothing:
        stream = fields["stream"]
        position = self.positions.get(stream)
        if position is None:
            return NOTHING
        if fields["t"].endswith(SNAPSHOT_SUFFIX):
            step = position.snapshot(fields["epoch"], fields["seq"])
        elif position is self.wallet:
            step = position.unordered(fields["epoch"], fields["seq"])
        else:
            step = position.event(fields["epoch"], fields["seq"])
        if step is Step.NEXT:
            return Pushed(stream, fields)
        return Missed(stream, self._rewatch(stream)) if step is Step.MISSED else NOTHING
