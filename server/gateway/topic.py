"""One stream and those who watch it: who gets the next event at once, and who must first be brought up to date."""

from collections.abc import Callable
from typing import Final, Protocol

from actors.runtime.ref import Ref
from protocol.ids import PlayerId
from protocol.model import Message
from server.gateway.backend import Event
from server.gateway.history import UNKNOWN, History, Position

ASKS_MAX: Final = 3
"""Snapshots in a row that were too old when they came; then the next sweep asks again."""


NOTHING_SEEN: Final = Position(UNKNOWN - 1, 0)
"""No stream ever stands here, not even one of which nothing is known."""


class Watcher(Protocol):
    """A connection, as the hub sees it."""

    write: Callable[[bytes], None]
    """Straight to the socket: for events while it is not paused, when there is always room."""
    topics: list["Topic"]

    @property
    def player(self) -> PlayerId:
        """Who watches."""

    @property
    def paused(self) -> bool:
        """Whether its socket takes no more for now."""

    def send(self, frame: bytes) -> None:
        """Send a frame; one that is too slow to take all that was sent to it is closed."""

    def answer(self, message: Message) -> None:
        """Answer a request."""

    def stream_ended(self, stream: str) -> None:
        """A stream that was asked for cannot be watched."""


class Ask:
    """A snapshot that was asked for on behalf of a watcher; `request_id` is that of the `watch` to be answered."""

    __slots__ = ("_answered", "request_id", "topic", "tries", "watcher")

    def __init__(
        self,
        answered: Callable[["Ask", object], None],
        topic: "Topic",
        watcher: Watcher,
        request_id: bytes | None,
        tries: int,
    ) -> None:
        self._answered = answered
        self.topic = topic
        self.watcher = watcher
        self.request_id = request_id
        self.tries = tries

    def __call__(self, answer: object) -> None:
        self._answered(self, answer)


class Topic:
    """A watcher is in exactly one of four groups.

    `live`     gets every event as it comes
    `joining`  has a snapshot of a position that the events have not reached yet, and skips what it contains
    `asking`   waits for a snapshot; events wait in the history
    `stale`    missed events, and a snapshot will be asked for when its socket takes it
    """

    __slots__ = ("_fan", "asking", "history", "holds", "joining", "live", "name", "ref", "stale", "stream", "told")

    def __init__(self, name: str, stream: str, ref: Ref, events_max: int) -> None:
        self.name = name
        self.stream = stream
        self.ref = ref
        self.history = History(events_max)
        self.live: dict[Watcher, Callable[[bytes], None]] = {}
        self.joining: dict[Watcher, Position] = {}
        self.asking: dict[Watcher, Ask] = {}
        self.stale: dict[Watcher, Position] = {}
        """With the last position that each of them may have seen."""
        self.holds = 0
        self.told = 0
        self._fan: tuple[Callable[[bytes], None], ...] | None = ()

    @property
    def count(self) -> int:
        """How many watch."""
        return len(self.live) + len(self.joining) + len(self.asking) + len(self.stale)

    @property
    def idle(self) -> bool:
        """Whether nobody watches, and nobody is about to."""
        return not (self.live or self.joining or self.asking or self.stale or self.holds)

    @property
    def fan(self) -> tuple[Callable[[bytes], None], ...]:
        """How to write to each of the live: a value of its own, since a write may pause its watcher."""
        fan = self._fan
        if fan is None:
            fan = self._fan = tuple(self.live.values())
        return fan

    def go_live(self, watcher: Watcher) -> None:
        """It has everything up to the last event."""
        self.live[watcher] = watcher.write
        self._fan = None

    def missed_nothing(self, watcher: Watcher) -> bool:
        """Whether a stale watcher may go live as it is."""
        return self.stale[watcher] == self.history.last

    def remove(self, watcher: Watcher) -> None:
        """Take it out of its group."""
        if self.live.pop(watcher, None) is not None:
            self._fan = None
        self.joining.pop(watcher, None)
        self.asking.pop(watcher, None)
        self.stale.pop(watcher, None)

    def go_stale(self, watcher: Watcher) -> None:
        """It has missed something, or will miss what comes from here on."""
        seen = self.history.last if watcher in self.live else NOTHING_SEEN
        self.remove(watcher)
        self.stale[watcher] = seen

    def missed_since(self, snapshot: Position) -> list[Event] | None:
        """What must follow a snapshot at once, or nothing when the snapshot is too old to be followed up."""
        history = self.history
        if history.epoch == UNKNOWN:
            history.begin(snapshot)
            return []
        return [] if snapshot > history.last else history.after(snapshot)

    def settle(self, watcher: Watcher, snapshot: Position) -> None:
        """It has the snapshot and what followed: live, or joining when the snapshot is ahead of the events."""
        if snapshot > self.history.last:
            self.joining[watcher] = snapshot
        else:
            self.go_live(watcher)
