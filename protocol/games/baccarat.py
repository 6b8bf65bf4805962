"""The words of baccarat (punto banco): two hands from one shoe, and wagers on which of them wins.

Spots: `player`, `banker`, `tie`, `player_pair` and `banker_pair` (the hand's first two cards are of one rank).
A card is its rank (`23456789TJQKA`) and its suit (`d`, `h`, `s`, `c`): `Td` is the ten of diamonds.
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

RANKS: Final = "23456789TJQKA"
SUITS: Final = "dhsc"
Hand = tuple[str, ...]
"""Two cards, and a third if one was drawn."""
Winner = Literal["player", "banker", "tie"]
SPOTS: Final = ("player", "banker", "tie", "player_pair", "banker_pair")


class BaccaratBet(TableBet):
    """Put wagers on the layout, all or none; they add to what is there. `entropy` is mixed into the round's outcome.

    With `round` the bet is for that round only: one that comes too late is refused (5001) and not placed in the next.
    """

    t: Literal["baccarat.bet"] = "baccarat.bet"


class BaccaratUndo(TableUndo):
    """Take back the newest bet of this round, while betting is open."""

    t: Literal["baccarat.undo"] = "baccarat.undo"


class BaccaratClear(TableClear):
    """Take back all one's bets of this round, while betting is open."""

    t: Literal["baccarat.clear"] = "baccarat.clear"


class BaccaratPlaced(TablePlaced):
    """The bet stands and its stake is held. `epoch` and `seq` are the player's `wallet` stream after it."""

    t: Literal["baccarat.placed"] = "baccarat.placed"


class BaccaratReturned(TableReturned):
    """These bets were taken back, and `amount` in all is free again."""

    t: Literal["baccarat.returned"] = "baccarat.returned"


class BaccaratOpened(TableOpened):
    """A round is open for bets until `closes_at_ms`; its server seed is committed to."""

    t: Literal["baccarat.opened"] = "baccarat.opened"


class BaccaratBets(TableBets):
    """Bets since the last such event, in bulk, and the table's totals.

    A bet is (player, name, spot, amount), the amount negative when it was taken back; `more` were left out.
    """

    t: Literal["baccarat.bets"] = "baccarat.bets"


class BaccaratClosed(TableClosed):
    """No more bets; `client_seed` is the mixed entropy of the players, which together with the server seed decides."""

    t: Literal["baccarat.closed"] = "baccarat.closed"
    draws_at_ms: int


class BaccaratDealt(TableDrawn):
    """The hands, and the server seed they follow from. `burned`, at the first round of a shoe, went out before them."""

    t: Literal["baccarat.dealt"] = "baccarat.dealt"
    player: Hand
    banker: Hand
    winner: Winner
    burned: Hand


class BaccaratSettled(TableSettled):
    """The round is paid. `winners` is the largest wins: (player, name, payout)."""

    t: Literal["baccarat.settled"] = "baccarat.settled"
    player: Hand
    banker: Hand
    winner: Winner
    burned: Hand


class BaccaratSnapshot(TableSnapshot):
    """The whole table as this viewer may see it; it replaces what was known. `mine`: (bet, spot, amount).

    `history` is the rounds of this shoe, newest first: who won (`P`, `B`, `T`), and `p` or `b` for a pair of the
    player's or banker's. `road` is its big road, oldest column first: a column for each run of wins of one side, with
    `T` after the win that a tie followed. `left` is how many of each card are in the shoe: 52 digits, the twos (in the
    order of `dhsc`) to the aces; there is none where every card is drawn from whole decks.
    """

    t: Literal["baccarat.snapshot"] = "baccarat.snapshot"
    player: Hand | None
    banker: Hand | None
    winner: Winner | None
    burned: Hand
    history: tuple[str, ...]
    road: tuple[str, ...]
    shoe: int
    left: str


REQUESTS: Final[tuple[type[Request], ...]] = (BaccaratBet, BaccaratUndo, BaccaratClear)
REPLIES: Final[tuple[type[Message], ...]] = (
    BaccaratPlaced,
    BaccaratReturned,
    BaccaratOpened,
    BaccaratBets,
    BaccaratClosed,
    BaccaratDealt,
    BaccaratSettled,
    BaccaratSnapshot,
)
