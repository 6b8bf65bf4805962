"""The words of roulette: spots of the layout, wagers on them, and what happens at the wheel.

A spot is written as its kind and its lowest numbers: `straight:17`, `straight:00`, `split:17-20`, `street:13`
(13-14-15), `corner:25` (25-26-28-29), `line:31` (31 to 36), `trio:0-1-2`, `first_four`, `first_five`, `dozen:2`,
`column:3`, `red`, `black`, `odd`, `even`, `low`, `high`.
"""

from typing import Final, Literal

from protocol.games.table import (
    TableBet,
    TableBets,
    TableClear,
    TableClosed,
    TableDrawn,
    TableOpened,
    TablePlaced,
    TableReturned,
    TableSettled,
    TableSnapshot,
    TableUndo,
)
from protocol.model import Message, Request


class RouletteBet(TableBet):
    """Put wagers on the layout, all or none; they add to what is there. `entropy` is mixed into the round's outcome.

    With `round` the bet is for that round only: one that comes too late is refused (5001) and not placed in the next.
    """

    t: Literal["roulette.bet"] = "roulette.bet"


class RouletteUndo(TableUndo):
    """Take back the newest bet of this round, while betting is open."""

    t: Literal["roulette.undo"] = "roulette.undo"


class RouletteClear(TableClear):
    """Take back all one's bets of this round, while betting is open."""

    t: Literal["roulette.clear"] = "roulette.clear"


class RoulettePlaced(TablePlaced):
    """The bet stands and its stake is held. `epoch` and `seq` are the player's `wallet` stream after it."""

    t: Literal["roulette.placed"] = "roulette.placed"


class RouletteReturned(TableReturned):
    """These bets were taken back, and `amount` in all is free again."""

    t: Literal["roulette.returned"] = "roulette.returned"


class RouletteOpened(TableOpened):
    """A round is open for bets until `closes_at_ms`; its server seed is committed to."""

    t: Literal["roulette.opened"] = "roulette.opened"


class RouletteBets(TableBets):
    """Bets since the last such event, in bulk, and the table's totals.

    A bet is (player, name, spot, amount), the amount negative when it was taken back; `more` were left out.
    """

    t: Literal["roulette.bets"] = "roulette.bets"


class RouletteClosed(TableClosed):
    """No more bets; `client_seed` is the mixed entropy of the players, which together with the server seed decides."""

    t: Literal["roulette.closed"] = "roulette.closed"
    spins_at_ms: int


class RouletteSpun(TableDrawn):
    """Where the ball fell (37 is 00), and the server seed it follows from."""

    t: Literal["roulette.spun"] = "roulette.spun"
    pocket: int


class RouletteSettled(TableSettled):
    """The round is paid. `winners` is the largest wins: (player, name, payout)."""

    t: Literal["roulette.settled"] = "roulette.settled"
    pocket: int


class RouletteSnapshot(TableSnapshot):
    """The whole table as this viewer may see it; it replaces what was known. `mine`: (bet, spot, amount)."""

    t: Literal["roulette.snapshot"] = "roulette.snapshot"
    pocket: int | None
    history: tuple[int, ...]


REQUESTS: Final[tuple[type[Request], ...]] = (RouletteBet, RouletteUndo, RouletteClear)
REPLIES: Final[tuple[type[Message], ...]] = (
    RoulettePlaced,
    RouletteReturned,
    RouletteOpened,
    RouletteBets,
    RouletteClosed,
    RouletteSpun,
    RouletteSettled,
    RouletteSnapshot,
)
