"""A batch folded for the ledger: its records by kind, and what moved on each account by its transfers and holds.

The actors say what an account holds after their turns; this module computes it a second time, from the movements
alone. The ledger commits only where both agree.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from persistence.interfaces import Rejected
from protocol.ids import AccountId
from protocol.records import AccountMark, Hold, HoldEnd, Record, Snapshot, Transfer


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

    groups: Mapping[type, list[Any]]
    accounts: list[AccountRow]


def fold(records: Sequence[Record]) -> Folded:
    """Sort records by kind, keeping their order, and compute what moved on each account.

    Of several marks of an account, and of several snapshots of an actor, the last one counts. Raises `Rejected` when
    money of a player's account moved and the batch has no mark of that account.
    """
    groups: defaultdict[type, list[Any]] = defaultdict(list)
    posted: defaultdict[AccountId, int] = defaultdict(int)
    held: defaultdict[AccountId, int] = defaultdict(int)
    marks: dict[AccountId, AccountMark] = {}
    snapshots: dict[str, Snapshot] = {}
    for record in cast("Sequence[Any]", records):
        kind = type(record)
        if kind is AccountMark:
            marks[record.id] = record
            continue
        if kind is Snapshot:
            snapshots[record.actor] = record
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
        AccountRow(account, posted.pop(account, 0), held.pop(account, 0), *mark[1:]) for account, mark in marks.items()
    ]
    silent = sorted({*held, *(account for account in posted if account > 0)})
    if silent:
        raise Rejected(f"money of accounts {silent} moved without their wallet's word")
    rows += [AccountRow(account, delta, 0, None, None, 0, 0, None) for account, delta in posted.items()]
    if snapshots:
        groups[Snapshot] = list(snapshots.values())
    return Folded(groups, rows)
