"""What may go wrong at a commit, chosen by whoever runs the simulation."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Protocol

from persistence.interfaces import Batch


class Fault(Enum):
    """One thing that may happen to a commit."""

    NONE = auto()
    """It is written, or refused, and the answer arrives."""
    REPLY_LOST = auto()
    """It is written, or refused as fenced, and the answer is lost: `Unknown`."""
    ABORTED = auto()
    """The connection is lost before it was written: `Unknown`."""
    UNAVAILABLE = auto()
    """There is no connection to begin with: `Unavailable`."""
    CRASH_BEFORE = auto()
    """The process dies before it was written: `Crash`."""
    CRASH_AFTER = auto()
    """The process dies right after it was written: `Crash`."""


class Crash(BaseException):
    """The process that committed is dead; not an `Exception`, because nothing in that process may handle it."""

    def __init__(self, batch: Batch, *, written: bool) -> None:
        self.batch = batch
        self.written = written
        super().__init__(
            f"died {'after' if written else 'before'} batch {batch.seq} of epoch {batch.epoch} was written"
        )


class Faults(Protocol):
    """Asked once at each commit."""

    def at_commit(self, batch: Batch) -> Fault:
        """What happens to this one."""


class NoFaults:
    """Nothing goes wrong."""

    def at_commit(self, batch: Batch) -> Fault:
        """See `Faults.at_commit`."""
        return Fault.NONE


class PlannedFaults:
    """The commits meet these faults in order, and none after the last."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults = iter(faults)

    def at_commit(self, batch: Batch) -> Fault:
        """See `Faults.at_commit`."""
        return next(self._faults, Fault.NONE)
