"""How long requests took: a histogram that costs the same for a thousand as for a billion."""

from array import array
from typing import Final

FINE_SECONDS: Final = 0.00001
FINE_BUCKETS: Final = 100_000
"""Ten-microsecond buckets up to one second."""
COARSE_SECONDS: Final = 0.01
COARSE_BUCKETS: Final = 60_000
"""Ten-millisecond buckets up to ten minutes; what took longer is counted in the last."""
_FINE_PER_SECOND: Final = round(1 / FINE_SECONDS)
_COARSE_PER_SECOND: Final = round(1 / COARSE_SECONDS)
_MS_PER_SECOND: Final = 1_000


class Latencies:
    """Counts of durations. A percentile is exact to ten microseconds below one second, to ten milliseconds above."""

    __slots__ = ("_coarse", "_fine", "count", "seconds_max")

    def __init__(self) -> None:
        self._fine = array("Q", bytes(8 * FINE_BUCKETS))
        self._coarse = array("Q", bytes(8 * COARSE_BUCKETS))
        self.count = 0
        self.seconds_max = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        self.count += 1
        self.seconds_max = max(self.seconds_max, seconds)
        bucket = int(seconds * _FINE_PER_SECOND)
        if bucket < FINE_BUCKETS:
            self._fine[bucket] += 1
        else:
            self._coarse[min(int(seconds * _COARSE_PER_SECOND), COARSE_BUCKETS - 1)] += 1

    def percentile_ms(self, percent: float) -> float:
        """Milliseconds within which this share of all was done: the upper edge of its bucket; 0 when there is none."""
        wanted = self.count * percent / 100
        seen = 0
        for buckets, seconds in ((self._fine, FINE_SECONDS), (self._coarse, COARSE_SECONDS)):
            for index, counted in enumerate(buckets):
                if counted:
                    seen += counted
                    if seen >= wanted:
                        return min((index + 1) * seconds, self.seconds_max) * _MS_PER_SECOND
        return 0.0

    def summary_ms(self) -> dict[str, float]:
        """The percentiles of a report, and the maximum, in milliseconds."""
        percents = {"p50": 50.0, "p95": 95.0, "p99": 99.0}
        return {name: round(self.percentile_ms(percent), 3) for name, percent in percents.items()} | {
            "max": round(self.seconds_max * _MS_PER_SECOND, 3)
        }
