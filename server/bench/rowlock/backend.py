"""The gateway's backend over a row-lock wallet: what is compared with the actors, and nothing else in it is slower.

The same checks, outcome, tables, indexes and reply; its money is in rows that are locked, a transaction per bet.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from itertools import count
from typing import Any, Final, NamedTuple

import asyncpg
from structlog.typing import FilteringBoundLogger

from actors.fairness.commitment import new_server_seed
from actors.games.catalogue import INSTANT_GAMES
from actors.games.interface import Limits
from actors.instant.instant import CLIENT_SEED_BYTES, SERVER_SEED_BYTES
from actors.runtime.ref import Ref
from actors.wallet.digest import digest_of
from protocol.commands import Asked, Look, OpenWallet
from protocol.errors import Code, Refusal
from protocol.ids import AccountId, BetId, PlayerId, ShardId, command_id_from
from protocol.model import Request
from protocol.money import Asset, Balance, HouseAccount, asset_of, balance_of, house_account, player_account
from protocol.records import TransferKind
from protocol.replies import BalanceView, WalletBalances, WalletSnapshot
from protocol.requests import Balances
from server.bench.rowlock import bets
from server.bench.rowlock.bets import Seed
from server.gateway.backend import Clock, Outbox, ReplyTo

EPOCH: Final = 1
NUMBERS_PER_MS_BITS: Final = 20
_BALANCES: Final = {balance.name.lower(): balance for balance in Balance}
_GAMES: Final = {game.request: game for game in INSTANT_GAMES.values()}
_OPEN_ACCOUNT: Final = """
    INSERT INTO account (id, posted, last) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id"""
_OPENING: Final = """
    INSERT INTO transfer (id, debit, credit, amount, kind, ref, balance, previous, at_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $4, NULL, $7)"""
_ACCOUNTS: Final = "SELECT id, posted, held FROM account WHERE id >= $1 AND id < $2 ORDER BY id"
_ERRORS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


class _Position(NamedTuple):
    """Where a player's stream stands."""

    epoch: int
    seq: int


