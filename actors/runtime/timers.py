"""The deadlines of a host's actors, earliest first."""

import heapq

from actors.runtime.ref import Ref


class Timers:
    """Who wants to be woken when (ms). Asking again for the same time changes nothing, so actors may ask every turn."""

    __slots__ = ("_asked", "_heap", "_set")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Ref]] = []
        self._set: set[tuple[int, Ref]] = set()
        self._asked = 0

    def __len__(self) -> int:
        return len(self._heap)

    def set(self, at: int, ref: Ref) -> None:
        """Wake this actor then."""
        if (at, ref) in self._set:
            return
        self._set.add((at, ref))
        self._asked += 1
        heapq.heappush(self._heap, (at, self._asked, ref))

    def next(self) -> int | None:
        """When the next one is due."""
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: int) -> list[tuple[int, Ref]]:
        """Those whose time has come, which are set no longer; in the order of their times, and then of asking."""
        due: list[tuple[int, Ref]] = []
        while self._heap and self._heap[0][0] <= now:
            at, _, ref = heapq.heappop(self._heap)
            self._set.discard((at, ref))
            due.append((at, ref))
        return due

    def clear(self) -> None:
        """Nobody wants to be woken."""
        self._heap.clear()
        self._set.clear()
