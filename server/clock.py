"""The time of this machine, which never goes back while we look."""

import time

NANOSECONDS_PER_MS = 1_000_000


class SystemClock:
    """Unix time in milliseconds that never decreases, and monotonic seconds."""

    __slots__ = ("_newest",)

    def __init__(self) -> None:
        self._newest = 0

    def unix_ms(self) -> int:
        """Milliseconds since 1970; after the machine's clock was set back, the newest time seen until it caught up."""
        self._newest = max(self._newest, time.time_ns() // NANOSECONDS_PER_MS)
        return self._newest

    def monotonic(self) -> float:
        """Seconds, for measuring and waiting."""
        return time.monotonic()
