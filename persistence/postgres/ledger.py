"""The ledger on PostgreSQL: one call of one SQL function is one batch, and set-based reads for actors that wake up."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

import asyncpg

from persistence.folding import fold
from persistence.interfaces import (
    AccountRow,
    Batch,
    BetRow,
    HoldRow,
    JournalRow,
    KnownCommand,
    Ledger,
    Owner,
    RoundRow,
    SeedRow,
    StatementLine,
    Unavailable,
    WalletRow,
)
from persistence.postgres import ownership
from persistence.postgres.failures import DRIVER_ERRORS, PATIENCE, commit_failure, failure
from persistence.postgres.pools import let_go
from protocol.ids import AccountId, BetId, CommandId, Epoch, PlayerId, ShardId, TableId
from protocol.money import player_of
from protocol.records import (
    AccountOpen,
    Bet,
    BetEnd,
    CommandRecord,
    Hold,
    HoldEnd,
    JournalEntry,
    RoundEnd,
    RoundOpen,
    SeedEnd,
    SeedOpen,
    Snapshot,
    Transfer,
)

T = TypeVar("T")

COMMIT_SECONDS_MAX: Final = 30.0
READ_SECONDS_MAX: Final = 10.0
_PLAYER_SPAN: Final = 256
_SECTIONS: Final = (
    Bet, BetEnd, Hold, HoldEnd, CommandRecord, JournalEntry, Snapshot, RoundOpen, RoundEnd, SeedOpen, SeedEnd
)  # fmt: skip
_COMMIT: Final = "SELECT commit_batch(" + ", ".join(f"${n}" for n in range(1, 8 + len(_SECTIONS))) + ")"
_WALLET_ACCOUNTS: Final = """
    SELECT a.id, posted, held, command_high, draw_high, last
    FROM unnest($1::bigint[]) low JOIN account a ON a.id >= low AND a.id < low + $2 ORDER BY a.id"""
_WALLET_HOLDS: Final = """
    SELECT h.id, h.account, h.amount, h.owner, b.round
    FROM unnest($1::bigint[]) low
        JOIN hold h ON h.state = 1 AND h.account >= low AND h.account < low + $2
        LEFT JOIN bet b ON b.id = h.id ORDER BY h.id"""
_HOLDERS: Final = "SELECT min(account) FROM hold WHERE state = 1 GROUP BY account / $1 ORDER BY 1"
_BET: Final = """
    SELECT id, account, game, table_id, round, stake, payout, state, seed, nonce, params, outcome, available, held,
        digest, placed_ms, settled_ms
    FROM bet"""
_BETS: Final = f"{_BET} WHERE id = ANY ($1::uuid[])"
# By the partial index: no bet without a table has a place in it.
_ROUND_BETS: Final = f"{_BET} WHERE table_id = $1 AND round = $2 AND table_id IS NOT NULL ORDER BY id"
_COMMANDS: Final = "SELECT id, player, digest, code, answer FROM command WHERE id = ANY ($1::uuid[])"
_SEED: Final = """
    SELECT player, number, commitment, sealed, client_seed, server_seed, next_commitment, next_sealed
    FROM seed WHERE player = $1 AND number = $2"""
_ANY_SEED: Final = "SELECT player, number, sealed FROM seed LIMIT 1"
_NEWEST_SEEDS: Final = """
    SELECT s.* FROM unnest($1::bigint[]) p, LATERAL (
        SELECT player, number, commitment, sealed, client_seed, server_seed, next_commitment, next_sealed
        FROM seed WHERE player = p ORDER BY number DESC LIMIT 1) s"""
_ROUND: Final = """
    SELECT table_id, round, game, commitment, sealed, server_seed, client_seed, contributions, outcome,
        opened_ms, drawn_ms
    FROM round WHERE table_id = $1 AND round = $2"""
_ANY_ROUND: Final = "SELECT table_id, round, sealed FROM round LIMIT 1"
_NEWEST_ROUNDS: Final = """
    SELECT r.* FROM unnest($1::text[]) t, LATERAL (
        SELECT table_id, round, game, commitment, sealed, server_seed, client_seed, contributions, outcome,
            opened_ms, drawn_ms
        FROM round WHERE table_id = t ORDER BY round DESC LIMIT 1) r"""
# One statement, because a snapshot that comes in between takes entries of the journal away.
_JOURNALS: Final = """
    SELECT actor, n, NULL::bytea, state FROM snapshot WHERE actor = ANY ($1::text[])
    UNION ALL SELECT actor, n, event, NULL FROM journal WHERE actor = ANY ($1::text[]) ORDER BY 1, 2"""
_STATEMENT: Final = """
    WITH RECURSIVE walk AS (
        SELECT t.*, 1 AS step FROM transfer t
        WHERE t.id = coalesce($2, (SELECT last FROM account WHERE id = $1)) AND $1 IN (t.debit, t.credit)
        UNION ALL SELECT t.*, step + 1 FROM walk w JOIN transfer t ON t.id = w.previous WHERE step < $3
    )
    SELECT id, at_ms, CASE WHEN credit = $1 THEN amount ELSE -amount END, balance, kind, ref, previous
    FROM walk ORDER BY step"""


async def prepare_connection(connection: asyncpg.Connection) -> None:
    """Let ids travel as their sixteen bytes."""
    await connection.set_type_codec("uuid", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")


class PostgresLedger(Ledger):
    """One connection writes, a pool reads; a connection that was lost is made anew by the next call."""

    def __init__(self, dsn: str, *, readers_max: int = 4) -> None:
        self._dsn = dsn
        self._readers_max = readers_max
        self._writer: asyncpg.Connection | None = None
        self._pool: asyncpg.Pool | None = None
        self._pool_making = asyncio.Lock()

    async def close(self) -> None:
        """Let go of every connection, soon: a database that says nothing must not keep a server from ending."""
        writer, self._writer = self._writer, None
        pool, self._pool = self._pool, None
        if writer is not None:
            writer.terminate()
        if pool is not None:
            await let_go(pool)

    # --- writing ---

    async def take_shards(self, host: str, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.take_shards`."""
        if self._writer is not None:
            self._writer.terminate()
            self._writer = None
        return await ownership.take_shards(await self._writing(), host, shards)

    async def open_epoch(self, host: str) -> Epoch:
        """See `Ledger.open_epoch`."""
        return await self._moving(lambda connection: ownership.open_epoch(connection, host))

    async def end_epoch(self, epoch: Epoch) -> None:
        """See `Ledger.end_epoch`."""
        await self._moving(lambda connection: ownership.end_epoch(connection, epoch))

    async def acquire_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.acquire_shards`."""
        return await self._moving(lambda connection: ownership.acquire_shards(connection, epoch, shards))

    async def release_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> None:
        """See `Ledger.release_shards`."""
        await self._moving(lambda connection: ownership.release_shards(connection, epoch, shards))

    async def owners(self) -> dict[ShardId, Owner]:
        """See `Ledger.owners`."""
        return await self._moving(ownership.owners)

    async def commit(self, batch: Batch) -> None:
        """See `Ledger.commit`. One round trip: the statement is its own transaction."""
        folded = fold(batch.records)
        groups = folded.groups
        connection = await self._writing()
        empty: list[Any] = []
        try:
            await connection.fetchval(
                _COMMIT,
                batch.epoch,
                batch.seq,
                list(batch.shards | {batch.house_shard}),
                batch.at,
                [record.id for record in groups[AccountOpen]] if AccountOpen in groups else empty,
                groups.get(Transfer, empty),
                folded.accounts,
                *[groups.get(section, empty) for section in _SECTIONS],
                timeout=COMMIT_SECONDS_MAX,
            )
        except DRIVER_ERRORS as error:
            raise commit_failure(error) from error

    async def was_committed(self, epoch: Epoch, seq: int) -> bool:
        """See `Ledger.was_committed`."""
        rows = await self._rows("SELECT FROM batch WHERE epoch = $1 AND seq = $2", epoch, seq)
        return bool(rows)

    async def is_current(self, epoch: Epoch) -> bool:
        """See `Ledger.is_current`."""
        return bool(await self._rows("SELECT FROM epoch WHERE id = $1 AND ended_at IS NULL", epoch))

    async def _writing(self) -> asyncpg.Connection:
        if self._writer is not None and not self._writer.is_closed():
            return self._writer
        connection = None
        try:
            connection = await asyncpg.connect(
                self._dsn,
                timeout=READ_SECONDS_MAX,
                command_timeout=COMMIT_SECONDS_MAX,
                # What was waited for must be seen: an epoch that a take-over ended, a shard that another host took.
                server_settings={"default_transaction_isolation": "read committed"},
            )
            await prepare_connection(connection)
        except BaseException as error:
            if connection is not None:
                connection.terminate()
            if isinstance(error, DRIVER_ERRORS):
                raise Unavailable(f"no connection to write with: {str(error) or type(error).__name__}") from error
            raise
        self._writer = connection
        return connection

    # --- reading ---

    async def load_wallets(self, players: Sequence[PlayerId]) -> dict[PlayerId, WalletRow]:
        """See `Ledger.load_wallets`. A player's accounts are neighbours in the index, by their numbers."""
        lows = [player * _PLAYER_SPAN for player in players]
        accounts: dict[PlayerId, list[AccountRow]] = {player: [] for player in players}
        holds: dict[PlayerId, list[HoldRow]] = {player: [] for player in players}
        for row in await self._rows(_WALLET_ACCOUNTS, lows, _PLAYER_SPAN):
            accounts[player_of(row[0])].append(AccountRow(*row))
        for row in await self._rows(_WALLET_HOLDS, lows, _PLAYER_SPAN):
            holds[player_of(row[1])].append(HoldRow(*row))
        return {player: WalletRow(tuple(accounts[player]), tuple(holds[player])) for player in players}

    async def players_with_holds(self) -> list[PlayerId]:
        """See `Ledger.players_with_holds`. A walk over the index of pending holds."""
        return [player_of(row[0]) for row in await self._rows(_HOLDERS, _PLAYER_SPAN)]

    async def load_seeds(self, players: Sequence[PlayerId]) -> dict[PlayerId, SeedRow]:
        """See `Ledger.load_seeds`."""
        return {row[0]: SeedRow(*row) for row in await self._rows(_NEWEST_SEEDS, players)}

    async def find_seed(self, player: PlayerId, number: int) -> SeedRow | None:
        """See `Ledger.find_seed`."""
        rows = await self._rows(_SEED, player, number)
        return SeedRow(*rows[0]) if rows else None

    async def sealed_examples(self) -> tuple[tuple[PlayerId, int, bytes] | None, tuple[TableId, int, bytes] | None]:
        """Any sealed seed of a player (player, number, seed) and of a round (table, round, seed), if there are some."""
        seeds = await self._rows(_ANY_SEED)
        rounds = await self._rows(_ANY_ROUND)
        return tuple(seeds[0]) if seeds else None, tuple(rounds[0]) if rounds else None

    async def load_journals(self, actors: Sequence[str]) -> dict[str, JournalRow]:
        """See `Ledger.load_journals`."""
        snapshots: dict[str, tuple[int, bytes | None]] = {}
        events: dict[str, list[tuple[int, bytes]]] = {actor: [] for actor in actors}
        for actor, n, event, state in await self._rows(_JOURNALS, actors):
            if event is None:
                snapshots[actor] = (n, state)
            else:
                events[actor].append((n, event))
        return {actor: JournalRow(*snapshots.get(actor, (0, None)), tuple(events[actor])) for actor in actors}

    async def newest_rounds(self, table_ids: Sequence[str]) -> dict[str, RoundRow]:
        """See `Ledger.newest_rounds`."""
        return {row[0]: RoundRow(*row) for row in await self._rows(_NEWEST_ROUNDS, table_ids)}

    async def find_round(self, table_id: str, number: int) -> RoundRow | None:
        """See `Ledger.find_round`."""
        rows = await self._rows(_ROUND, table_id, number)
        return RoundRow(*rows[0]) if rows else None

    async def round_bets(self, table_id: str, number: int) -> list[BetRow]:
        """See `Ledger.round_bets`."""
        return [BetRow(*row) for row in await self._rows(_ROUND_BETS, table_id, number)]

    async def find_commands(self, commands: Sequence[CommandId]) -> dict[CommandId, KnownCommand]:
        """See `Ledger.find_commands`."""
        known: dict[CommandId, KnownCommand] = {}
        for row in await self._rows(_BETS, commands):
            bet = BetRow(*row)
            known[bet.id] = KnownCommand(bet.id, player_of(bet.account), bet.digest, 0, b"", bet)
        for command, player, digest, code, answer in await self._rows(_COMMANDS, commands):
            known[command] = KnownCommand(command, player, digest, code, answer, None)
        return known

    async def find_bet(self, bet: BetId) -> BetRow | None:
        """See `Ledger.find_bet`."""
        rows = await self._rows(_BETS, [bet])
        return BetRow(*rows[0]) if rows else None

    async def statement(
        self, account: AccountId, before: int | None, limit: int
    ) -> tuple[list[StatementLine], int | None]:
        """See `Ledger.statement`. A walk along `previous`, from the cursor or from the account's last transfer."""
        rows = await self._rows(_STATEMENT, account, before, limit) if limit > 0 else []
        return [StatementLine(*row[:6]) for row in rows], rows[-1][6] if rows else None

    async def _rows(self, query: str, *arguments: Any) -> list[Any]:
        try:
            pool = await self._reading()
            async with pool.acquire(timeout=READ_SECONDS_MAX) as connection:
                return await connection.fetch(query, *arguments)
        except DRIVER_ERRORS as error:
            raise failure("cannot read", error) from error

    async def _moving(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """Do what does not wait for the writer's connection, which may be in the middle of a commit."""
        try:
            pool = await self._reading()
            async with pool.acquire(timeout=READ_SECONDS_MAX) as connection:
                return await work(connection)
        except DRIVER_ERRORS as error:
            raise failure("no connection to change owners with", error) from error

    async def _reading(self) -> asyncpg.Pool:
        async with self._pool_making:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=0,
                    max_size=self._readers_max,
                    init=prepare_connection,
                    timeout=READ_SECONDS_MAX,
                    command_timeout=READ_SECONDS_MAX,
                    server_settings=PATIENCE,
                )
            return self._pool
