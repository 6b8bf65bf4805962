"""The words of blackjack: bets on boxes, turns against the dealer, and steps that tell what happened.

Spots: `box1` to `box7`, which anyone may bet on; while a round is played also `insureB`, `doubleB.H` and `splitB.H`,
for what a player put down besides on hand H of box B. The box belongs to who bet on it first, and who bet behind goes
with its first hand. A card is its rank (`23456789TJQKA`) and its suit (`d`, `h`, `s`, `c`).

A step is its name, the box, and the cards that came: `["hit", 2, "Td"]`. `deal` has no box: its cards go round the
boxes, to the dealer, and round again. `peek` has 1 if the dealer has a natural, and 0 if not.
"""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

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
from protocol.model import Message, Push, Reply, Request, TableKey

BOXES_MAX: Final = 7
STEPS_MAX: Final = 1_000
"""No round has more steps."""
BoxNumber = Annotated[int, Field(ge=1, le=BOXES_MAX)]
StepCount = Annotated[int, Field(ge=0, lt=STEPS_MAX)]
Cards = tuple[str, ...]
StepTold = tuple[str | int, ...]


ENDLESS: Final = 0
"""So many decks: every card comes from a whole deck."""
_PIPS: Final = 340
"""What the cards of a deck count together, aces as one."""
_PIPS_OF_HAND_MAX: Final = 30
"""A hand of twenty, and a ten more."""
_PIPS_OF_DEALER_MAX: Final = 26


def boxes_max(decks: int, hands_max: int) -> int:
    """How many boxes can be played with no shoe ever running out.

    A box makes at most `hands_max` hands, none of which takes a card from 21 on, nor does the dealer from 17 on: all of
    them together count less than the shoe.
    """
    if decks == ENDLESS:
        return BOXES_MAX
    return min(BOXES_MAX, (_PIPS * decks - _PIPS_OF_DEALER_MAX - 1) // (_PIPS_OF_HAND_MAX * hands_max))


def stakes_max(hands_max: int, *, doubles_after_split: bool) -> int:
    """How many times its stake a box can have at risk, all hands together."""
    return max(2, hands_max * (2 if doubles_after_split else 1))


class BlackjackBet(TableBet):
    """Put wagers on boxes, all or none; they add to what is there. `entropy` is mixed into the round's shuffle.

    With `round` the bet is for that round only: one that comes too late is refused (5001) and not placed in the next.
    """

    t: Literal["blackjack.bet"] = "blackjack.bet"


class BlackjackUndo(TableUndo):
    """Take back the newest bet of this round, while betting is open."""

    t: Literal["blackjack.undo"] = "blackjack.undo"


class BlackjackClear(TableClear):
    """Take back all one's bets of this round, while betting is open."""

    t: Literal["blackjack.clear"] = "blackjack.clear"


class BlackjackAct(Request):
    """Do what costs nothing with the hand whose turn it is, or `decline` insurance.

    `step` is how many steps of the round were known when this was chosen: after another one it is refused.
    """

    room: ClassVar[str] = "table"
    t: Literal["blackjack.act"] = "blackjack.act"
    table: TableKey
    box: BoxNumber
    action: Literal["hit", "stand", "surrender", "decline"]
    step: StepCount


class BlackjackRaise(Request):
    """Double or split the hand whose turn it is, or insure a box: from the balance that the box was first bet from."""

    room: ClassVar[str] = "table"
    t: Literal["blackjack.raise"] = "blackjack.raise"
    table: TableKey
    box: BoxNumber
    action: Literal["double", "split", "insure"]
    step: StepCount


class BlackjackPlaced(TablePlaced):
    """The bet stands and its stake is held. `epoch` and `seq` are the player's `wallet` stream after it."""

    t: Literal["blackjack.placed"] = "blackjack.placed"


class BlackjackReturned(TableReturned):
    """These bets were taken back, and `amount` in all is free again."""

    t: Literal["blackjack.returned"] = "blackjack.returned"


class BlackjackActed(Reply):
    """It is done; the table's stream tells what came of it."""

    t: Literal["blackjack.acted"] = "blackjack.acted"
    table: str
    round: int


class BlackjackRaised(TablePlaced):
    """It is done and its stake is held; the table's stream tells what came of it."""

    t: Literal["blackjack.raised"] = "blackjack.raised"


class BlackjackOpened(TableOpened):
    """A round is open for bets until `closes_at_ms`; its server seed is committed to."""

    t: Literal["blackjack.opened"] = "blackjack.opened"


class BlackjackBets(TableBets):
    """Bets since the last such event, in bulk, and the table's totals.

    A bet is (player, name, spot, amount), the amount negative when it was taken back; `more` were left out.
    """

    t: Literal["blackjack.bets"] = "blackjack.bets"


class BlackjackClosed(TableClosed):
    """No more bets; `client_seed` is the mixed entropy of the players, which together with the server seed decides."""

    t: Literal["blackjack.closed"] = "blackjack.closed"
    draws_at_ms: int


class BlackjackPlayed(Push):
    """Steps since the last such event; `step` counts all of the round, and `boxes` are those that are played.

    Box `turn` of `player` may do one of `actions` until `until_ms`; with `insure` among them every box may that has not
    said. There is no turn when all are done.
    """

    t: Literal["blackjack.played"] = "blackjack.played"
    round: int
    now_ms: int
    boxes: tuple[int, ...]
    steps: tuple[StepTold, ...]
    step: int
    turn: int | None
    player: int | None
    actions: tuple[str, ...]
    until_ms: int


class BlackjackDrawn(TableDrawn):
    """The whole round: the `boxes` that were played, all steps, the dealer's cards, what a natural pays.

    With it the server seed that the whole shoe follows from.
    """

    t: Literal["blackjack.drawn"] = "blackjack.drawn"
    boxes: tuple[int, ...]
    steps: tuple[StepTold, ...]
    dealer: Cards
    natural: str


class BlackjackSettled(TableSettled):
    """The round is paid. `winners` is the largest wins: (player, name, payout). The rest is as in `blackjack.drawn`."""

    t: Literal["blackjack.settled"] = "blackjack.settled"
    boxes: tuple[int, ...]
    steps: tuple[StepTold, ...]
    dealer: Cards
    natural: str


class BlackjackSnapshot(TableSnapshot):
    """The whole table as this viewer may see it; it replaces what was known. `mine`: (bet, spot, amount).

    `rules` is the table's; `owners` (box, player, name); `hands` (box, hand, cards, `open`, `stood`, `doubled`,
    `surrendered` or `bust`), in the order in which they are played; `dealer` the cards that are open. `history` is what
    the dealer came to in the last rounds, newest first: 22 for a bust, 0 for a natural.
    """

    t: Literal["blackjack.snapshot"] = "blackjack.snapshot"
    rules: dict[str, Any]
    boxes: int
    owners: tuple[tuple[int, int, str], ...]
    hands: tuple[tuple[int, int, Cards, str], ...]
    dealer: Cards
    step: int
    turn: int | None
    player: int | None
    actions: tuple[str, ...]


REQUESTS: Final[tuple[type[Request], ...]] = (BlackjackBet, BlackjackUndo, BlackjackClear, BlackjackAct, BlackjackRaise)
REPLIES: Final[tuple[type[Message], ...]] = (
    BlackjackPlaced,
    BlackjackReturned,
    BlackjackActed,
    BlackjackRaised,
    BlackjackOpened,
    BlackjackBets,
    BlackjackClosed,
    BlackjackPlayed,
    BlackjackDrawn,
    BlackjackSettled,
    BlackjackSnapshot,
)
