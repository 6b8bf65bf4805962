"""What must be true after any fault: the money is right, and players were asked for patience and nothing else."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from persistence.embedded import owner
from protocol.errors import CATALOGUE, Code
from tests.support.bookkeeping import (
    all_rounds_done,
    assert_bound,
    assert_told_the_truth,
    assert_whole,
    read_books,
    read_journal,
)
from tests.support.swarm import BROKEN_WIRE, Swarm, assert_nothing_was_lost

ROUNDS_SECONDS_MAX: Final = 30.0
BETTING_WAS_OVER: Final = frozenset({str(Code.BETTING_CLOSED.value), str(Code.BET_NOT_TAKEN.value)})
"""A bet that comes late for its round, because it was late or because it had to wait."""
NOT_YET: Final = frozenset({str(Code.BET_NOT_SETTLED.value)})
"""A proof that was asked for when the table had ended the round, and the wallet's host had not heard of it."""
PATIENCE: Final = frozenset(str(code.value) for code, meaning in CATALOGUE.items() if meaning.may_retry)


def assert_only_patience_was_asked(report: dict[str, Any], *, wire_was_cut: bool = False) -> None:
    """No error but those that say: try again. A gateway that dies or goes takes its sockets with it."""
    allowed = PATIENCE | BETTING_WAS_OVER | NOT_YET
    errors = {error for error in report["errors"] if not (wire_was_cut and _is_of_the_wire(error))}
    assert errors <= allowed, report


def _is_of_the_wire(error: str) -> bool:
    return error in BROKEN_WIRE or error.startswith("closed ")


async def assert_unharmed(swarms: Iterable[Swarm], data_dir: Path, *, wire_was_cut: bool = False) -> None:
    """Ends the bots' play, and holds the database against the seeds, their journals and their books."""
    reports = [await swarm.report() for swarm in swarms]
    engines = owner(data_dir)
    assert engines is not None
    await asyncio.wait_for(all_rounds_done(engines.database_url), ROUNDS_SECONDS_MAX)
    books = await read_books(engines.database_url)
    assert_whole(books)
    assert_bound(books, data_dir)
    assert_told_the_truth(books, [reply for swarm in swarms for reply in read_journal(swarm.journal)])
    for report in reports:
        assert_nothing_was_lost(report)
        assert_only_patience_was_asked(report, wire_was_cut=wire_was_cut)
