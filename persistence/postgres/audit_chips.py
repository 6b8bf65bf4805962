"""The auditor's check of poker tables: their chips are what players have paid for and not been paid back."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgpack

from persistence.interfaces import JournalRow, TableChips
from persistence.postgres.audit_checks import Answer
from persistence.postgres.audit_questions import Questions, told
from protocol.ids import CommandId
from protocol.money import HouseAccount

__all__ = ["Chips", "check_chips"]

# Kinds: 8 buy-in, 9 cash-out.
MOVED: Final = """
    SELECT DISTINCT ref, command.answer FROM transfer LEFT JOIN command ON command.id = ref
    WHERE kind IN (8, 9) AND ref = ANY ($1::uuid[])"""
ESCROW: Final = """
    SELECT asset_of(id) AS asset, sum(posted) AS posted FROM account
    WHERE id < 0 AND house_kind_of(id) = $1 GROUP BY 1"""
SNAPSHOT: Final = """SELECT n, state FROM snapshot WHERE actor = $1"""
JOURNAL: Final = """SELECT n, event FROM journal WHERE actor = $1 ORDER BY n"""


@dataclass(frozen=True, slots=True)
class Chips:
    """The poker tables there are, and how many chips each has by its journal."""

    tables: tuple[str, ...]
    read: Callable[[str, JournalRow], TableChips]


async def check_chips(ask: Questions, chips: Chips) -> Answer:
    """At the one moment that is asked about, the escrow of each asset is what is on the tables, and on its way."""
    wanted: Counter[int] = Counter()
    broken = []
    for table in chips.tables:
        try:
            known = chips.read(table, await _journal_of(ask, f"table:{table}"))
        except Exception as error:  # noqa: BLE001 - whatever a reader says of what it does not understand
            broken += told("a poker table whose memory is not understood", [{"table": table, "error": repr(error)}])
            continue
        on_its_way = [*known.buying, *known.owed]
        rows = await ask.rows(MOVED, [UUID(bytes=one) for one in on_its_way]) if on_its_way else []
        wanted[known.asset] += known.in_escrow({CommandId(row["ref"].bytes): _entry_in(row["answer"]) for row in rows})
    found = {row["asset"]: int(row["posted"]) for row in await ask.rows(ESCROW, int(HouseAccount.ESCROW))}
    for asset in sorted(wanted.keys() | found.keys()):
        if wanted[asset] != found.get(asset, 0):
            row = {"asset": asset, "escrow": found.get(asset, 0), "on_the_tables": wanted[asset]}
            broken += told("the chips on the poker tables are not what is in escrow", [row])
    return len(chips.tables), broken[: ask.evidence_max]


def _entry_in(answer: bytes | None) -> int | None:
    """The number of the table's event that a wallet moved chips for; not known of a command that is forgotten."""
    entry: int | None = None if answer is None else msgpack.unpackb(answer).get("entry")
    return entry


async def _journal_of(ask: Questions, actor: str) -> JournalRow:
    snapshots = await ask.rows(SNAPSHOT, actor)
    events = await ask.rows(JOURNAL, actor)
    n, state = (snapshots[0]["n"], snapshots[0]["state"]) if snapshots else (0, None)
    return JournalRow(n, state, tuple((row["n"], row["event"]) for row in events))
