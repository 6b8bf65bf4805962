"""One batch against the rows: the rows that it makes of them, or why not. Changes nothing itself.

Says of every batch what the SQL function `commit_batch` says of it, section by section in the same order.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from persistence.folding import AccountRow, fold
from persistence.interfaces import Batch, Fenced, Rejected
from persistence.memory.tables import (
    StoredAccount,
    StoredBatch,
    StoredBet,
    StoredHold,
    StoredRound,
    StoredSeed,
    StoredTransfer,
    Tables,
)
from protocol.money import asset_of
from protocol.records import (
    AccountOpen,
    Bet,
    BetEnd,
    BetState,
    CommandRecord,
    Hold,
    HoldEnd,
    HoldState,
    JournalEntry,
    RoundEnd,
    RoundOpen,
    SeedEnd,
    SeedOpen,
    Snapshot,
    Transfer,
)

INT64_MAX: Final = 2**63 - 1

K = TypeVar("K")
V = TypeVar("V")


def stage(tables: Tables, batch: Batch) -> Tables:
    """Return the rows that this batch adds or replaces. Raises `Fenced` and `Rejected`."""
    folded = fold(batch.records)
    staged = Tables()
    _fence(tables, staged, batch, len(folded.groups.get(Transfer, ())))
    _open_accounts(tables, staged, folded.groups.get(AccountOpen, ()))
    _add_transfers(tables, staged, batch.at, folded.groups.get(Transfer, ()))
    _move_accounts(tables, staged, folded.accounts)
    for kind, section in _SECTIONS.items():
        records = folded.groups.get(kind)
        if records:
            section(tables, staged, records)
    return staged


def _fence(tables: Tables, staged: Tables, batch: Batch, transfers: int) -> None:
    epoch = tables.epochs.get(batch.epoch)
    if epoch is None or epoch.ended or epoch.seq != batch.seq - 1:
        raise Fenced(f"epoch {batch.epoch} has ended, or batch {batch.seq} is not its next")
    shards = tables.shards
    named = batch.shards | {batch.house_shard}
    if any(shards.get(shard) != batch.epoch for shard in named):
        raise Fenced(f"epoch {batch.epoch} does not own all of shards {sorted(named)}")
    staged.epochs[batch.epoch] = epoch._replace(seq=batch.seq)
    staged.batches[batch.epoch, batch.seq] = StoredBatch(batch.epoch, batch.seq, batch.at, transfers)


def _open_accounts(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        _insert("account", tables.accounts, staged.accounts, record.id, StoredAccount(record.id, 0, 0, 0, 0, None))


def _add_transfers(tables: Tables, staged: Tables, at: int, records: Iterable[Any]) -> None:
    for record in records:
        if record.amount <= 0 or record.debit == record.credit or asset_of(record.debit) != asset_of(record.credit):
            raise Rejected(f"not a transfer of a positive amount between two accounts of one asset: {record}")
        _insert("transfer", tables.transfers, staged.transfers, record.id, StoredTransfer._make((*record, at)))


def _move_accounts(tables: Tables, staged: Tables, rows: Iterable[AccountRow]) -> None:
    for row in rows:
        account = staged.accounts.get(row.id) or tables.accounts.get(row.id)
        if account is None and row.id < 0 and row.posted is None:
            # An account of the house comes with what first moves on it.
            account = StoredAccount(row.id, 0, 0, 0, 0, None)
        if account is None:
            raise Rejected(f"there is no account {row.id}")
        posted = account.posted + row.posted_delta
        held = account.held + row.held_delta
        if row.posted is not None and (posted != row.posted or held != row.held):
            raise Rejected(
                f"account {row.id}: ledger {account.posted}{row.posted_delta:+} held {account.held}{row.held_delta:+},"
                f" actor {row.posted} held {row.held}"
            )
        if (row.id > 0 and not 0 <= held <= posted) or not -INT64_MAX <= posted <= INT64_MAX:
            raise Rejected(f"account {row.id} cannot have {posted} posted and {held} held")
        staged.accounts[row.id] = StoredAccount(
            row.id,
            posted,
            held,
            max(account.command_high, row.command_high),
            max(account.draw_high, row.draw_high),
            account.last if row.last is None else row.last,
        )


def _place_bets(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        if record.stake <= 0 or (record.payout or 0) < 0 or record.state not in _BET_STATES:
            raise Rejected(f"not a bet: {record}")
        settled_ms = None if record.state == BetState.OPEN else record.placed_at
        _insert("bet", tables.bets, staged.bets, record.id, StoredBet._make((*record, settled_ms)))


def _end_bets(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        bet = staged.bets.get(record.id) or tables.bets.get(record.id)
        if bet is None or bet.state != BetState.OPEN:
            raise Rejected(f"bet {record.id.hex()} is unknown or was settled before")
        if record.payout < 0 or record.state not in _BET_ENDS:
            raise Rejected(f"not an end of a bet: {record}")
        staged.bets[record.id] = bet._replace(payout=record.payout, state=record.state, settled_ms=record.settled_at)


def _hold(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        if record.amount <= 0:
            raise Rejected(f"not a hold of a positive amount: {record}")
        _insert("hold", tables.holds, staged.holds, record.id, StoredHold._make((*record, HoldState.PENDING)))


def _end_holds(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        hold = staged.holds.get(record.id) or tables.holds.get(record.id)
        if hold is None or hold[1:3] != record[1:3] or hold.state != HoldState.PENDING:
            raise Rejected(f"hold {record.id.hex()} is unknown, another, or was resolved before")
        if record.state not in _HOLD_ENDS:
            raise Rejected(f"not an end of a hold: {record}")
        staged.holds[record.id] = hold._replace(state=record.state)


def _record_commands(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        _insert("command", tables.commands, staged.commands, record.id, record)


def _write_journal(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        _insert("journal entry", tables.journal, staged.journal, (record.actor, record.n), record)


def _take_snapshots(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        before = tables.snapshots.get(record.actor)
        if before is not None and before.n > record.n:
            raise Rejected(f"snapshot {record.n} of {record.actor} is older than the one before, {before.n}")
        staged.snapshots[record.actor] = record


def _open_rounds(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        row = StoredRound._make((*record, None, None, None, None, None))
        _insert("round", tables.rounds, staged.rounds, (record.table_id, record.round), row)


def _end_rounds(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        key = (record.table_id, record.round)
        row = staged.rounds.get(key) or tables.rounds.get(key)
        if row is None or row.outcome is not None:
            raise Rejected(f"round {key} is unknown or has an outcome already")
        staged.rounds[key] = StoredRound(*row[:6], *record[2:])


def _open_seeds(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        row = StoredSeed._make((*record, None, None, None))
        _insert("seed", tables.seeds, staged.seeds, (record.player, record.number), row)


def _end_seeds(tables: Tables, staged: Tables, records: Iterable[Any]) -> None:
    for record in records:
        key = (record.player, record.number)
        row = staged.seeds.get(key) or tables.seeds.get(key)
        if row is None or row.server_seed is not None:
            raise Rejected(f"seed {key} is unknown or was revealed before")
        staged.seeds[key] = StoredSeed(*row[:8], *record[2:])


def _insert(what: str, stored: dict[K, V], staged: dict[K, V], key: K, row: V) -> None:
    if key in stored or key in staged:
        shown = key.hex() if isinstance(key, bytes) else key
        raise Rejected(f"there is a {what} {shown} already")
    staged[key] = row


_BET_STATES: Final = frozenset(BetState)
_BET_ENDS: Final = _BET_STATES - {BetState.OPEN}
_HOLD_ENDS: Final = frozenset(HoldState) - {HoldState.PENDING}
_SECTIONS: Final[dict[type, Callable[[Tables, Tables, Iterable[Any]], None]]] = {
    Bet: _place_bets,
    Hold: _hold,
    HoldEnd: _end_holds,
    BetEnd: _end_bets,
    CommandRecord: _record_commands,
    JournalEntry: _write_journal,
    Snapshot: _take_snapshots,
    RoundOpen: _open_rounds,
    RoundEnd: _end_rounds,
    SeedOpen: _open_seeds,
    SeedEnd: _end_seeds,
}