class RowLockBackend:
    """Answers logins, balances and instant bets of new players; other requests are unknown here."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        assets: tuple[Asset, ...],
        limits: Mapping[tuple[str, str], Limits],
        clock: Clock,
        entropy: Callable[[int], bytes],
        log: FilteringBoundLogger,
    ) -> None:
        self.outbox: Outbox | None = None
        self._pool = pool
        self._codes = {asset.number: asset.code for asset in assets}
        self._assets = {asset.code: asset for asset in assets}
        self._limits = limits
        self._clock = clock
        self._entropy = entropy
        self._log = log
        self._numbers: Iterator[int] = count(clock.unix_ms() << NUMBERS_PER_MS_BITS)
        self._seeds: dict[PlayerId, Seed] = {}
        self._seqs: dict[PlayerId, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def post(self, ref: Ref, command: object, reply_to: ReplyTo | None) -> None:
        """See `Backend.post`. Bets of one player are answered in their order only with one in flight at a time."""
        if reply_to is None:
            return
        match command:
            case OpenWallet(player, openings):
                self._start(self._open(player, openings), reply_to)
            case Look():
                self._start(self._snapshot(PlayerId(int(ref.key))), reply_to)
            case Asked(player, _, Balances() as request):
                self._start(self._balances(player, request), reply_to)
            case Asked(player, _, request) if type(request) in _GAMES:
                self._start(self._bet(player, request, reply_to), reply_to)
            case _:
                reply_to(Refusal(Code.UNKNOWN_TYPE))

    async def stop(self) -> None:
        """Let open transactions end."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, object], reply_to: ReplyTo) -> None:
        task = asyncio.create_task(self._answer(work, reply_to))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, work: Coroutine[Any, Any, object], reply_to: ReplyTo) -> None:
        try:
            answer = await work
        except _ERRORS as error:
            self._log.error("the database refused", error=str(error), kind=type(error).__name__)
            answer = Refusal(Code.INTERNAL)
        if answer is not None:
            reply_to(answer)

    # --- dice ---

    async def _bet(self, player: PlayerId, request: Any, reply_to: ReplyTo) -> Refusal | None:
        game = _GAMES[type(request)]
        asset = self._assets.get(request.asset)
        limits = self._limits.get((game.name, request.asset))
        if asset is None or limits is None:
            return Refusal(Code.UNKNOWN_ASSET, {"asset": request.asset, "game": game.name})
        wager = game.check(request, limits)
        if isinstance(wager, Refusal):
            return wager
        bet, digest = BetId(request.id), digest_of(request)
        account = player_account(player, asset.number, _BALANCES[request.balance])
        try:
            async with self._pool.acquire() as connection:
                answer = await bets.play(
                    connection,
                    game,
                    wager,
                    self._seeds[player],
                    bet=bet,
                    digest=digest,
                    account=account,
                    numbers=self._numbers,
                    now=self._clock.unix_ms(),
                )
        except asyncpg.UniqueViolationError:
            async with self._pool.acquire() as connection:
                reply_to(await bets.answer_again(connection, player, bet, digest))
            return None
        if isinstance(answer, Refusal):
            return answer
        seq = self._seqs[player] = self._seqs[player] + 1
        answer["epoch"], answer["seq"] = EPOCH, seq
        reply_to(answer)
        self._publish(player, request, answer, reply_to)
        return None

    def _publish(self, player: PlayerId, request: Any, answer: Mapping[str, Any], origin: ReplyTo) -> None:
        if self.outbox is not None:
            same = {key: answer[key] for key in ("epoch", "seq", "available", "held")}
            event = {"t": "wallet.changed", "stream": "wallet", "reason": "bet", "ref": request.id, **same}
            event |= {"asset": request.asset, "balance": request.balance}
            self.outbox.pushed(f"wallet:{player}", event, origin)

    # --- wallets ---

    async def _open(self, player: PlayerId, openings: tuple[tuple[AccountId, int], ...]) -> WalletSnapshot:
        now = self._clock.unix_ms()
        async with self._pool.acquire() as connection, connection.transaction():
            for account, amount in openings:
                number = next(self._numbers)
                if await connection.fetchval(_OPEN_ACCOUNT, account, amount, number) is not None:
                    treasury = house_account(asset_of(account), HouseAccount.TREASURY, ShardId(0))
                    ref = command_id_from(now, self._entropy(10))
                    await connection.execute(
                        _OPENING, number, treasury, account, amount, TransferKind.OPENING, ref, now
                    )
        if player not in self._seeds:
            server_seed = new_server_seed(self._entropy(SERVER_SEED_BYTES))
            self._seeds[player] = Seed(1, server_seed, self._entropy(CLIENT_SEED_BYTES).hex())
        return await self._snapshot(player)

    async def _snapshot(self, player: PlayerId) -> WalletSnapshot:
        position, balances = await self._read(player)
        return WalletSnapshot(stream="wallet", epoch=position.epoch, seq=position.seq, balances=balances)

    async def _balances(self, player: PlayerId, request: Request) -> WalletBalances:
        position, balances = await self._read(player)
        return WalletBalances(id=request.id, epoch=position.epoch, seq=position.seq, balances=balances)

    async def _read(self, player: PlayerId) -> tuple[_Position, tuple[BalanceView, ...]]:
        position = _Position(EPOCH, self._seqs.setdefault(player, 0))
        first = player_account(player, 0, Balance.CASH)
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(_ACCOUNTS, first, player_account(PlayerId(player + 1), 0, Balance.CASH))
        return position, tuple(
            BalanceView(
                asset=self._codes[asset_of(account)],
                balance=balance_of(account).name.lower(),
                available=posted - held,
                held=held,
            )
            for account, posted, held in rows
        )
