"""A dice bet the usual way: its player's row locked, changed and released, in a transaction of the bet's own."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import asyncpg
import msgpack
from asyncpg.pool import PoolConnectionProxy

from actors.games.interface import InstantGame, InstantPlay
from actors.wallet.recall import answer_from
from actors.wallet.wallet import DRAW_BITS
from persistence.interfaces import BetRow, KnownCommand
from protocol.errors import Code, Refusal
from protocol.ids import AccountId, BetId, PlayerId, ShardId
from protocol.money import HouseAccount, asset_of, house_account, player_of
from protocol.records import BetState, TransferKind

_LOCK: Final = "SELECT posted, held, draw_high, last FROM account WHERE id = $1 FOR UPDATE"
_CHANGE: Final = "UPDATE account SET posted = $2, draw_high = $3, last = $4 WHERE id = $1"
_STAKE: Final = """
    INSERT INTO transfer (id, debit, credit, amount, kind, ref, balance, previous, at_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""
_STAKE_AND_WIN: Final = f"{_STAKE}, ($10, $3, $2, $11, $12, $6, $13, $1, $9)"
_BET: Final = """
    INSERT INTO bet (id, account, game, stake, payout, state, seed, nonce, params, outcome, available, held, digest,
        placed_ms, settled_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)"""
_KNOWN: Final = """
    SELECT id, account, game, table_id, round, stake, payout, state, seed, nonce, params, outcome, available, held,
        digest, placed_ms, settled_ms
    FROM bet WHERE id = $1"""


Connection = asyncpg.Connection | PoolConnectionProxy


class Seed(NamedTuple):
    """What a player's draws are made with."""

    number: int
    server_seed: str
    client_seed: str


async def play(
    connection: Connection,
    game: InstantGame,
    wager: InstantPlay,
    seed: Seed,
    *,
    bet: BetId,
    digest: bytes,
    account: AccountId,
    numbers: Iterator[int],
    now: int,
) -> dict[str, Any] | Refusal:
    """Settle one bet and commit it; `numbers` are of its transfers. The house's row is left alone: it would be hot.

    Returns the reply without its stream position. Raises `asyncpg.UniqueViolationError` for an id that was used.
    """
    async with connection.transaction():
        row = await connection.fetchrow(_LOCK, account)
        if row is None:
            return Refusal(Code.UNKNOWN_ASSET, {"asset": asset_of(account)})
        posted, held, draw_high, last = row
        if posted - held < wager.stake:
            return Refusal(Code.INSUFFICIENT_FUNDS, {"available": posted - held, "needed": wager.stake})
        number, newest = divmod(draw_high, 1 << DRAW_BITS)
        nonce = newest + 1 if number == seed.number else 0
        result = game.play(wager, seed.server_seed, seed.client_seed, nonce)
        house = house_account(asset_of(account), HouseAccount.HOUSE, ShardId(0))
        stake_number = newest_number = next(numbers)
        after_stake = posted - wager.stake
        after = after_stake + result.payout
        stake = (stake_number, account, house, wager.stake, TransferKind.STAKE, bet, after_stake, last, now)
        if result.payout:
            newest_number = next(numbers)
            win = (newest_number, result.payout, TransferKind.WIN, after)
            await connection.execute(_STAKE_AND_WIN, *stake, *win)
        else:
            await connection.execute(_STAKE, *stake)
        await connection.execute(_CHANGE, account, after, seed.number << DRAW_BITS | nonce, newest_number)
        params, outcome = msgpack.packb(wager.params), msgpack.packb(result.outcome)
        await connection.execute(
            _BET,
            *(bet, account, game.name, wager.stake, result.payout, BetState.SETTLED, seed.number, nonce),
            *(params, outcome, after - held, held, digest, now),
        )
    return {
        "t": game.settled,
        "id": bet,
        "stake": wager.stake,
        "payout": result.payout,
        "seed": seed.number,
        "nonce": nonce,
        "jackpot": None,
        **game.reply(wager, result),
        "available": after - held,
        "held": held,
    }


async def answer_again(connection: Connection, player: PlayerId, bet: BetId, digest: bytes) -> dict[str, Any] | Refusal:
    """The answer that a bet once had; a refusal for another's id, or for another request with it."""
    found = await connection.fetchrow(_KNOWN, bet)
    row = None if found is None else BetRow(*found)
    if row is None or player_of(row.account) != player or row.digest != digest:
        return Refusal(Code.ID_REUSED)
    answer = answer_from(KnownCommand(bet, player, digest, 0, b"", row))
    return answer if isinstance(answer, Refusal) else dict(answer)
