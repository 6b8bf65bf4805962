"""What the checks over several databases work with: questions to each of them, and evidence of what is broken."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from persistence.interfaces import JournalRow, TableBets
from persistence.postgres.audit_questions import Questions, Row, told
from protocol.shards import Partition, ShardRange

__all__ = ["Audited", "Audits", "Evidence", "ReadTable"]

ReadTable = Callable[[str, JournalRow], TableBets | None]
"""Which bets a table has, by its id and its journal; nothing, if nobody knows the table."""


@dataclass(frozen=True, slots=True)
class Audited:
    """One database, at a moment, and `later` at one that is after the first moments of all databases."""

    shards: ShardRange
    ask: Questions
    later: Questions


@dataclass(frozen=True, slots=True)
class Audits:
    """All databases, in the order of the partition. `notes` is for what is worth knowing and breaks nothing."""

    partition: Partition
    databases: Sequence[Audited]
    evidence_max: int
    read_table: ReadTable
    notes: list[Row] = field(default_factory=list)

    def note(self, said: str, **fields: Any) -> None:
        """Say something, unless enough was said."""
        if len(self.notes) < self.evidence_max:
            self.notes.append({"note": said, **fields})


class Evidence:
    """Rows that show what is broken, at most so many for each problem."""

    def __init__(self, rows_max: int) -> None:
        self._rows_max = rows_max
        self._rows: defaultdict[str, list[Row]] = defaultdict(list)

    def add(self, problem: str, **fields: Any) -> None:
        """One more row."""
        if len(self._rows[problem]) < self._rows_max:
            self._rows[problem] += told(problem, [fields])

    @property
    def rows(self) -> list[Row]:
        """All of them."""
        return list(chain.from_iterable(self._rows.values()))
