"""The last events of one stream: what a client missed is in here whole, or it is not in here."""

from collections import deque
from typing import NamedTuple

from server.gateway.backend import Event


class Position(NamedTuple):
    """Event `seq` of the tenure `epoch` of a stream; compares as time does."""

    epoch: int
    seq: int


class History:
    """A gap-free, bounded run of events. Of what came after a position it says everything or, by `None`, nothing."""

    __slots__ = ("_events", "last")

    def __init__(self, events_max: int) -> None:
        self._events: deque[Event] = deque(maxlen=events_max)
        self.last: Position | None = None

    def begin(self, position: Position) -> None:
        """Nothing is known before this position."""
        self._events.clear()
        self.last = position

    def append(self, position: Position, event: Event) -> bool:
        """Keep an event; false when something is missing between the one before and this."""
        last = self.last
        follows = last is None or (position.epoch == last.epoch and position.seq == last.seq + 1)
        if not follows:
            self._events.clear()
        self._events.append(event)
        self.last = position
        return follows

    def after(self, position: Position) -> list[Event] | None:
        """Every event after this position, or nothing when some of them are not here."""
        last = self.last
        if last is None or position.epoch != last.epoch:
            return None
        missed = last.seq - position.seq
        if missed < 0 or missed > len(self._events):
            return None
        return list(self._events)[len(self._events) - missed :]
