"""The ledger in memory, for tests and simulations: the promises of the real one, without a clock, chance or waiting.

The object is the disk: it outlives the hosts that write to it, however they end. Each `..._now` method is what the
asynchronous method of the same name does, for callers without an event loop.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from persistence.interfaces import (
    AccountRow,
    Batch,
    BetRow,
    Fenced,
    HoldRow,
    JournalRow,
    KnownCommand,
    Ledger,
    Owner,
    RoundRow,
    SeedRow,
    StatementLine,
    Unavailable,
    Unknown,
    WalletRow,
)
from persistence.memory.commit import stage
from persistence.memory.faults import Crash, Fault, Faults, NoFaults
from persistence.memory.invariants import Broken, broken_invariants
from persistence.memory.ownership import Ownership
from persistence.memory.tables import StoredHold, StoredRound, StoredSeed, Tables
from protocol.ids import AccountId, BetId, CommandId, Epoch, PlayerId, ShardId
from protocol.money import player_of
from protocol.records import HoldState

__all__ = ["MemoryLedger"]


class MemoryLedger(Ledger):
    """A ledger of so many `shards`, or of these of a platform. `faults` is asked at each commit what happens to it."""

    def __init__(self, shards: int | Iterable[ShardId] = 256, *, faults: Faults | None = None) -> None:
        self._faults = faults or NoFaults()
        self._tables = Tables(
            shards={ShardId(one): None for one in (range(shards) if isinstance(shards, int) else shards)}
        )
        self.ownership = Ownership(self._tables)
        # What Postgres finds by an index.
        self._accounts_of: defaultdict[PlayerId, set[AccountId]] = defaultdict(set)
        self._pending_of: defaultdict[PlayerId, set[CommandId]] = defaultdict(set)
        self._entries_of: defaultdict[str, set[int]] = defaultdict(set)
        self._newest_round: dict[str, int] = {}
        self._newest_seed: dict[PlayerId, int] = {}

    @property
    def tables(self) -> Tables:
        """The rows themselves, which tests may break."""
        return self._tables

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, ordered by key."""
        return self._tables.rows()

    def check_invariants(self) -> tuple[Broken, ...]:
        """Derive every balance, hold, bet, seed, round and batch again from the rows; say what does not agree."""
        return broken_invariants(self._tables)

    # --- writing ---

    def take_shards_now(self, host: str, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.take_shards`."""
        return self.ownership.take_shards(host, shards)

    def commit_now(self, batch: Batch) -> None:
        """See `Ledger.commit`. A batch that is rejected is a bug wherever it happens, so no lost reply hides that."""
        fault = self._faults.at_commit(batch)
        match fault:
            case Fault.UNAVAILABLE:
                raise Unavailable("no connection to write a batch (planned)")
            case Fault.ABORTED:
                raise Unknown(f"no answer to batch {batch.seq} of epoch {batch.epoch} (planned)")
            case Fault.CRASH_BEFORE:
                raise Crash(batch, written=False)
        try:
            staged = stage(self._tables, batch)
        except Fenced:
            if fault is Fault.NONE:
                raise
            if fault is Fault.CRASH_AFTER:
                raise Crash(batch, written=False) from None
            raise Unknown(f"no answer to batch {batch.seq} of epoch {batch.epoch} (planned)") from None
        self._apply(staged)
        if fault is Fault.CRASH_AFTER:
            raise Crash(batch, written=True)
        if fault is Fault.REPLY_LOST:
            raise Unknown(f"no answer to batch {batch.seq} of epoch {batch.epoch} (planned)")

    def was_committed_now(self, epoch: Epoch, seq: int) -> bool:
        """See `Ledger.was_committed`."""
        return (epoch, seq) in self._tables.batches

    def _apply(self, staged: Tables) -> None:
        tables = self._tables
        tables.epochs.update(staged.epochs)
        tables.batches.update(staged.batches)
        tables.transfers.update(staged.transfers)
        tables.bets.update(staged.bets)
        tables.commands.update(staged.commands)
        tables.accounts.update(staged.accounts)
        for account in staged.accounts:
            if account > 0:
                self._accounts_of[player_of(account)].add(account)
        tables.holds.update(staged.holds)
        for hold in staged.holds.values():
            self._index_hold(hold)
        tables.journal.update(staged.journal)
        for actor, n in staged.journal:
            self._entries_of[actor].add(n)
        for actor, snapshot in staged.snapshots.items():
            tables.snapshots[actor] = snapshot
            for n in [n for n in self._entries_of[actor] if n <= snapshot.n]:
                self._entries_of[actor].discard(n)
                del tables.journal[actor, n]
        tables.rounds.update(staged.rounds)
        for table_id, number in staged.rounds:
            self._newest_round[table_id] = max(number, self._newest_round.get(table_id, number))
        tables.seeds.update(staged.seeds)
        for player, number in staged.seeds:
            self._newest_seed[player] = max(number, self._newest_seed.get(player, number))

    def _index_hold(self, hold: StoredHold) -> None:
        pending = self._pending_of[player_of(hold.account)]
        if hold.state == HoldState.PENDING:
            pending.add(hold.id)
        else:
            pending.discard(hold.id)

    # --- reading ---

    def load_wallets_now(self, players: Sequence[PlayerId]) -> dict[PlayerId, WalletRow]:
        """See `Ledger.load_wallets`."""
        return {player: self._wallet(player) for player in players}

    def _wallet(self, player: PlayerId) -> WalletRow:
        tables = self._tables
        accounts = tuple(AccountRow(*tables.accounts[account]) for account in sorted(self._accounts_of.get(player, ())))
        holds = []
        for hold_id in sorted(self._pending_of.get(player, ())):
            bet = tables.bets.get(hold_id)
            holds.append(HoldRow(*tables.holds[hold_id][:4], bet.round if bet is not None else None))
        return WalletRow(accounts, tuple(holds))

    def players_with_holds_now(self) -> list[PlayerId]:
        """See `Ledger.players_with_holds`."""
        return sorted(player for player, pending in self._pending_of.items() if pending)

    def load_seeds_now(self, players: Sequence[PlayerId]) -> dict[PlayerId, SeedRow]:
        """See `Ledger.load_seeds`."""
        newest = self._newest_seed
        return {one: _seed_row(self._tables.seeds[one, newest[one]]) for one in players if one in newest}

    def load_journals_now(self, actors: Sequence[str]) -> dict[str, JournalRow]:
        """See `Ledger.load_journals`."""
        found = {}
        for actor in actors:
            snapshot = self._tables.snapshots.get(actor)
            events = tuple((n, self._tables.journal[actor, n].event) for n in sorted(self._entries_of.get(actor, ())))
            n, state = (snapshot.n, snapshot.state) if snapshot is not None else (0, None)
            found[actor] = JournalRow(n, state, events)
        return found

    def newest_rounds_now(self, table_ids: Sequence[str]) -> dict[str, RoundRow]:
        """See `Ledger.newest_rounds`."""
        newest = self._newest_round
        return {one: _round_row(self._tables.rounds[one, newest[one]]) for one in table_ids if one in newest}

    def find_round_now(self, table_id: str, number: int) -> RoundRow | None:
        """See `Ledger.find_round`."""
        row = self._tables.rounds.get((table_id, number))
        return _round_row(row) if row is not None else None

    def round_bets_now(self, table_id: str, number: int) -> list[BetRow]:
        """See `Ledger.round_bets`."""
        rows = sorted(self._tables.bets.items())
        return [BetRow(*row) for _, row in rows if (row.table_id, row.round) == (table_id, number)]

    def find_commands_now(self, commands: Sequence[CommandId]) -> dict[CommandId, KnownCommand]:
        """See `Ledger.find_commands`."""
        known = {}
        for command in commands:
            bet = self.find_bet_now(command)
            if bet is not None:
                known[command] = KnownCommand(command, player_of(bet.account), bet.digest, 0, b"", bet)
            record = self._tables.commands.get(command)
            if record is not None:
                known[command] = KnownCommand(*record[:5], None)
        return known

    def find_bet_now(self, bet: BetId) -> BetRow | None:
        """See `Ledger.find_bet`."""
        row = self._tables.bets.get(bet)
        return BetRow(*row) if row is not None else None

    def find_seed_now(self, player: PlayerId, number: int) -> SeedRow | None:
        """See `Ledger.find_seed`."""
        row = self._tables.seeds.get((player, number))
        return _seed_row(row) if row is not None else None

    def statement_now(
        self, account: AccountId, before: int | None, limit: int
    ) -> tuple[list[StatementLine], int | None]:
        """See `Ledger.statement`."""
        stored = self._tables.accounts.get(account)
        cursor = before if before is not None else (stored.last if stored is not None else None)
        lines: list[StatementLine] = []
        while cursor is not None and len(lines) < limit:
            row = self._tables.transfers.get(cursor)
            if row is None or account not in {row.debit, row.credit}:
                break
            amount = row.amount if row.credit == account else -row.amount
            lines.append(StatementLine(row.id, row.at_ms, amount, row.balance, row.kind, row.ref))
            cursor = row.previous
        return lines, cursor if lines else None

    # --- the same, as the interface has it ---

    async def take_shards(self, host: str, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.take_shards`."""
        return self.take_shards_now(host, shards)

    async def open_epoch(self, host: str) -> Epoch:
        """See `Ledger.open_epoch`."""
        return self.ownership.open_epoch(host)

    async def end_epoch(self, epoch: Epoch) -> None:
        """See `Ledger.end_epoch`."""
        self.ownership.end_epoch(epoch)

    async def acquire_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.acquire_shards`."""
        return self.ownership.acquire_shards(epoch, shards)

    async def release_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> None:
        """See `Ledger.release_shards`."""
        self.ownership.release_shards(epoch, shards)

    async def owners(self) -> dict[ShardId, Owner]:
        """See `Ledger.owners`."""
        return self.ownership.owners()

    async def commit(self, batch: Batch) -> None:
        """See `Ledger.commit`."""
        self.commit_now(batch)

    async def was_committed(self, epoch: Epoch, seq: int) -> bool:
        """See `Ledger.was_committed`."""
        return self.was_committed_now(epoch, seq)

    async def is_current(self, epoch: Epoch) -> bool:
        """See `Ledger.is_current`."""
        stored = self._tables.epochs.get(epoch)
        return stored is not None and not stored.ended

    async def load_wallets(self, players: Sequence[PlayerId]) -> dict[PlayerId, WalletRow]:
        """See `Ledger.load_wallets`."""
        return self.load_wallets_now(players)

    async def players_with_holds(self) -> list[PlayerId]:
        """See `Ledger.players_with_holds`."""
        return self.players_with_holds_now()

    async def load_seeds(self, players: Sequence[PlayerId]) -> dict[PlayerId, SeedRow]:
        """See `Ledger.load_seeds`."""
        return self.load_seeds_now(players)

    async def load_journals(self, actors: Sequence[str]) -> dict[str, JournalRow]:
        """See `Ledger.load_journals`."""
        return self.load_journals_now(actors)

    async def newest_rounds(self, table_ids: Sequence[str]) -> dict[str, RoundRow]:
        """See `Ledger.newest_rounds`."""
        return self.newest_rounds_now(table_ids)

    async def find_round(self, table_id: str, number: int) -> RoundRow | None:
        """See `Ledger.find_round`."""
        return self.find_round_now(table_id, number)

    async def round_bets(self, table_id: str, number: int) -> list[BetRow]:
        """See `Ledger.round_bets`."""
        return self.round_bets_now(table_id, number)

    async def find_commands(self, commands: Sequence[CommandId]) -> dict[CommandId, KnownCommand]:
        """See `Ledger.find_commands`."""
        return self.find_commands_now(commands)

    async def find_bet(self, bet: BetId) -> BetRow | None:
        """See `Ledger.find_bet`."""
        return self.find_bet_now(bet)

    async def find_seed(self, player: PlayerId, number: int) -> SeedRow | None:
        """See `Ledger.find_seed`."""
        return self.find_seed_now(player, number)

    async def statement(
        self, account: AccountId, before: int | None, limit: int
    ) -> tuple[list[StatementLine], int | None]:
        """See `Ledger.statement`."""
        return self.statement_now(account, before, limit)


def _round_row(row: StoredRound) -> RoundRow:
    return RoundRow(*row[:5], *row[6:10], row.opened_ms, row.drawn_ms)


def _seed_row(row: StoredSeed) -> SeedRow:
    return SeedRow(*row[:5], row.server_seed, row.next_commitment, row.next_sealed)
