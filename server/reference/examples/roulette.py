"""Examples of roulette: a round that is really played, by the game's own rules."""

from dataclasses import dataclass
from typing import Final

from actors.games.interface import Advance, OpenRound, PlaceBet
from protocol.games.roulette import RouletteBet, RouletteClear, RoulettePlaced, RouletteReturned, RouletteUndo
from protocol.games.table import Wager
from protocol.ids import CommandId
from protocol.model import Message
from protocol.money import Balance, player_account
from server.config.tables import DEFAULT_TABLES
from server.reference.examples.played import PlayedTable
from server.reference.examples.story import (
    NAME,
    NOW_MS,
    OPENING,
    PLAYER,
    STREAM_EPOCH,
    TABLE,
    story_id,
    story_seeds,
)

ROUND: Final = 1
WAGERS: Final = (("black", 500), ("split:17-20", 100))
STAKE: Final = sum(amount for _, amount in WAGERS)
STREAM: Final = f"table:{TABLE}"
SEEN_AFTER_MS: Final = 11_000
OPENED_AFTER_MS: Final = 11_500
BET_AFTER_MS: Final = 12_000


@dataclass(frozen=True, slots=True)
class Played:
    """What a watcher of the round was sent: `arrival` before it was opened, `snapshot` is the table with the bet."""

    arrival: Message
    opened: Message
    snapshot: Message
    bets: Message
    closed: Message
    spun: Message
    settled: Message


def roulette_bet() -> RouletteBet:
    """Two wagers at once."""
    wagers = tuple(Wager(spot=spot, amount=amount) for spot, amount in WAGERS)
    return RouletteBet(id=story_id("roulette.bet", BET_AFTER_MS), table=TABLE, wagers=wagers, round=ROUND)


def roulette_placed(available: int = OPENING, seq: int = 2) -> RoulettePlaced:
    """The stake of a balance of `available` is held; the wallet's event of it is number `seq`."""
    return RoulettePlaced(
        id=roulette_bet().id,
        table=TABLE,
        round=ROUND,
        stake=STAKE,
        available=available - STAKE,
        held=STAKE,
        epoch=STREAM_EPOCH,
        seq=seq,
    )


def roulette_round() -> Played:
    """A whole round, from its opening to its settlement."""
    table = PlayedTable(DEFAULT_TABLES[0], STREAM)
    now = NOW_MS + OPENED_AFTER_MS
    arrival = table.seen(NOW_MS + SEEN_AFTER_MS, seated=False)
    opened = table.goes_on(OpenRound(ROUND, story_seeds("roulette").commitment, now))
    bet = roulette_bet()
    account = player_account(PLAYER, 1, Balance.CASH)
    placed = table.happens(PlaceBet(CommandId(bet.id), PLAYER, NAME, account, WAGERS, "", NOW_MS + BET_AFTER_MS))
    bets = table.shows_bets(placed)
    snapshot = table.seen(NOW_MS + BET_AFTER_MS + 500, seated=True)
    closed = table.goes_on(Advance(now := now + 15_000))
    spun = table.goes_on(Advance(now := now + 1_000, story_seeds("roulette").server_seed))
    settled = table.goes_on(Advance(now + 5_000))
    return Played(arrival, opened, snapshot, bets, closed, spun, settled)


def roulette_examples() -> tuple[Message, ...]:
    """One of each message of roulette."""
    played = roulette_round()
    undo = RouletteUndo(id=story_id("roulette.undo", 14_000), table=TABLE)
    returned = RouletteReturned(id=undo.id, table=TABLE, round=ROUND, bets=(roulette_bet().id,), amount=STAKE)
    return (
        roulette_bet(),
        undo,
        RouletteClear(id=story_id("roulette.clear", 15_000), table=TABLE),
        roulette_placed(),
        returned,
        played.opened,
        played.bets,
        played.closed,
        played.spun,
        played.settled,
        played.snapshot,
    )
