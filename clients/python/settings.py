"""The limits of a client's patience."""

from dataclasses import dataclass
from typing import Final

EVENT_BYTES_MAX: Final = 1 << 20
"""The largest message that is taken from a server."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every wait and queue of a `Client`."""

    answer_seconds_max: float = 30.0
    """From asking to giving up on the answer, reconnects and repetitions included."""
    connect_seconds_max: float = 10.0
    """From opening a socket to being logged in."""
    offline_seconds_max: float = 300.0
    """How long a client tries to come back before it closes for good."""
    first_pause_seconds: float = 0.1
    pause_seconds_max: float = 5.0
    """The pauses between attempts, to connect or to repeat a request, grow from the first to the last of these."""
    repeats_max: int = 20
    """Times that one request is repeated because the server said that it may be."""
    events_max: int = 1_024
    """Events that wait for a slow reader of a stream; then they are dropped, and it goes on from a snapshot."""
