"""The audit's check of poker tables, on answers that a database could give."""

from typing import Any
from uuid import UUID

import msgpack
import pytest

from persistence.interfaces import JournalRow, TableChips
from persistence.postgres.audit_chips import ESCROW, JOURNAL, MOVED, SNAPSHOT, Chips, check_chips
from protocol.ids import CommandId

BUYING, OWED = CommandId(b"b" * 16), CommandId(b"o" * 16)
ENTRY = 12


class Answers:
    """A database with so much in escrow, in which wallets have done what these commands asked for."""

    evidence_max = 20

    def __init__(self, escrow: int, moved: tuple[CommandId, ...] = (), entry: int | None = ENTRY) -> None:
        self._escrow = escrow
        self._moved = moved
        self._answer = None if entry is None else msgpack.packb({"t": "poker.bought", "entry": entry})

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """See `Questions.rows`."""
        if query == ESCROW:
            return [{"asset": 1, "posted": self._escrow}]
        if query == MOVED:
            moved = [one for one in self._moved if UUID(bytes=one) in arguments[0]]
            return [{"ref": UUID(bytes=one), "answer": self._answer} for one in moved]
        assert query in (SNAPSHOT, JOURNAL)
        return []


def read(table: str, journal: JournalRow) -> TableChips:
    """A thousand chips on each table, 50 being bought and 7 owed."""
    return TableChips(1, 1_000, {BUYING: (ENTRY, 50)}, {OWED: 7})


async def problems(escrow: int, *moved: CommandId) -> list[dict[str, Any]]:
    looked, broken = await check_chips(Answers(escrow, moved), Chips(("p1", "p2"), read))  # type: ignore[arg-type]
    assert looked == 2
    return broken


@pytest.mark.parametrize(
    ("moved", "escrow"),
    [((), 2_014), ((BUYING,), 2_114), ((OWED,), 2_000), ((BUYING, OWED), 2_100)],
)
async def test_what_is_on_its_way_counts_where_it_is(moved: tuple[CommandId, ...], escrow: int) -> None:
    assert await problems(escrow, *moved) == []
    for wrong in (escrow - 1, escrow + 1):
        [one] = await problems(wrong, *moved)
        assert (one["escrow"], one["on_the_tables"]) == (wrong, escrow)


async def test_a_buy_in_that_is_asked_for_again_when_its_chips_have_come_counts_once() -> None:
    for entry, on_the_tables in ((ENTRY, 1_050), (ENTRY - 1, 1_000), (None, 1_050)):
        answers = Answers(on_the_tables, (BUYING, OWED), entry)
        _, broken = await check_chips(answers, Chips(("p1",), read))  # type: ignore[arg-type]
        assert broken == [], entry


async def test_a_table_that_cannot_be_read_is_named() -> None:
    def unreadable(table: str, journal: JournalRow) -> TableChips:
        raise ValueError(table)

    _, broken = await check_chips(Answers(0), Chips(("p1",), unreadable))  # type: ignore[arg-type]

    assert [one["table"] for one in broken] == ["p1"]
