"""The shoe: how many of each card are left in it, and the next card by a draw.

Each round draws its cards, without replacement, from what the rounds before it have left: by seeds of its own, which
nobody knows before its bets are placed. That is dealt exactly like a shoe that was shuffled once, since of a shuffled
shoe, too, every card that is left is as likely to come next as any other.
"""

from collections.abc import Iterable
from typing import Final, Protocol

from protocol.games.baccarat import RANKS, SUITS

DECKS: Final = 8
CARDS: Final = tuple(rank + suit for rank in RANKS for suit in SUITS)
"""In the order of the widely used scheme: by rank, and in a rank diamond, heart, spade, club."""
_NUMBERS: Final = {card: number for number, card in enumerate(CARDS)}
FULL: Final = str(DECKS) * len(CARDS)
CUT_CARDS: Final = 16
"""The cut card lies before so many last cards: the round in which it comes is the last of its shoe."""
TEN_VALUES: Final = "TJQK"


class Choices(Protocol):
    """A stream of draws."""

    def below(self, outcomes: int) -> int:
        """The next choice of one of `outcomes`."""


def value_of(card: str) -> int:
    """What a card counts: an ace one, tens and faces nothing."""
    return 1 if card[0] == "A" else 0 if card[0] in TEN_VALUES else int(card[0])


class Shoe:
    """Cards to be drawn, from what is `left`: a digit for each of the 52 cards. Without it decks have no end."""

    def __init__(self, draws: Choices, left: str | None) -> None:
        self._draws = draws
        self._left = None if left is None else [int(digit) for digit in left]

    def card(self) -> str:
        """The next card: of those left, in their order, the one whose number is drawn."""
        if self._left is None:
            return CARDS[self._draws.below(len(CARDS))]
        number = self._draws.below(sum(self._left))
        for card, count in enumerate(self._left):
            if number < count:
                self._left[card] -= 1
                return CARDS[card]
            number -= count
        raise ValueError("the shoe is empty")

    def burn(self) -> list[str]:
        """What goes out before the first round: a card that is shown, and as many as it counts, ten for a face."""
        first = self.card()
        return [first, *(self.card() for _ in range(value_of(first) or 10))]


def left_after(left: str, cards: Iterable[str]) -> str:
    """What is left when these cards are out. Raises `ValueError` if they cannot have come from this shoe."""
    counts = [int(digit) for digit in left]
    for card in cards:
        counts[_NUMBERS[card]] -= 1
    if min(counts) < 0:
        raise ValueError(f"a card came from the shoe more often than it was in it: {left}")
    return "".join(map(str, counts))


def cards_in(left: str) -> int:
    """How many cards are left."""
    return sum(map(int, left))


def is_shoe(left: object) -> bool:
    """Whether this is what can be left of a shoe when a round begins, as read from anywhere."""
    return (
        isinstance(left, str)
        and len(left) == len(CARDS)
        and left.isascii()
        and left.isdigit()
        and max(left) <= str(DECKS)
        and cards_in(left) > CUT_CARDS
    )
