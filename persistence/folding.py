"""A batch folded for the ledger: its records by kind, and the movement of each account computed from the transfers and holds.

The actors say what an account holds after their turns; this module computes it a second time, from the movements alone. The
ledger commits only where both agree.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from protocol.ids import AccountId
from protocol.records import AccountMark, Hold, HoldEnd, Record, Transfer


class AccountRow(NamedTuple):
    """A row of `account_row`: movements, and the marks of the account's actor, absent for the house's accounts."""

    id: AccountId
    posted_delta: int
    held_delta: int
    posted: int | None
    held: int | None
    command_high: int
    draw_high: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Folded:
    """A batch, sorted."""

    groups: dict[type, list[Record]]
    accounts: list[AccountRow]


def fold(records: Sequence[Record]) -> Folded:
    """Sort records by kind, keeping their order, and compute what moved on each account."""
    groups: defaultdict[type, list[Record]] = defaultdict(list)
    posted: defaultdict[AccountId, int] = defaultdict(int)
    held: defaultdict[AccountId, int] = defaultdict(int)
    marks: dict[AccountId, AccountMark] = {}
    for record in records:
        kind = type(record)
        if kind is AccountMark:
            marks[record.id] = record
            continue
        groups[kind].append(record)
        if kind is Transfer:
            amount = record.amount
            posted[record.debit] -= amount
            posted[record.credit] += amount
        elif kind is Hold:
            held[record.account] += record.amount
        elif kind is HoldEnd:
            held[record.account] -= record.amount
    rows = [
        AccountRow(
            account, posted.pop(account, 0), held.pop(account, 0), mark.posted, mark.held, mark.command_high, mark.draw_high, mark.last
        )
        for account, mark in marks.items()
    ]
    rows += [AccountRow(account, delta, 0, None, None, 0, 0, None) for account, delta in posted.items()]
    if held or any(row.posted is None and row.id > 0 for row in rows):
        raise ValueError(f"money of a player moved without the wallet's word: {[*held, *posted]}")
    return Folded(groups, rows)
