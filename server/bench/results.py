"""What the runs gave: medians with their range, held against the goals, as rows and as JSON."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from server.bench.goals import FIGURES, RATIOS, Goal

FORM: Final = 1
"""The number of the JSON form; another one is not read."""


class UnknownForm(ValueError):
    """A file is no result of `croupier bench`, or one of another version."""

    def __init__(self, found: object) -> None:
        super().__init__(f"results of form {FORM} are read here, not {found!r}")
        self.found = found


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: `low` and `high` are the worst and best of the runs, in order of size."""

    key: str
    what: str
    unit: str
    median: float
    low: float
    high: float
    runs: int
    goal: Goal | None

    @property
    def met(self) -> bool | None:
        """Whether the median reaches the goal; nothing where there is none."""
        return None if self.goal is None else self.goal.met(self.median)


@dataclass(slots=True)
class Results:
    """Values by figure, in the order of the runs. `about` describes machine and plan; `failures` what did not work."""

    about: Mapping[str, Any]
    values: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, values: Mapping[str, float]) -> None:
        """One more run of some figures."""
        for key, value in values.items():
            self.values.setdefault(key, []).append(value)

    def rows(self) -> list[Row]:
        """The figures that were measured, in the order of the catalogue, then their ratios."""
        rows = [
            _row(figure.key, figure.what, figure.unit, self.values[figure.key], figure.goal)
            for figure in FIGURES
            if self.values.get(figure.key)
        ]
        return rows + list(self._ratios())

    def _ratios(self) -> Iterable[Row]:
        for ratio in RATIOS:
            over, under = self.values.get(ratio.over), self.values.get(ratio.under)
            if over and under:
                middle = statistics.median(over) / statistics.median(under)
                # The turns are beside each other in time, so each has a ratio of its own.
                each = [one / other for one, other in zip(over, under, strict=False)]
                low, high = min(middle, *each), max(middle, *each)
                yield Row(ratio.key, ratio.what, "times", middle, low, high, len(each), ratio.goal)

    def as_json(self) -> dict[str, Any]:
        """One object: `about`, `figures` by key with their runs, median, range and goal, and `failures`."""
        return {
            "croupier_bench": FORM,
            "about": dict(self.about),
            "figures": {row.key: _row_json(row, self.values.get(row.key)) for row in self.rows()},
            "failures": self.failures,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `as_json` gave. Raises `UnknownForm`."""
        if document.get("croupier_bench") != FORM:
            raise UnknownForm(document.get("croupier_bench"))
        values = {key: row["values"] for key, row in document["figures"].items() if row["values"] is not None}
        return cls(document["about"], values, list(document["failures"]))


def _row(key: str, what: str, unit: str, values: Sequence[float], goal: Goal | None) -> Row:
    return Row(key, what, unit, statistics.median(values), min(values), max(values), len(values), goal)


def _row_json(row: Row, values: Sequence[float] | None) -> dict[str, Any]:
    goal = row.goal
    return {
        "what": row.what.strip(),
        "unit": row.unit,
        "values": None if values is None else list(values),
        "median": row.median,
        "min": row.low,
        "max": row.high,
        "goal": None if goal is None else goal.bound,
        "goal_is": None if goal is None else ("at least" if goal.at_least else "at most"),
        "share_of_goal": None if goal is None else goal.share(row.median),
        "met": row.met,
    }
