"""Cards, what they count together, and the shoe that a round's seeds are bound to."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from actors.fairness.draws import Draws
from actors.fairness.orders import fair_below
from protocol.games.blackjack import ENDLESS

RANKS: Final = "23456789TJQKA"
SUITS: Final = "dhsc"
CARDS: Final = tuple(rank + suit for rank in RANKS for suit in SUITS)
"""In the order of the widely used scheme: by rank, and in a rank diamond, heart, spade, club."""
BEST: Final = 21
ACE: Final = 1
TEN: Final = 10


def value_of(card: str) -> int:
    """What a card counts: an ace one, faces ten."""
    return ACE if card[0] == "A" else TEN if card[0] in "TJQK" else int(card[0])


def total_of(values: Iterable[int]) -> tuple[int, bool]:
    """What cards count together, and whether an ace of them counts eleven, as it does where that is no bust."""
    hard, has_ace = 0, False
    for value in values:
        hard += value
        has_ace = has_ace or value == ACE
    if has_ace and hard + 10 <= BEST:
        return hard + 10, True
    return hard, False


def total(cards: Iterable[str]) -> int:
    """What cards count together."""
    return total_of(map(value_of, cards))[0]


def is_natural(cards: tuple[str, ...]) -> bool:
    """An ace and a ten, the first two cards of a hand that was not split."""
    return len(cards) == 2 and total(cards) == BEST


class Shoe:
    """The cards of round `number` in the order in which they come: a shuffle of all its decks, made as far as needed.

    Card i of the shuffled shoe is swapped with one of those from i on (Fisher and Yates). Each round has a whole shoe.
    """

    def __init__(self, decks: int, server_seed: str, client_seed: str, number: int) -> None:
        self._draws = Draws(server_seed, client_seed, number)
        self._pile = list(CARDS) * decks
        self._is_endless = decks == ENDLESS
        self._out: list[str] = []

    def card(self, position: int) -> str:
        """The card at a position, the first one being 0. Raises `IndexError` behind the last one."""
        while len(self._out) <= position:
            self._out.append(self._next())
        return self._out[position]

    def cards(self, start: int, count: int) -> tuple[str, ...]:
        """So many cards from a position on."""
        self.card(start + count - 1)
        return tuple(islice(self._out, start, start + count))

    def _next(self) -> str:
        if self._is_endless:
            return CARDS[fair_below(self._draws, len(CARDS))]
        place = len(self._out)
        if place >= len(self._pile):
            raise IndexError(f"the shoe has {len(self._pile)} cards")
        other = place + fair_below(self._draws, len(self._pile) - place)
        self._pile[place], self._pile[other] = self._pile[other], self._pile[place]
        return self._pile[place]
