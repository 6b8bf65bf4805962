"""The gateway by itself: how fast it fans events out, and what an idle connection costs it."""

import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from server.bench.child import Child, DidNotWork
from server.bench.ground import Ground

EVENT_BYTES: Final = 100
EVENT_FRAME_BYTES: Final = EVENT_BYTES + 2
"""A server's frame of so short a message has a head of two bytes (RFC 6455, 5.2)."""
ANSWER_SECONDS_MAX: Final = 120.0
FILES_SPARE: Final = 64
WARM_UP_EVENTS: Final = 10
TABLE: Final = "bench"


class Fanout:
    """Events of one table to everyone who watches it, counted where they arrive."""

    name = "fanout"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Deliveries a second, from the first push to the last byte at the last client."""
        sockets, events = ground.plan.fanout_sockets, ground.plan.fanout_events
        with ground.folder() as folder, _front(folder) as (front, url), _crowd(folder, url, sockets, TABLE) as crowd:
            bytes_before = WARM_UP_EVENTS * sockets * EVENT_FRAME_BYTES
            _push(front, crowd, WARM_UP_EVENTS, bytes_before)
            seconds = _push(front, crowd, events, bytes_before + events * sockets * EVENT_FRAME_BYTES)
        return {"fanout_rate": events * sockets / seconds}


def _push(front: Child, crowd: Child, events: int, bytes_after: int) -> float:
    """Push events, and return the seconds until the clients have had so many bytes since they came."""
    crowd.tell({"bytes": bytes_after})
    front.tell({"do": "push", "events": events, "bytes": EVENT_BYTES})
    pushed, received = front.hear(ANSWER_SECONDS_MAX), crowd.hear(ANSWER_SECONDS_MAX)
    if received["bytes"] != bytes_after:
        raise DidNotWork(f"{events} events came otherwise than they were sent: {pushed}, {received}")
    seconds: float = received["last_at"] - pushed["first_at"]
    return seconds


class Connections:
    """Many clients log in and are silent."""

    name = "connections"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Resident memory of the gateway's process per connection; the kernel's buffers of a socket are not in it."""
        wanted = ground.plan.idle_connections
        allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        if allowed < wanted + FILES_SPARE:
            raise DidNotWork(f"a process may open {allowed} files here; {wanted} connections need ulimit -n to be more")
        with ground.folder() as folder, _front(folder) as (front, url):
            before = _memory(front)
            with _crowd(folder, url, wanted, None):
                after = _memory(front)
        return {"connection_memory": (after - before) / wanted}


@contextmanager
def _front(folder: Path) -> Iterator[tuple[Child, str]]:
    with Child("front", ("-m", "server.native", "server.bench.front"), folder) as front:
        yield front, front.hear(ANSWER_SECONDS_MAX)["ws"]


@contextmanager
def _crowd(folder: Path, url: str, connections: int, table: str | None) -> Iterator[Child]:
    options = ("--url", url, "--connections", str(connections), *(("--table", table) if table else ()))
    with Child("crowd", ("-m", "server.native", "server.bench.crowd", *options), folder) as crowd:
        present = crowd.hear(ANSWER_SECONDS_MAX)["ready"]
        if present != connections:
            raise DidNotWork(f"of {connections} clients {present} are there")
        yield crowd


def _memory(front: Child) -> int:
    front.tell({"do": "memory"})
    resident: int = front.hear(ANSWER_SECONDS_MAX)["bytes"]
    return resident
