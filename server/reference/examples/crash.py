"""Examples of crash: a round that is really played, by the game's own rules, with a cash-out by hand."""

from itertools import count
from typing import Any, Final

from actors.fairness.chain import seed_in_chain
from actors.fairness.commitment import commitment_of
from actors.games.crash import bust_of, reached_at
from actors.games.interface import Advance, CashedOut, CashOut, ChainBegun, OpenRound, PlaceBet
from protocol.games.crash import (
    CrashBet,
    CrashCashed,
    CrashCashout,
    CrashClear,
    CrashPlaced,
    CrashReturned,
    CrashUndo,
)
from protocol.ids import CommandId
from protocol.model import Message
from protocol.money import Balance, player_account
from server.config.tables import DEFAULT_TABLES
from server.reference.examples.played import BET_AFTER_MS, OPENED_AFTER_MS, ROUND, PlayedTable
from server.reference.examples.story import NAME, NOW_MS, OPENING, PLAYER, STREAM_EPOCH, story_id, story_seeds

STAKE: Final = 500
FLOWN_MS: Final = 5_000
ROUNDS: Final = 2_000
LOWEST_BUST: Final = 150


def crash_examples() -> tuple[Message, ...]:
    """One of each message of crash."""
    return next(played for number in count() if (played := _round(number)))


def _round(number: int) -> tuple[Message, ...]:
    """A round with the seed of a chain; nothing when it busts too early to be an example."""
    settings = next(table for table in DEFAULT_TABLES if table.game == "crash")
    table = PlayedTable(settings, f"table:{settings.id}")
    root = commitment_of(f"{story_seeds('crash').server_seed}:{number}")
    terminating, server_seed = seed_in_chain(root, ROUNDS, 0), seed_in_chain(root, ROUNDS, 1)
    now = NOW_MS + OPENED_AFTER_MS
    chain = table.shows(ChainBegun(ROUND, ROUNDS, terminating, b""))
    opened = table.goes_on(OpenRound(ROUND, commitment_of(server_seed), now))
    bet = CrashBet(id=story_id("crash.bet", BET_AFTER_MS), table=settings.id, amount=STAKE, round=ROUND)
    wagers = tuple((wager.spot, wager.amount) for wager in bet.wagers)
    account = player_account(PLAYER, 1, Balance.CASH)
    placed = table.happens(PlaceBet(CommandId(bet.id), PLAYER, NAME, account, wagers, "", NOW_MS + BET_AFTER_MS))
    shown = table.shows_bets(placed)
    closed = table.goes_on(Advance(now := now + settings.betting_ms))
    bust = bust_of(server_seed, closed.model_dump()["client_seed"])
    if bust < LOWEST_BUST:
        return ()
    launched = table.goes_on(Advance(now := now + settings.closed_ms, server_seed))
    cashed = table.happens(CashOut(PLAYER, CommandId(bet.id), now + FLOWN_MS, server_seed))
    if not isinstance(cashed, CashedOut):
        raise TypeError(f"not a cash-out: {cashed}")
    tick = table.shows_bets(cashed)
    snapshot = table.seen(now + FLOWN_MS, seated=True)
    crashed, settled = table.goes_through(Advance(now + reached_at(bust), server_seed))
    at: dict[str, Any] = {"table": settings.id, "round": ROUND}
    held: dict[str, Any] = {"available": OPENING - STAKE, "held": STAKE, "epoch": STREAM_EPOCH, "seq": 2}
    undo_id, cashout_id = story_id("crash.undo", 14_000), story_id("crash.cashout", 26_000)
    return (
        bet,
        CrashUndo(id=undo_id, table=settings.id),
        CrashClear(id=story_id("crash.clear", 15_000), table=settings.id),
        CrashCashout(id=cashout_id, table=settings.id, bet=bet.id),
        CrashPlaced(id=bet.id, **at, stake=STAKE, **held),
        CrashReturned(id=undo_id, **at, bets=(bet.id,), amount=STAKE),
        CrashCashed(id=cashout_id, **at, bet=bet.id, multiplier=cashed.multiplier, payout=cashed.payout),
        chain,
        opened,
        shown,
        closed,
        launched,
        tick,
        crashed,
        settled,
        snapshot,
    )
