"""A link between two processes, without I/O: two streams of messages that carry each other's acknowledgements.

One end calls, the other answers; messages go both ways, in calls and in answers to calls. Each stream has its own
numbers: what arrives twice is dropped, what arrives early waits, and what was not acknowledged is kept, so that it can
be sent again. A link lasts as long as both ends remember it. When one has forgotten, a new one begins, and whoever
sends decides what is said again: an acknowledged message was received, not handled.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any, Final, NamedTuple

import msgpack

Message = tuple[Any, ...]
"""What arrives: the msgpack array that was sent. What was no array, or an empty one, comes as `(None, what it was)`."""

CallId = tuple[int, int]
"""Which call of which link."""

MESSAGES_MAX: Final = 50_000
"""Messages of one direction that are not acknowledged: a link that is full takes no more."""
CALL_MESSAGES_MAX: Final = 4_000
CALL_BYTES_MAX: Final = 1 << 20
"""What one call, or its answer, carries at most; a single message may be longer."""
UNPACK_BYTES_MAX: Final = 1 << 26


class Says(IntEnum):
    """How a call was taken."""

    TAKEN = 0
    UNKNOWN = 1
    """This end does not know the link (any more): begin another one."""


class Call(NamedTuple):
    """What precedes the messages of a call.

    `caller` is a process and `number` counts its links; `callee` is the process that is called, if it was heard of
    already. `nth` counts the calls of the link; those before `oldest` are over: what their answers carried has come
    by now, or never will. `first` is the number of the first message, `received` the last one that came from the other
    end.
    """

    caller: str
    number: int
    callee: str
    nth: int
    oldest: int
    first: int
    received: int


class Answer(NamedTuple):
    """What precedes the messages of an answer; the fields as in `Call`."""

    says: int
    callee: str
    first: int
    received: int


class Outgoing:
    """Messages that are sent until they are acknowledged."""

    __slots__ = ("_acknowledged", "_messages", "_sent", "messages_max")

    def __init__(self, messages_max: int = MESSAGES_MAX) -> None:
        self.messages_max = messages_max
        self._messages: deque[bytes] = deque()
        self._acknowledged = 0
        self._sent = 0
        """Of the messages that are kept, how many are on their way."""

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def has_unsent(self) -> bool:
        """Whether something waits for the next call."""
        return self._sent < len(self._messages)

    def add(self, message: bytes) -> bool:
        """Have a message sent; says no when too many are not acknowledged."""
        if len(self._messages) >= self.messages_max:
            return False
        self._messages.append(message)
        return True

    def take(self) -> tuple[int, list[bytes]]:
        """The number of the first message to send now, and the messages."""
        first = self._acknowledged + self._sent + 1
        taken: list[bytes] = []
        size = 0
        if self._sent == 0:
            waiting: Iterable[bytes] = self._messages
        else:
            waiting = [self._messages[at] for at in range(self._sent, self._end())]
        for message in waiting:
            size += len(message)
            if taken and (len(taken) >= CALL_MESSAGES_MAX or size > CALL_BYTES_MAX):
                break
            taken.append(message)
        self._sent += len(taken)
        return first, taken

    def _end(self) -> int:
        return min(len(self._messages), self._sent + CALL_MESSAGES_MAX)

    def acknowledge(self, received: int) -> None:
        """The other end has everything up to this number."""
        for _ in range(min(received - self._acknowledged, self._sent)):
            self._messages.popleft()
            self._acknowledged += 1
            self._sent -= 1

    def rewind(self) -> None:
        """What is on its way may be lost: it is to be sent again."""
        self._sent = 0

    def clear(self) -> list[bytes]:
        """Forget all numbers, and give back what was not acknowledged."""
        kept = list(self._messages)
        self._messages.clear()
        self._acknowledged = self._sent = 0
        return kept


class Incoming:
    """Messages that arrive, each once and in order."""

    __slots__ = ("_early", "_early_count", "messages_max", "received")

    def __init__(self, messages_max: int = MESSAGES_MAX) -> None:
        self.messages_max = messages_max
        self.received = 0
        """The number of the last message before which none is missing."""
        self._early: dict[int, list[Message]] = {}
        self._early_count = 0

    def take(self, first: int, messages: list[Message]) -> list[Message]:
        """Those that are next in order, now that these have arrived."""
        if first > self.received + 1:
            if messages and first not in self._early and self._early_count + len(messages) <= self.messages_max:
                self._early[first] = messages
                self._early_count += len(messages)
            return []
        taken = messages[self.received + 1 - first :]
        self.received += len(taken)
        while self._early and (at := min(self._early)) <= self.received + 1:
            early = self._early.pop(at)
            self._early_count -= len(early)
            fresh = early[self.received + 1 - at :]
            self.received += len(fresh)
            taken += fresh
        return taken


class Calling:
    """The end that calls. `caller` is the name of its process, which no other process ever has; its links take their
    numbers from `numbers`, which only grow."""

    __slots__ = ("_callee", "_caller", "_incoming", "_index", "_number", "_numbers", "_under_way", "outgoing")

    def __init__(self, caller: str, numbers: Iterator[int], messages_max: int = MESSAGES_MAX) -> None:
        self._caller = caller
        self._numbers = numbers
        self._number = next(numbers)
        self._callee = ""
        self._index = 0
        self._under_way: set[int] = set()
        self._incoming = Incoming(messages_max)
        self.outgoing = Outgoing(messages_max)

    def call(self) -> tuple[CallId, bytes]:
        """The next call, with what waits."""
        self._index = index = self._index + 1
        self._under_way.add(index)
        first, messages = self.outgoing.take()
        header = Call(
            self._caller, self._number, self._callee, index, min(self._under_way), first, self._incoming.received
        )
        return (self._number, index), _joined(header, messages)

    def answered(self, call: CallId, payload: bytes) -> list[Message] | None:
        """What has come with the answer to a call; nothing at all: a new link must `begin`. Raises `ValueError`."""
        header, messages = _parted(payload)
        if len(header) != len(Answer._fields):
            raise ValueError("not an answer of a link")
        answer = Answer(*header)
        if call[0] != self._number:
            return []
        self._under_way.discard(call[1])
        if answer.says == Says.UNKNOWN or self._callee not in ("", answer.callee):
            return None
        self._callee = answer.callee
        self.outgoing.acknowledge(answer.received)
        if not self._under_way:
            self.outgoing.rewind()
        return self._incoming.take(answer.first, messages)

    def lost(self, call: CallId) -> None:
        """A call was not answered: it may have arrived, and its answer may have been on the way."""
        if call[0] == self._number:
            self._under_way.discard(call[1])
            self.outgoing.rewind()

    def begin(self) -> list[bytes]:
        """Begin another link. Returns what the last one did not acknowledge; it is not sent unless it is added."""
        self._number = next(self._numbers)
        self._callee = ""
        self._under_way.clear()
        self._incoming = Incoming(self._incoming.messages_max)
        return self.outgoing.clear()


class Called:
    """The end that is called, for one link of one caller. `callee` is the name of its process."""

    __slots__ = ("_callee", "_carried", "_incoming", "number", "outgoing")

    def __init__(self, callee: str, number: int, messages_max: int = MESSAGES_MAX) -> None:
        self._callee = callee
        self.number = number
        self._carried: deque[tuple[int, int]] = deque()
        """(the number of the last message, the call whose answer carried it), in the order of the numbers."""
        self._incoming = Incoming(messages_max)
        self.outgoing = Outgoing(messages_max)

    def called(self, call: Call, messages: list[Message]) -> list[Message]:
        """What has come with a call."""
        carried = self._carried
        self.outgoing.acknowledge(call.received)
        while carried and carried[0][0] <= call.received:
            carried.popleft()
        if any(index < call.oldest for _, index in carried):
            self.outgoing.rewind()
            carried.clear()
        return self._incoming.take(call.first, messages)

    def answer(self, index: int) -> bytes:
        """The answer to a call, with what waits."""
        first, messages = self.outgoing.take()
        if messages:
            self._carried.append((first + len(messages) - 1, index))
        return _joined(Answer(Says.TAKEN, self._callee, first, self._incoming.received), messages)


def read_call(payload: bytes) -> tuple[Call, list[Message]]:
    """A call and its messages. Raises `ValueError` for what is none."""
    header, messages = _parted(payload)
    if len(header) != len(Call._fields):
        raise ValueError("not a call of a link")
    return Call(*header), messages


def unknown_link(callee: str) -> bytes:
    """The answer to a call of a link that this end does not know."""
    return _joined(Answer(Says.UNKNOWN, callee, 1, 0), [])


def _joined(header: Call | Answer, messages: list[bytes]) -> bytes:
    return b"".join((msgpack.packb(header), *messages))


def _parted(payload: bytes) -> tuple[Message, list[Message]]:
    """Header and messages, each an array that is not empty. Raises `ValueError`."""
    unpacker = msgpack.Unpacker(use_list=False, strict_map_key=False, max_buffer_size=UNPACK_BYTES_MAX)
    try:
        unpacker.feed(payload)
        header, *messages = unpacker
    except (msgpack.UnpackException, msgpack.BufferFull) as error:
        raise ValueError(f"not a frame of a link: {error}") from error
    if type(header) is not tuple:
        raise ValueError("not a frame of a link: it does not begin with an array")
    if not all(messages) or {*map(type, messages)} - {tuple}:
        # They keep their places: the other end has numbered them, and would send all of them again for ever.
        messages = [one if one and type(one) is tuple else (None, one) for one in messages]
    return header, messages
