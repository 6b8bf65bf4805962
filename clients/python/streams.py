"""How far a client has seen each stream, and whether something was missed."""

from enum import Enum, auto
from typing import Final

AHEAD_MAX: Final = 1_024
"""Positions that replies may be ahead of the pushes of their stream; one more and something was missed."""


class Step(Enum):
    """What one more position means."""

    NEXT = auto()
    OLD = auto()
    MISSED = auto()


class Position:
    """The last event seen of one stream. A stream that missed something is lost until it begins again."""

    __slots__ = ("_ahead", "epoch", "lost", "seq")

    def __init__(self) -> None:
        self.epoch = 0
        self.seq = 0
        self.lost = True
        """Nothing is known: the stream has not begun, or an event was missed."""
        self._ahead: set[int] = set()

    def begin(self, epoch: int, seq: int) -> None:
        """What comes after (epoch, seq) is new: the server said where the stream stands, or sent the whole of it."""
        self.epoch = epoch
        self.seq = seq
        self.lost = False
        self._ahead.clear()

    def lose(self) -> None:
        """What was seen is worth nothing: the stream must begin again."""
        self.lost = True
        self._ahead.clear()

    def snapshot(self, epoch: int, seq: int) -> Step:
        """The whole state as of (epoch, seq): begins the stream there, unless more than that was seen."""
        if not self.lost and (epoch, seq) < (self.epoch, self.seq):
            return Step.OLD
        self.begin(epoch, seq)
        return Step.NEXT

    def event(self, epoch: int, seq: int) -> Step:
        """A pushed event: `NEXT` exactly once for each of a stream, `MISSED` once when there is a hole before it."""
        if epoch == self.epoch and not self.lost:
            if seq == self.seq + 1:
                self.seq = seq
                return Step.NEXT
            if seq <= self.seq:
                return Step.OLD
        elif self.lost or epoch < self.epoch:
            return Step.OLD
        self.lose()
        return Step.MISSED

    def unordered(self, epoch: int, seq: int) -> Step:
        """An event of a stream whose events come by replies as well as by pushes, so that two may have changed places.

        A later epoch begins the stream anew. `MISSED` only when a hole stays open for `AHEAD_MAX` positions.
        """
        if epoch == self.epoch and not self.lost:
            if seq == self.seq + 1:
                self.seq = seq
                if self._ahead:
                    self._catch_up()
                return Step.NEXT
            if seq <= self.seq or seq in self._ahead:
                return Step.OLD
            if len(self._ahead) < AHEAD_MAX:
                self._ahead.add(seq)
                return Step.NEXT
            self.begin(epoch, seq)
            return Step.MISSED
        if not self.lost and epoch < self.epoch:
            return Step.OLD
        self.begin(epoch, seq)
        return Step.NEXT

    def _catch_up(self) -> None:
        while self.seq + 1 in self._ahead:
            self.seq += 1
            self._ahead.remove(self.seq)
