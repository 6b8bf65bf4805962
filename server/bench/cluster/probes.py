"""A prober beside a cluster, and what its figures come to."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from server.bench.child import Child
from server.bench.cluster.ground import Cluster

PROBER: Final = ("-m", "server.bench.cluster.prober")
ARRIVAL_SECONDS_MAX: Final = 120.0
ANSWER_SECONDS_MAX: Final = 120.0


class Probes:
    """Bets that are put on every table all the time; see `server.bench.cluster.prober`."""

    def __init__(self, child: Child) -> None:
        self._child = child

    def after(self, instant: float) -> list[float]:
        """Milliseconds from an instant until each table has accepted a bet that was sent after it."""
        return self._ask({"do": "after", "at": instant})

    def gaps(self, begin: float, end: float) -> list[float]:
        """The longest time in milliseconds that each table accepted nothing, around an interval."""
        return self._ask({"do": "gaps", "from": begin, "until": end})

    def _ask(self, order: dict[str, object]) -> list[float]:
        self._child.tell(order)
        found: list[float] = self._child.hear(ANSWER_SECONDS_MAX)["ms"]
        return found


@contextlib.contextmanager
def probing(folder: Path, cluster: Cluster, tables: Sequence[str], pause: float) -> Iterator[Probes]:
    """Bets on these tables until the end of the block, each `pause` seconds after the one before was accepted."""
    arguments = (*PROBER, "--url", cluster.url, "--tables", ",".join(tables), "--pause", str(pause))
    with Child("prober", arguments, folder) as child:
        child.hear(ARRIVAL_SECONDS_MAX)
        yield Probes(child)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that so many of them do not exceed; `share` is above 0, at most 1."""
    return sorted(values)[math.ceil(share * len(values)) - 1]
