"""What processes say to each other, as msgpack: messages for actors, answers, and events of topics.

Nothing is rebuilt that the form does not name: commands by their place in a list, requests and replies by their tag,
through the same models as a client's messages.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import msgpack

from actors.runtime.ref import Ref
from protocol.commands import (
    AskAboutHold,
    AskAboutId,
    Asked,
    ChipsMoved,
    FeederHeard,
    FeederReport,
    Held,
    IdIsNew,
    LobbyLook,
    Look,
    Move,
    MoveChips,
    NotHeld,
    OpenWallet,
    PlaceHold,
    Reached,
    RefuseBet,
    Release,
    Settle,
    Settled,
    TakeBack,
    TakenBack,
    TakeSession,
    Wake,
    Watchers,
)
from protocol.dialects import client_dialect
from protocol.errors import Code, Refusal
from protocol.games import GAME_REPLIES
from protocol.ids import ShardId
from protocol.model import Message
from protocol.replies import CORE_REPLIES

POST: Final = 1
WATCH: Final = 2
UNWATCH: Final = 3
TELL: Final = 4
ANSWER: Final = 5
NOT_MINE: Final = 6
EVENT: Final = 7
BEGUN: Final = 8
_REFUSAL: Final = 1
_MESSAGE: Final = 2

COMMANDS: Final[tuple[type[Any], ...]] = (
    Asked,
    Look,
    LobbyLook,
    Watchers,
    OpenWallet,
    Move,
    PlaceHold,
    Held,
    NotHeld,
    RefuseBet,
    AskAboutId,
    IdIsNew,
    TakeBack,
    TakenBack,
    Release,
    Settle,
    Settled,
    AskAboutHold,
    TakeSession,
    Wake,
    MoveChips,
    ChipsMoved,
    Reached,
    FeederReport,
    FeederHeard,
)
"""What actors are told from elsewhere; each is a named tuple. The order is part of the form."""


class Post(NamedTuple):
    """A message for an actor, from a gateway. What is answered carries the `number`; 0: nobody wants an answer."""

    number: int
    ref: Ref
    command: Any


class Tell(NamedTuple):
    """A message from one actor to another. `hops` counts the hosts that have passed it on."""

    ref: Ref
    sender: Ref
    hops: int
    command: Any


class Codec:
    """Writes messages as bytes, and reads what a link has taken apart already. `commands` are named tuples."""

    def __init__(self, commands: Sequence[type[Any]] = COMMANDS) -> None:
        self._commands = tuple(commands)
        self._tags = {command: tag for tag, command in enumerate(self._commands)}
        self._asked = self._tags.get(Asked)
        self._parse = client_dialect().parse

    # --- to a host ---

    def post(self, number: int, ref: Ref, command: Any) -> bytes:
        """See `Post`."""
        return _pack_inner((POST, number, ref[0], ref[1], self._tags[type(command)], _fields_of(command)))

    def read_post(self, message: tuple[Any, ...]) -> Post:
        """Of a message that begins with `POST`. Raises `ValueError`, `ProtocolError` and the like."""
        _, number, kind, key, tag, fields = message
        return Post(number, Ref(kind, key), self._read(tag, fields))

    def tell(self, ref: Ref, sender: Ref, hops: int, command: Any) -> bytes:
        """See `Tell`."""
        tag = self._tags[type(command)]
        return _pack((TELL, ref[0], ref[1], sender[0], sender[1], hops, tag, _fields_of(command)))

    def read_tell(self, message: tuple[Any, ...]) -> Tell:
        """Of a message that begins with `TELL`."""
        _, kind, key, sender_kind, sender_key, hops, tag, fields = message
        return Tell(Ref(kind, key), Ref(sender_kind, sender_key), hops, self._read(tag, fields))

    def watch(self, ref: Ref) -> bytes:
        """A gateway wants the events of an actor's topic from here on."""
        return _pack((WATCH, *ref))

    def unwatch(self, ref: Ref) -> bytes:
        """A gateway wants them no more."""
        return _pack((UNWATCH, *ref))

    def _read(self, tag: int, fields: tuple[Any, ...]) -> Any:
        if tag == self._asked:
            return Asked(fields[0], fields[1], self._parse(fields[2]))
        return self._commands[tag]._make(_plain(fields))

    # --- from a host ---

    def answer(self, number: int, answer: Any) -> bytes:
        """The answer to a `Post`."""
        return _pack((ANSWER, number, answer))

    def not_mine(self, number: int, shard: ShardId) -> bytes:
        """A `Post` was not taken, because its shard is another host's; or, with 0, a `Tell` was passed on."""
        return _pack((NOT_MINE, number, shard))

    def begun(self) -> bytes:
        """The host has begun with nothing in memory: whoever waits there for others is forgotten, and asks again."""
        return _pack((BEGUN,))

    def event(self, topic: str, number: int, event: Any) -> bytes:
        """An event of a topic. `number` is that of the `Post` of this gateway whose answer tells it already, or 0."""
        return _pack((EVENT, topic, number, event))

    def read_value(self, value: Any) -> Any:
        """The answer or event that was written: a map, a `Refusal` or a `Message`."""
        return _revived(value) if type(value) is msgpack.ExtType else value


def _fields_of(command: Any) -> Any:
    if type(command) is Asked:
        return (command.player, command.name, command.request.__dict__)
    if type(command) is PlaceHold:
        # A connection means nothing elsewhere.
        return command._replace(origin=None)
    return command


def _plain(fields: tuple[Any, ...]) -> Any:
    if msgpack.ExtType in map(type, fields):
        return [_revived(one) if type(one) is msgpack.ExtType else one for one in fields]
    return fields


def _revived(extension: Any) -> Any:
    value = msgpack.unpackb(extension.data, use_list=False, strict_map_key=False)
    if extension.code == _REFUSAL:
        return Refusal(Code(value[0]), value[1])
    if extension.code == _MESSAGE:
        return _REPLIES[value["t"]](value)
    raise ValueError(f"nothing is known by extension {extension.code}")


def _extension(value: Any) -> Any:
    if type(value) is Refusal:
        return msgpack.ExtType(_REFUSAL, _pack_inner((value.code.value, value.evidence)))
    if isinstance(value, Message):
        return msgpack.ExtType(_MESSAGE, _pack_inner(value.__dict__))
    raise TypeError(f"{type(value).__name__} does not go to another process")


def _map_of(value: Any) -> Any:
    if isinstance(value, Message):
        return value.__dict__
    raise TypeError(f"{type(value).__name__} does not go to another process")


_pack: Final[Callable[[Any], bytes]] = msgpack.Packer(default=_extension).pack
_pack_inner: Final[Callable[[Any], bytes]] = msgpack.Packer(default=_map_of).pack
_REPLIES: Final[dict[str, Callable[[Any], Message]]] = {
    model.model_fields["t"].default: model.__pydantic_validator__.validate_python
    for model in (*CORE_REPLIES, *GAME_REPLIES)
}
