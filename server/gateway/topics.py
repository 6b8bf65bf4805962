"""The streams that somebody watches, watched, or is about to watch."""

from collections.abc import Iterator
from typing import Final

from actors.runtime.ref import Ref
from protocol.ids import PlayerId
from server.gateway.backend import Interest
from server.gateway.streams import JACKPOT_PREFIX, TABLE_PREFIX, WALLET
from server.gateway.topic import Topic

WALLET_EVENTS_MAX: Final = 64
"""Events of one wallet that are kept: its snapshot is small, and there are many wallets."""


class Topics:
    """Topics by name. One that nobody watches is kept for `idle_seconds`, for whoever resumes.

    `interest` is told which ones there are, where events do not come unasked.
    """

    def __init__(self, events_max: int, idle_seconds: float, interest: Interest | None = None) -> None:
        self._events_max = events_max
        self._idle_seconds = idle_seconds
        self._interest = interest
        self._topics: dict[str, Topic] = {}
        self._tables: dict[str, Topic] = {}
        self._idle_since: dict[Topic, float] = {}

    def find(self, name: str) -> Topic | None:
        """The topic, if anybody cares."""
        return self._topics.get(name)

    def of(self, stream: str, player: PlayerId) -> Topic:
        """The topic of a stream as this player names it, made if it is not there, and about to be watched."""
        if stream == WALLET:
            topic = self._wallet(player)
        else:
            topic = self._jackpot(stream) if stream.startswith(JACKPOT_PREFIX) else self._table(stream)
        self._idle_since.pop(topic, None)
        return topic

    def tables(self) -> Iterator[Topic]:
        """Those of tables."""
        return iter(self._tables.values())

    def table(self, table: str) -> Topic | None:
        """A table's."""
        return self._tables.get(TABLE_PREFIX + table)

    def rest(self, topic: Topic, now: float) -> None:
        """Somebody stopped watching it."""
        if topic.idle:
            self._idle_since.pop(topic, None)
            self._idle_since[topic] = now

    def forget(self, now: float) -> None:
        """Drop those that nobody came back to."""
        while self._idle_since:
            topic = next(iter(self._idle_since))
            if self._idle_since[topic] > now - self._idle_seconds:
                return
            del self._idle_since[topic]
            del self._topics[topic.name]
            self._tables.pop(topic.name, None)
            if self._interest is not None:
                self._interest.unwatch(topic.ref)

    def __len__(self) -> int:
        return len(self._topics)

    def _wallet(self, player: PlayerId) -> Topic:
        name = f"wallet:{player}"
        topic = self._topics.get(name)
        if topic is None:
            events_max = min(self._events_max, WALLET_EVENTS_MAX)
            topic = self._topics[name] = Topic(name, WALLET, Ref("wallet", player), events_max)
            self._began(topic)
        return topic

    def _table(self, stream: str) -> Topic:
        topic = self._topics.get(stream)
        if topic is None:
            topic = Topic(stream, stream, Ref("table", stream.removeprefix(TABLE_PREFIX)), self._events_max)
            self._topics[stream] = self._tables[stream] = topic
            self._began(topic)
        return topic

    def _jackpot(self, stream: str) -> Topic:
        topic = self._topics.get(stream)
        if topic is None:
            topic = Topic(stream, stream, Ref("jackpot", stream.removeprefix(JACKPOT_PREFIX)), self._events_max)
            self._topics[stream] = topic
            self._began(topic)
        return topic

    def _began(self, topic: Topic) -> None:
        if self._interest is not None:
            self._interest.watch(topic.ref)
