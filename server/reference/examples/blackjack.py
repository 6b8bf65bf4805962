"""Examples of blackjack: a round that is really played, by the game's own rules."""

from typing import Any

from actors.games.interface import Advance, OpenRound, PlaceBet
from protocol.games.blackjack import (
    BlackjackAct,
    BlackjackActed,
    BlackjackBet,
    BlackjackClear,
    BlackjackPlaced,
    BlackjackRaise,
    BlackjackRaised,
    BlackjackReturned,
    BlackjackUndo,
)
from protocol.games.table import Wager
from protocol.ids import CommandId
from protocol.model import Message
from protocol.money import Balance, player_account
from server.config.tables import DEFAULT_TABLES, BlackjackSettings
from server.reference.examples.played import BET_AFTER_MS, OPENED_AFTER_MS, ROUND, PlayedTable
from server.reference.examples.story import NAME, NOW_MS, OPENING, PLAYER, STREAM_EPOCH, story_id, story_seeds

BOX = 2
STAKE = 500


def blackjack_examples() -> tuple[Message, ...]:
    """One of each message of blackjack: a round with one bet, which the platform plays for a player who is away."""
    settings = next(table for table in DEFAULT_TABLES if isinstance(table, BlackjackSettings))
    table, seeds = PlayedTable(settings, f"table:{settings.id}"), story_seeds("blackjack")
    now, wagers = NOW_MS + OPENED_AFTER_MS, ((f"box{BOX}", STAKE),)
    opened = table.goes_on(OpenRound(ROUND, seeds.commitment, now))
    bet_id, undo_id, act_id = (story_id(f"blackjack.{what}", BET_AFTER_MS) for what in ("bet", "undo", "act"))
    raise_id, account = story_id("blackjack.raise", BET_AFTER_MS), player_account(PLAYER, 1, Balance.CASH)
    placed = table.happens(PlaceBet(CommandId(bet_id), PLAYER, NAME, account, wagers, "", NOW_MS + BET_AFTER_MS))
    shown = table.shows_bets(placed)
    closed = table.goes_on(Advance(now := now + settings.betting_ms))
    told = list(table.goes_through(Advance(now := now + settings.closed_ms, seeds.server_seed)))
    snapshot = table.seen(now, seated=True)
    while told[-1].t == "blackjack.played":
        told += table.goes_through(Advance(now := now + settings.turn_ms, seeds.server_seed))
    settled = table.goes_on(Advance(now + settings.spin_ms))
    at: dict[str, Any] = {"table": settings.id, "round": ROUND}
    spread = tuple(Wager(spot=spot, amount=amount) for spot, amount in wagers)
    chosen: dict[str, Any] = {"table": settings.id, "box": BOX, "step": 2}
    return (
        BlackjackBet(id=bet_id, table=settings.id, wagers=spread, round=ROUND),
        BlackjackUndo(id=undo_id, table=settings.id),
        BlackjackClear(id=story_id("blackjack.clear", 15_000), table=settings.id),
        BlackjackAct(id=act_id, action="stand", **chosen),
        BlackjackRaise(id=raise_id, action="double", **chosen),
        BlackjackPlaced(id=bet_id, **at, stake=STAKE, **_held(STAKE, 2)),
        BlackjackReturned(id=undo_id, **at, bets=(bet_id,), amount=STAKE),
        BlackjackActed(id=act_id, **at),
        BlackjackRaised(id=raise_id, **at, stake=STAKE, **_held(2 * STAKE, 3)),
        *(opened, shown, closed, *told, settled, snapshot),
    )


def _held(amount: int, seq: int) -> dict[str, Any]:
    return {"available": OPENING - amount, "held": amount, "epoch": STREAM_EPOCH, "seq": seq}
