"""How busy the shards of a host are: turns a second of each, of which the older ones count less and less."""

from collections.abc import Collection, Sequence
from typing import Final

from protocol.ids import ShardId

HALF_LIFE_SECONDS: Final = 30.0
"""What was counted so long ago counts half: longer than a round at a table, whose bets come all at once."""
KNOWN_SECONDS_MIN: Final = 5.0
"""A shard that was here for less says nothing yet."""
LOAD_MIN: Final = 1.0
"""Turns a second that are worth a word: most shards have fewer, and are not spoken of."""
TOLD_MAX: Final = 1_024
"""Shards that are spoken of: those that are busiest."""


class _Seen:
    """A shard since it is here. `part` is how much of what will ever be known is known: the rate is low by as much."""

    __slots__ = ("counted", "part", "rate", "since")

    def __init__(self, counted: int, since: float) -> None:
        self.counted = counted
        self.since = since
        self.rate = 0.0
        self.part = 0.0


class Loads:
    """Reads `turns`, which has a count for each shard that only grows, whenever it is told to `advance`."""

    def __init__(self, turns: Sequence[int], now: float) -> None:
        """`now` in monotonic seconds, here and below."""
        self._turns = turns
        self._at = now
        self._seen: dict[ShardId, _Seen] = {}

    def advance(self, owned: Collection[ShardId], now: float) -> None:
        """Look at the counts of the shards that are here; what is known of others is forgotten."""
        elapsed = now - self._at
        if elapsed <= 0:
            return
        self._at = now
        kept = 0.5 ** (elapsed / HALF_LIFE_SECONDS)
        before, self._seen = self._seen, {}
        for shard in owned:
            count = self._turns[shard]
            seen = before.get(shard)
            if seen is None:
                seen = _Seen(count, now)
            else:
                seen.rate = seen.rate * kept + (count - seen.counted) / elapsed * (1 - kept)
                seen.part = seen.part * kept + 1 - kept
                seen.counted = count
            self._seen[shard] = seen

    def told(self) -> dict[ShardId, int]:
        """Turns a second, of the shards that have some and were here for long enough to know."""
        loads = {
            shard: round(seen.rate / seen.part)
            for shard, seen in self._seen.items()
            if self._at - seen.since >= KNOWN_SECONDS_MIN and seen.rate >= LOAD_MIN * seen.part
        }
        if len(loads) <= TOLD_MAX:
            return loads
        return dict(sorted(loads.items(), key=lambda one: -one[1])[:TOLD_MAX])
