"""How much a process does at present, from counters that only grow."""

from collections.abc import Callable, Mapping
from typing import Final

INTERVAL_SECONDS: Final = 1.0


class Throughput:
    """Differences of counters over about the last second; `read` gives them. `advance` is called from time to time."""

    def __init__(self, read: Callable[[], Mapping[str, float]], now: float) -> None:
        self._read = read
        self._at = now
        self._last = dict(read())
        self.per_second: dict[str, float] = dict.fromkeys(self._last, 0.0)

    def advance(self, now: float) -> None:
        """Look at the counters, if it is time. `now` in monotonic seconds."""
        elapsed = now - self._at
        if elapsed < INTERVAL_SECONDS:
            return
        current = dict(self._read())
        self.per_second = {name: (value - self._last[name]) / elapsed for name, value in current.items()}
        self._at, self._last = now, current
