"""The deck of a hand: an order of 52 cards that its seeds are bound to, and how the cards are written."""

from collections.abc import Iterable
from typing import Final

from actors.fairness.draws import Draws
from protocol.games.deck import DECK, SUITS

_RANKS: Final = "23456789TJQKA"
_SUITS: Final = "".join(suit[0] for suit in SUITS)


def deck_of(server_seed: str, client_seed: str, hand: int) -> tuple[int, ...]:
    """The order of the cards: each is one of those left, chosen by the next number of the stream.

    Nothing is burned: what burning guards against is marked cards.
    """
    draws = Draws(server_seed, client_seed, hand)
    left = list(range(DECK))
    return tuple(left.pop(draws.below(len(left))) for _ in range(DECK))


def written(cards: Iterable[int]) -> str:
    """Cards as hand histories have them, such as `Th9c`."""
    return "".join(_RANKS[card // len(SUITS)] + _SUITS[card % len(SUITS)] for card in cards)


def read_card(text: str) -> int:
    """The number of a card that is written so. Raises `ValueError` for what is no card."""
    if len(text) != 2:
        raise ValueError(f"not a card: {text!r}")
    return _RANKS.index(text[0]) * len(SUITS) + _SUITS.index(text[1])
