"""The words of sic bo: three dice, and wagers on what they show together.

A spot is written `small` (4 to 10) and `big` (11 to 17), `odd` and `even`, all four of which lose on any triple;
`total:4` to `total:17`; `single:6` (pays by how many dice show it); `combo:2-5` (both show); `double:3` (at least two
dice show it); `triple:3` (all three do); `any_triple`.
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

Dice = tuple[int, int, int]
"""One to six each, in the order in which they were drawn."""
TOTALS: Final = ("total_4_17", "total_5_16", "total_6_15", "total_7_14", "total_8_13", "total_9_12", "total_10_11")
PAYS_KEYS: Final = (
    "even_money", *TOTALS, "single", "single_twice", "single_thrice", "combo", "double", "triple", "any_triple"
)  # fmt: skip
"""Of a pay table, which says what each kind of spot pays to one. `single` pays by how many dice show the number."""
PAY_TABLES: Final = {
    "atlantic_city": dict(zip(PAYS_KEYS, (1, 60, 30, 17, 12, 8, 6, 6, 1, 2, 3, 5, 10, 180, 30), strict=True)),
    "macau": dict(zip(PAYS_KEYS, (1, 50, 18, 14, 12, 8, 6, 6, 1, 2, 3, 5, 8, 150, 24), strict=True)),
    "australia": dict(zip(PAYS_KEYS, (1, 62, 31, 18, 12, 8, 7, 6, 1, 2, 12, 6, 11, 180, 30), strict=True)),
}
"""The published ones. A table of the variant `custom` has one of its own, which its snapshot shows."""


class SicBoBet(TableBet):
    """Put wagers on the layout, all or none; they add to what is there. `entropy` is mixed into the round's outcome.

    With `round` the bet is for that round only: one that comes too late is refused (5001) and not placed in the next.
    """

    t: Literal["sicbo.bet"] = "sicbo.bet"


class SicBoUndo(TableUndo):
    """Take back the newest bet of this round, while betting is open."""

    t: Literal["sicbo.undo"] = "sicbo.undo"


class SicBoClear(TableClear):
    """Take back all one's bets of this round, while betting is open."""

    t: Literal["sicbo.clear"] = "sicbo.clear"


class SicBoPlaced(TablePlaced):
    """The bet stands and its stake is held. `epoch` and `seq` are the player's `wallet` stream after it."""

    t: Literal["sicbo.placed"] = "sicbo.placed"


class SicBoReturned(TableReturned):
    """These bets were taken back, and `amount` in all is free again."""

    t: Literal["sicbo.returned"] = "sicbo.returned"


class SicBoOpened(TableOpened):
    """A round is open for bets until `closes_at_ms`; its server seed is committed to."""

    t: Literal["sicbo.opened"] = "sicbo.opened"


class SicBoBets(TableBets):
    """Bets since the last such event, in bulk, and the table's totals.

    A bet is (player, name, spot, amount), the amount negative when it was taken back; `more` were left out.
    """

    t: Literal["sicbo.bets"] = "sicbo.bets"


class SicBoClosed(TableClosed):
    """No more bets; `client_seed` is the mixed entropy of the players, which together with the server seed decides."""

    t: Literal["sicbo.closed"] = "sicbo.closed"
    draws_at_ms: int


class SicBoRolled(TableDrawn):
    """What the dice show, and the server seed it follows from."""

    t: Literal["sicbo.rolled"] = "sicbo.rolled"
    dice: Dice


class SicBoSettled(TableSettled):
    """The round is paid. `winners` is the largest wins: (player, name, payout)."""

    t: Literal["sicbo.settled"] = "sicbo.settled"
    dice: Dice


class SicBoSnapshot(TableSnapshot):
    """The whole table as this viewer may see it; it replaces what was known. `mine`: (bet, spot, amount).

    `pays` is the table's pay table, to one; `history` is the newest dice, newest first.
    """

    t: Literal["sicbo.snapshot"] = "sicbo.snapshot"
    dice: Dice | None
    history: tuple[Dice, ...]
    pays: dict[str, int]


REQUESTS: Final[tuple[type[Request], ...]] = (SicBoBet, SicBoUndo, SicBoClear)
REPLIES: Final[tuple[type[Message], ...]] = (
    SicBoPlaced,
    SicBoReturned,
    SicBoOpened,
    SicBoBets,
    SicBoClosed,
    SicBoRolled,
    SicBoSettled,
    SicBoSnapshot,
)
