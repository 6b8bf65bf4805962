"""The auditor: derives every invariant of the ledger again from its rows, beside a running server or without one.

All questions are asked of one snapshot, on a few connections at once, and nothing is written. Sums of the big tables
are taken in one pass each (`audit_queries`); whether every bet has its transfers and its hold is decided by comparing
salted fingerprints of both sides, and only where these differ are the rows themselves joined, to name those at fault.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from persistence.jackpot_books import ReadJackpots
from persistence.postgres.audit_checks import CHECKS, Check
from persistence.postgres.audit_chips import Chips, check_chips
from persistence.postgres.audit_lanes import AuditImpossible, Lanes, opened_lanes
from persistence.postgres.audit_queries import TABLES_BET_AT
from persistence.postgres.audit_questions import Questions
from persistence.postgres.failures import DRIVER_ERRORS, failure
from persistence.postgres.parts import Part, read_part
from protocol.shards import ShardRange, shard_of_key

__all__ = [
    "EVIDENCE_MAX",
    "AuditImpossible",
    "Check",
    "Chips",
    "Report",
    "ask_of",
    "audit",
    "checked",
    "impossible",
    "said_part",
]

CONNECTIONS: Final = 2
EVIDENCE_MAX: Final = 20
_LONG: Final = frozenset({"statements", "draws"})


@dataclass(frozen=True, slots=True)
class Report:
    """What the audit of one moment found; `seconds` is how long it took.

    `part` is what the database says of itself. When it is one of several, the bets at tables of the others were not
    compared with their rounds.
    """

    checks: tuple[Check, ...]
    seconds: float
    part: Part | None

    @property
    def ok(self) -> bool:
        """Whether every invariant holds."""
        return all(check.ok for check in self.checks)

    @property
    def is_of_one_of_several(self) -> bool:
        """Whether there is more that belongs to it in other databases."""
        return self.part is not None and self.part.range != ShardRange.whole(self.part.shards)


async def audit(
    dsn: str,
    *,
    salt: int,
    evidence_max: int = EVIDENCE_MAX,
    chips: Chips | None = None,
    read_jackpots: ReadJackpots | None = None,
) -> Report:
    """Check every invariant of one database; at most `evidence_max` rows are named for each way of breaking one.

    `salt` is a 63-bit number that nobody could foresee, for the fingerprints. `chips` are the poker tables, if they are
    to be compared with the ledger: all of both must be in this one database. `read_jackpots` is as in `Questions`.
    Raises AuditImpossible.
    """
    began = time.monotonic()
    with impossible():
        async with opened_lanes(dsn, connections=CONNECTIONS) as lanes:
            part = await said_part(lanes)
            ask = await ask_of(lanes, part, salt, evidence_max, read_jackpots)
            checks = await checked(ask)
            if chips is not None:
                checks += (Check("chips", *await check_chips(ask, chips)),)
    return Report(checks, time.monotonic() - began, part)


async def said_part(lanes: Lanes) -> Part | None:
    """What a database says of itself."""
    connection = await lanes.get()
    try:
        return await read_part(connection)
    finally:
        lanes.put_nowait(connection)


async def ask_of(
    lanes: Lanes, part: Part | None, salt: int, evidence_max: int, read_jackpots: ReadJackpots | None
) -> Questions:
    """The questions for a database that is this part of a platform's."""
    ask = Questions(lanes, salt, evidence_max)
    ask.read_jackpots = read_jackpots
    if part is not None and part.range != ShardRange.whole(part.shards):
        ask.is_whole = False
        tables = [row["table_id"] for row in await ask.rows(TABLES_BET_AT)]
        ask.elsewhere = [table for table in tables if shard_of_key(table, part.shards) not in part.range]
    return ask


async def checked(ask: Questions) -> tuple[Check, ...]:
    """What the checks of one database find."""
    async with asyncio.TaskGroup() as group:
        # What takes longest asks first, so that no connection is idle at the end.
        running = {name: group.create_task(CHECKS[name](ask)) for name in sorted(CHECKS, key=_is_short)}
        ask.survey_in(group)
    return tuple(Check(name, *running[name].result()) for name in CHECKS)


@contextmanager
def impossible() -> Iterator[None]:
    """Say that no audit can be made where the database fails."""
    try:
        yield
    except* DRIVER_ERRORS as errors:
        error = _one_of(errors)
        raise AuditImpossible(str(failure("cannot audit", error))) from error


def _one_of(errors: ExceptionGroup[Exception]) -> Exception:
    error: Exception = errors
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _is_short(name: str) -> bool:
    return name not in _LONG
