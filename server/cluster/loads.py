"""What the shards of a cluster weigh, from what their hosts say of them."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from actors.runtime.loads import HALF_LIFE_SECONDS
from protocol.ids import ShardId

IDLE_WEIGHT: Final = 10.0
"""What a shard weighs on which nothing is done, in turns a second: it takes memory, and a while to take over."""
FORGOTTEN: Final = 1.0
"""Turns a second below which a load is nothing."""


class Loads:
    """Remembers what was last heard of each shard, also when it has changed hosts or its host is dead.

    A shard that its host has, and does not speak of, is idle, or not there for long enough to say: what was known of it
    fades, as it would if it was idle. `now` gives monotonic seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._known: dict[ShardId, tuple[float, float]] = {}
        """Turns a second, and when that was heard, or had faded to it."""

    def hear(self, owned: Collection[int], loads: Mapping[int, int]) -> None:
        """A host says what it has, and how busy that is: see `actors.runtime.loads`."""
        now = self._now()
        for one in owned:
            shard = ShardId(one)
            said = loads.get(one)
            if said is not None:
                self._known[shard] = (float(said), now)
            elif shard in self._known:
                load, at = self._known[shard]
                faded = load * 0.5 ** ((now - at) / HALF_LIFE_SECONDS)
                if faded < FORGOTTEN:
                    del self._known[shard]
                else:
                    self._known[shard] = (faded, now)

    def load(self, shard: ShardId) -> float:
        """Turns a second."""
        return self._known.get(shard, (0.0, 0.0))[0]

    def weight(self, shard: ShardId) -> float:
        """A `Weight`: what a shard weighs, in turns a second."""
        return IDLE_WEIGHT + self.load(shard)
