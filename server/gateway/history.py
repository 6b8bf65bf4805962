"""The last events of one stream: what a client missed is in here whole, or it is not in here."""

from collections import deque
from enum import Enum
from typing import Final, NamedTuple

from server.gateway.backend import Event

UNKNOWN: Final = -1


class Position(NamedTuple):
    """Event `seq` of the tenure `epoch` of a stream; compares as time does."""

    epoch: int
    seq: int


class Order(Enum):
    """How an event stands to the one before it. The first of all is the next, and so is nothing in a new epoch."""

    NEXT = "next"
    OLD = "old"
    GAP = "gap"


class History:
    """A gap-free, bounded run of events up to (`epoch`, `seq`), which are `UNKNOWN` before the first.

    Of what came after a position it says everything or, by `None`, nothing.
    """

    __slots__ = ("_events", "epoch", "seq")

    def __init__(self, events_max: int) -> None:
        self._events: deque[Event] = deque(maxlen=events_max)
        self.epoch = UNKNOWN
        self.seq = UNKNOWN

    @property
    def last(self) -> Position:
        """The position of the newest event."""
        return Position(self.epoch, self.seq)

    def begin(self, position: Position) -> None:
        """Nothing is known before this position."""
        self._events.clear()
        self.epoch, self.seq = position

    def forget(self) -> None:
        """Something after the newest event may be missing: nothing is known."""
        self.begin(Position(UNKNOWN, UNKNOWN))

    def append(self, epoch: int, seq: int, event: Event) -> Order:
        """Keep an event, unless it is old; after a gap what was kept before is worth nothing and is dropped."""
        if epoch == self.epoch and seq == self.seq + 1:
            self._events.append(event)
            self.seq = seq
            return Order.NEXT
        if (epoch, seq) <= (self.epoch, self.seq):
            return Order.OLD
        order = Order.NEXT if self.epoch == UNKNOWN else Order.GAP
        self._events.clear()
        self._events.append(event)
        self.epoch, self.seq = epoch, seq
        return order

    def after(self, position: Position) -> list[Event] | None:
        """Every event after this position, or nothing when some of them are not here."""
        if position.epoch != self.epoch:
            return None
        missed = self.seq - position.seq
        if missed < 0 or missed > len(self._events):
            return None
        return list(self._events)[len(self._events) - missed :]
