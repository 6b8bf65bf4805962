"""The ledger on PostgreSQL: one call of one SQL function is one batch, and set-based reads for actors that wake up."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from persistence.folding import fold
from persistence.interfaces import (
    AccountRow,
    Batch,
    BetRow,
    Fenced,
    HoldRow,
    JournalRow,
    KnownCommand,
    Ledger,
    Rejected,
    RoundRow,
    SeedRow,
    StatementLine,
    Unavailable,
    Unknown,
    WalletRow,
)
from protocol.ids import AccountId, BetId, CommandId, Epoch, PlayerId, ShardId
from protocol.money import ASSETS_MAX, HouseAccount, house_account, player_of
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

COMMIT_SECONDS_MAX: Final = 30.0
READ_SECONDS_MAX: Final = 10.0
_FENCED: Final = "CR001"
_PLAYER_SPAN: Final = 256
_SECTIONS: Final = (
    Bet, BetEnd, Hold, HoldEnd, CommandRecord, JournalEntry, Snapshot, RoundOpen, RoundEnd, SeedOpen, SeedEnd
)  # fmt: skip
_COMMIT: Final = "SELECT commit_batch(" + ", ".join(f"${n}" for n in range(1, 8 + len(_SECTIONS))) + ")"
_BET_COLUMNS: Final = (
    "id, account, game, table_id, round, stake, payout, state, seed, nonce, params, outcome, available, held, digest, placed_ms, settled_ms"
)
_ROUND_COLUMNS: Final = "table_id, round, game, commitment, sealed, server_seed, client_seed, contributions, outcome"
_CANNOT_WRITE_NOW: Final = (
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # shutting down, crashed, not up yet
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
)
_LOST: Final = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError, TimeoutError)


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

    async def close(self) -> None:
        """Let go of every connection."""
        writer, self._writer = self._writer, None
        pool, self._pool = self._pool, None
        if writer is not None and not writer.is_closed():
            await writer.close(timeout=READ_SECONDS_MAX)
        if pool is not None:
            pool.terminate()

    # --- writing ---

    async def take_shards(self, host: str, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.take_shards`. The open transaction of an epoch that is ended holds its row, so this waits for it."""
        if self._writer is not None:
            self._writer.terminate()
            self._writer = None
        try:
            connection = await self._writing()
            async with connection.transaction():
                owners = await connection.fetch(
                    "SELECT DISTINCT epoch FROM shard WHERE id = ANY($1::int[]) AND epoch IS NOT NULL ORDER BY epoch", shards
                )
                await connection.execute(
                    "UPDATE epoch SET ended_at = now() WHERE id = ANY($1::bigint[]) AND ended_at IS NULL", [row[0] for row in owners]
                )
                epoch = await connection.fetchval("INSERT INTO epoch (host) VALUES ($1) RETURNING id", host)
                await connection.execute("UPDATE shard SET epoch = $1 WHERE id = ANY($2::int[])", epoch, shards)
                house = [house_account(asset, kind, min(shards)) for asset in range(ASSETS_MAX) for kind in HouseAccount]
                await connection.execute("INSERT INTO account (id) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING", house)
        except (*_CANNOT_WRITE_NOW, *_LOST) as error:
            raise Unavailable(f"cannot take shards: {error or type(error).__name__}") from error
        return Epoch(epoch)

    async def commit(self, batch: Batch) -> None:
        """See `Ledger.commit`. One round trip: the statement is its own transaction."""
        folded = fold(batch.records)
        groups = folded.groups
        connection = self._writer
        if connection is None or connection.is_closed():
            try:
                connection = await self._writing()
            except (*_CANNOT_WRITE_NOW, *_LOST) as error:
                raise Unavailable(f"no connection to write a batch: {error or type(error).__name__}") from error
        empty: list[Any] = []
        try:
            await connection.fetchval(
                _COMMIT,
                batch.epoch,
                batch.seq,
                list(batch.shards),
                batch.at,
                [record.id for record in groups[AccountOpen]] if AccountOpen in groups else empty,
                groups.get(Transfer, empty),
                folded.accounts,
                *[groups.get(section, empty) for section in _SECTIONS],
                timeout=COMMIT_SECONDS_MAX,
            )
        except _CANNOT_WRITE_NOW as error:
            if isinstance(error, asyncpg.OperatorInterventionError):
                raise Unknown(f"postgres went away during a commit: {error}") from error
            raise Unavailable(f"postgres cannot write now: {error}") from error
        except _LOST as error:
            raise Unknown(f"no answer to a commit: {error or type(error).__name__}") from error
        except asyncpg.PostgresError as error:
            if error.sqlstate == _FENCED:
                raise Fenced(str(error)) from error
            raise Rejected(f"{error.sqlstate} {error} {getattr(error, 'detail', None) or ''}".rstrip()) from error

    async def was_committed(self, epoch: Epoch, seq: int) -> bool:
        """See `Ledger.was_committed`."""
        return await self._value("SELECT EXISTS (SELECT FROM batch WHERE epoch = $1 AND seq = $2)", epoch, seq) is True

    async def _writing(self) -> asyncpg.Connection:
        if self._writer is None or self._writer.is_closed():
            self._writer = await asyncpg.connect(self._dsn, timeout=READ_SECONDS_MAX, command_timeout=COMMIT_SECONDS_MAX)
            await prepare_connection(self._writer)
        return self._writer

    # --- reading ---

    async def load_wallets(self, players: Sequence[PlayerId]) -> dict[PlayerId, WalletRow]:
        """See `Ledger.load_wallets`. A player's accounts are neighbours in the index, by their numbers."""
        lows = [player * _PLAYER_SPAN for player in players]
        accounts: dict[PlayerId, list[AccountRow]] = {player: [] for player in players}
        holds: dict[PlayerId, list[HoldRow]] = {player: [] for player in players}
        for row in await self._rows(
            "SELECT a.id, posted, held, command_high, draw_high, last FROM unnest($1::bigint[]) low"
            " JOIN account a ON a.id >= low AND a.id < low + $2 ORDER BY a.id",
            lows,
            _PLAYER_SPAN,
        ):
            accounts[player_of(row[0])].append(AccountRow(*row))
        for row in await self._rows(
            "SELECT h.id, h.account, h.amount, h.owner, b.round FROM unnest($1::bigint[]) low"
            " JOIN hold h ON h.state = 1 AND h.account >= low AND h.account < low + $2 LEFT JOIN bet b ON b.id = h.id ORDER BY h.id",
            lows,
            _PLAYER_SPAN,
        ):
            holds[player_of(row[1])].append(HoldRow(*row))
        return {player: WalletRow(tuple(accounts[player]), tuple(holds[player])) for player in players}

    async def load_seeds(self, players: Sequence[PlayerId]) -> dict[PlayerId, SeedRow]:
        """See `Ledger.load_seeds`."""
        rows = await self._rows(
            "SELECT s.* FROM unnest($1::bigint[]) p, LATERAL (SELECT player, number, commitment, sealed, client_seed, server_seed"
            " FROM seed WHERE player = p ORDER BY number DESC LIMIT 1) s",
            players,
        )
        return {row[0]: SeedRow(*row) for row in rows}

    async def find_seed(self, player: PlayerId, number: int) -> SeedRow | None:
        """See `Ledger.find_seed`."""
        rows = await self._rows(
            "SELECT player, number, commitment, sealed, client_seed, server_seed FROM seed WHERE player = $1 AND number = $2", player, number
        )
        return SeedRow(*rows[0]) if rows else None

    async def load_journals(self, actors: Sequence[str]) -> dict[str, JournalRow]:
        """See `Ledger.load_journals`."""
        snapshots = {
            row[0]: (row[1], row[2])
            for row in await self._rows("SELECT actor, n, state FROM snapshot WHERE actor = ANY($1::text[])", actors)
        }
        events: dict[str, list[tuple[int, bytes]]] = {actor: [] for actor in actors}
        for row in await self._rows("SELECT actor, n, event FROM journal WHERE actor = ANY($1::text[]) ORDER BY actor, n", actors):
            events[row[0]].append((row[1], row[2]))
        return {actor: JournalRow(*snapshots.get(actor, (0, None)), tuple(events[actor])) for actor in actors}

    async def newest_rounds(self, table_ids: Sequence[str]) -> dict[str, RoundRow]:
        """See `Ledger.newest_rounds`."""
        rows = await self._rows(
            f"SELECT r.* FROM unnest($1::text[]) t, LATERAL (SELECT {_ROUND_COLUMNS} FROM round"
            " WHERE table_id = t ORDER BY round DESC LIMIT 1) r",
            table_ids,
        )
        return {row[0]: RoundRow(*row) for row in rows}

    async def find_round(self, table_id: str, round: int) -> RoundRow | None:
        """See `Ledger.find_round`."""
        rows = await self._rows(f"SELECT {_ROUND_COLUMNS} FROM round WHERE table_id = $1 AND round = $2", table_id, round)
        return RoundRow(*rows[0]) if rows else None

    async def find_commands(self, commands: Sequence[CommandId]) -> dict[CommandId, KnownCommand]:
        """See `Ledger.find_commands`."""
        known: dict[CommandId, KnownCommand] = {}
        for row in await self._rows(f"SELECT {_BET_COLUMNS} FROM bet WHERE id = ANY($1::uuid[])", commands):
            bet = BetRow(*row)
            known[bet.id] = KnownCommand(bet.id, player_of(bet.account), bet.digest, 0, b"", bet)
        for row in await self._rows("SELECT id, player, digest, code, answer FROM command WHERE id = ANY($1::uuid[])", commands):
            known[row[0]] = KnownCommand(*row, None)
        return known

    async def find_bet(self, bet: BetId) -> BetRow | None:
        """See `Ledger.find_bet`."""
        rows = await self._rows(f"SELECT {_BET_COLUMNS} FROM bet WHERE id = $1", bet)
        return BetRow(*rows[0]) if rows else None

    async def statement(self, account: AccountId, before: int | None, limit: int) -> tuple[list[StatementLine], int | None]:
        """See `Ledger.statement`. A walk along `previous`, from the cursor or from the account's last transfer."""
        rows = await self._rows(
            "WITH RECURSIVE walk AS ("
            " SELECT t.*, 1 AS step FROM transfer t"
            " WHERE t.id = coalesce($2, (SELECT last FROM account WHERE id = $1)) AND $1 IN (t.debit, t.credit)"
            " UNION ALL SELECT t.*, step + 1 FROM walk w JOIN transfer t ON t.id = w.previous WHERE step < $3"
            ") SELECT id, at_ms, CASE WHEN credit = $1 THEN amount ELSE -amount END, balance, kind, ref, previous FROM walk ORDER BY step",
            account,
            before,
            limit,
        )
        return [StatementLine(*row[:6]) for row in rows], rows[-1][6] if rows else None

    async def _rows(self, query: str, *arguments: Any) -> list[Any]:
        try:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=0,
                    max_size=self._readers_max,
                    init=prepare_connection,
                    timeout=READ_SECONDS_MAX,
                    command_timeout=READ_SECONDS_MAX,
                )
            return await self._pool.fetch(query, *arguments)  # type: ignore[no-any-return]
        except (*_CANNOT_WRITE_NOW, *_LOST) as error:
            raise Unavailable(f"cannot read: {error or type(error).__name__}") from error

    async def _value(self, query: str, *arguments: Any) -> Any:
        rows = await self._rows(query, *arguments)
        return rows[0][0] if rows else None
