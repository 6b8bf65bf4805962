"""When the bots of one process learned the result of a round: the first, the last, and how old it was by then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_MS_PER_SECOND: Final = 1_000


@dataclass(slots=True, eq=False)
class _Round:
    drawn_at_ms: int
    first: float
    last: float
    watchers: int


class ResultFanout:
    """Receipts of draws, by table and round. Times are of the bots' clock, in seconds."""

    def __init__(self) -> None:
        self._rounds: dict[tuple[str, int], _Round] = {}
        self._zero_ms: float | None = None

    def hello(self, now_ms: int, at: float) -> None:
        """The server said what time it was. A delay makes it look earlier, so the latest estimate counts."""
        zero_ms = now_ms - at * _MS_PER_SECOND
        if self._zero_ms is None or zero_ms > self._zero_ms:
            self._zero_ms = zero_ms

    def drawn(self, event: Mapping[str, Any], at: float) -> None:
        """A watcher learned a result."""
        key = (event["stream"], event["round"])
        found = self._rounds.get(key)
        if found is None:
            self._rounds[key] = _Round(event["now_ms"], at, at, 1)
        else:
            found.last = at
            found.watchers += 1

    def summary(self) -> dict[str, Any]:
        """From the first watcher of a round to its last, and from the draw to the last: medians and worst, in ms."""
        if not self._rounds or self._zero_ms is None:
            return {}
        spreads = sorted((found.last - found.first) * _MS_PER_SECOND for found in self._rounds.values())
        ages = sorted(
            self._zero_ms + found.last * _MS_PER_SECOND - found.drawn_at_ms for found in self._rounds.values()
        )
        return {
            "result_fanout_ms": _middle_and_worst(spreads),
            "result_age_ms": _middle_and_worst(ages),
            "rounds": len(spreads),
            "watchers_max": max(found.watchers for found in self._rounds.values()),
        }


def _middle_and_worst(values: list[float]) -> dict[str, float]:
    return {"p50": round(values[(len(values) - 1) // 2], 3), "max": round(values[-1], 3)}
