"""Rate limits: token buckets, told in one number each."""

from typing import Final, Protocol

MS_PER_SECOND: Final = 1_000.0
_ROUNDING_MS: Final = 0.002
"""What a sum of floats as large as the time of day may be off by."""


class Bucket:
    """At most `per_second` on average and `burst` at once.

    The generic cell rate algorithm: `full_at` is when (ms) the bucket will have refilled; taking a token moves it one
    interval further, and it may be at most `burst` intervals ahead of the clock.
    """

    __slots__ = ("_ahead_ms_max", "full_at", "interval_ms")

    def __init__(self, per_second: float, burst: int) -> None:
        self.interval_ms = MS_PER_SECOND / per_second
        self._ahead_ms_max = self.interval_ms * (burst - 1) + _ROUNDING_MS
        self.full_at = 0.0

    def take(self, now_ms: float) -> bool:
        """Take a token, if there is one."""
        full_at = self.full_at
        if full_at < now_ms:
            self.full_at = now_ms + self.interval_ms
            return True
        if full_at - now_ms > self._ahead_ms_max:
            return False
        self.full_at = full_at + self.interval_ms
        return True


class Takes(Protocol):
    """Anything that tokens can be taken from."""

    def take(self, now_ms: float) -> bool:
        """Take a token, if there is one."""
