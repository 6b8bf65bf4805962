"""Who watches the tables at which it matters: there a player who goes without a word is given more time."""

from collections import Counter
from collections.abc import Container

from protocol.commands import Reached
from protocol.ids import PlayerId
from server.gateway.backend import Backend
from server.gateway.topic import Topic


class Attendance:
    """Tells `tables` when the first connection of a player begins to watch them, and when the last one has stopped."""

    def __init__(self, backend: Backend, tables: Container[str]) -> None:
        self._backend = backend
        self._tables = tables
        self._connections: Counter[tuple[Topic, PlayerId]] = Counter()

    def came(self, topic: Topic, player: PlayerId) -> None:
        """A connection of a player watches a stream."""
        if topic.ref.key not in self._tables:
            return
        self._connections[topic, player] += 1
        if self._connections[topic, player] == 1:
            self._backend.post(topic.ref, Reached(player, is_here=True), None)

    def went(self, topic: Topic, player: PlayerId) -> None:
        """It does not any more."""
        if topic.ref.key not in self._tables:
            return
        self._connections[topic, player] -= 1
        if self._connections[topic, player] < 1:
            del self._connections[topic, player]
            self._backend.post(topic.ref, Reached(player, is_here=False), None)
