"""What must be true after any fault: the money is right, and players were asked for patience and nothing else."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from protocol.errors import Code
from tests.support.bookkeeping import (
    all_rounds_done,
    assert_bound,
    assert_told_the_truth,
    assert_whole,
    read_books,
    read_journal,
)
from tests.support.chaos.ground import database_url_of
from tests.support.swarm import BROKEN_WIRE, Swarm, assert_nothing_was_lost

ROUNDS_SECONDS_MAX: Final = 180.0
PATIENCE: Final = frozenset({Code.TRY_AGAIN, Code.RESTARTING, Code.OVERLOADED, Code.RATE_LIMITED})
"""What may be repeated under its id. `INTERNAL` may too, but it says that a fault is ours: nobody may see that one."""
LATE: Final = frozenset({Code.BETTING_CLOSED, Code.BET_NOT_TAKEN})
"""A bet that comes late for its round, because it was late or because it had to wait."""
NOT_YET: Final = frozenset({Code.BET_NOT_SETTLED})
"""A proof that was asked for when the table had ended the round, and the wallet's host had not heard of it."""
ALLOWED: Final = frozenset(str(code.value) for code in PATIENCE | LATE | NOT_YET)
ON_THE_WAY_BACK: Final = BROKEN_WIRE | {str(Code.RESUME_UNKNOWN.value)}
"""Who comes back while the store of sessions is too slow to be asked logs in anew."""


def assert_only_patience_was_asked(report: dict[str, Any], *, wire_was_cut: bool = False) -> None:
    """No error but those that say: try again. A gateway that ends, or cannot be reached, takes its sockets with it."""
    allowed = ALLOWED | ON_THE_WAY_BACK if wire_was_cut else ALLOWED
    assert report["errors"].keys() <= allowed, report


async def assert_unharmed(
    swarms: Iterable[Swarm], data_dir: Path, *, wire_was_cut: bool = False
) -> tuple[int, Counter[str]]:
    """Ends the bots' play, and holds the database against the seeds, their journals and their books.

    Returns how many bets were checked, and what the bots were told of errors, by code.
    """
    reports = [await swarm.report() for swarm in swarms]
    database_url = database_url_of(data_dir)
    await asyncio.wait_for(all_rounds_done(database_url), ROUNDS_SECONDS_MAX)
    books = await read_books(database_url)
    assert_whole(books)
    assert_bound(books, data_dir)
    assert_told_the_truth(books, [reply for swarm in swarms for reply in read_journal(swarm.journal)])
    errors: Counter[str] = Counter()
    for report in reports:
        assert_nothing_was_lost(report)
        assert_only_patience_was_asked(report, wire_was_cut=wire_was_cut)
        errors.update(report["errors"])
    return len(books.bets), errors
