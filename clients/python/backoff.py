"""How long to wait before trying again: longer each time, up to a limit, and never all clients at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

DOUBLINGS_MAX: Final = 30


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses of "equal jitter": half of one that doubles from `first_seconds` to `seconds_max`, the rest by chance.

    `chance` gives numbers from 0 to 1.
    """

    first_seconds: float
    seconds_max: float
    chance: Callable[[], float]

    def pause_seconds(self, attempt: int) -> float:
        """The pause after so many failed attempts, the first of which is number 0."""
        pause = min(self.seconds_max, self.first_seconds * float(1 << min(attempt, DOUBLINGS_MAX)))
        return pause * (1 + self.chance()) / 2
