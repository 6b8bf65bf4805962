"""What players saw of a fault, and what came of it: one line of the table that is printed at the end."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

COLUMNS: Final = ("fault", "dice: pause, s", "roulette: pause, s", "errors", "refused as fenced", "bets checked")


@dataclass(frozen=True, slots=True)
class Pauses:
    """The longest time without an answer, of each player: the median, the 99th percentile and the most, in seconds."""

    p50: float
    p99: float
    most: float

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p99:.1f} / {self.most:.1f}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`pauses` are by game, `errors` by code; `refused` are batches of whoever did not own a shard any more."""

    fault: str
    pauses: dict[str, Pauses]
    errors: dict[str, int]
    refused: int
    bets: int

    @property
    def row(self) -> tuple[str, ...]:
        """Its line of the table."""
        errors = ", ".join(f"{code}: {count:,}" for code, count in sorted(self.errors.items())) or "none"
        pauses = (str(self.pauses[game]) for game in ("dice", "roulette"))
        return (self.fault, *pauses, errors, f"{self.refused:,}", f"{self.bets:,}")


def pauses_in(journal: Path, began: float, ended: float) -> Pauses:
    """From a bots' journal, for the time from `began` to `ended` (of the machine's clock), which has both its ends."""
    answers: defaultdict[int, list[float]] = defaultdict(lambda: [began])
    text = journal.read_text()
    for line in text[: text.rfind("\n") + 1].splitlines():
        entry = json.loads(line)
        times = answers[entry["player"]]
        if began <= entry["at"] <= ended:
            times.append(entry["at"])
    return _spread([longest_pause([*times, ended]) for times in answers.values()])


def longest_pause(times: Sequence[float]) -> float:
    """Between any of these times, which are in order, and the next."""
    return max(after - before for before, after in pairwise(times))


def _spread(longest: Iterable[float]) -> Pauses:
    ordered = sorted(longest)
    last = len(ordered) - 1
    return Pauses(ordered[last // 2], ordered[round(last * 0.99)], ordered[last])


def table(outcomes: Iterable[Outcome]) -> str:
    """All of them, as a table for a terminal and for a page."""
    rows = [COLUMNS, *(outcome.row for outcome in outcomes)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
