"""The deck of a hand: an order of 52 cards that its seeds are bound to, and how the cards are written.

A hand is dealt by the rules that its commitment was made under. Under the first ones that was one to the server seed
itself, which was revealed when the hand was over; see `actors.games.poker.bound` for what it is now.
"""

from collections.abc import Iterable
from typing import Final

from actors.fairness.commitment import is_committed
from actors.fairness.draws import Draws
from actors.games.poker.bound import public_places, secret_order
from actors.games.versions import FIRST
from protocol.games.deck import DECK, SUITS

BOUND: Final = 2
"""The number of the rules that hands are dealt by now."""
_RANKS: Final = "23456789TJQKA"
_SUITS: Final = "".join(suit[0] for suit in SUITS)


def deck_of(server_seed: str, client_seed: str, hand: int) -> tuple[int, ...]:
    """The cards in the order in which they are dealt, under the rules of now.

    Nothing is burned: what burning guards against is marked cards.
    """
    order = secret_order(server_seed, hand)
    return tuple(order[place] for place in public_places(client_seed, hand))


def first_deck_of(server_seed: str, client_seed: str, hand: int) -> tuple[int, ...]:
    """The same under the first rules: each card is one of those left, chosen by the next number of the stream."""
    return tuple(Draws(server_seed, client_seed, hand).taken_out(list(range(DECK)), DECK))


def rules_under(server_seed: str, commitment: str) -> int:
    """The number of the rules that a commitment was made under."""
    return FIRST if is_committed(server_seed, commitment) else BOUND


def deck_under(commitment: str, server_seed: str, client_seed: str, hand: int) -> tuple[int, ...]:
    """The deck by the rules that the commitment of the hand was made under."""
    dealt = first_deck_of if rules_under(server_seed, commitment) == FIRST else deck_of
    return dealt(server_seed, client_seed, hand)


def written(cards: Iterable[int]) -> str:
    """Cards as hand histories have them, such as `Th9c`."""
    return "".join(_RANKS[card // len(SUITS)] + _SUITS[card % len(SUITS)] for card in cards)


def read_card(text: str) -> int:
    """The number of a card that is written so. Raises `ValueError` for what is no card."""
    if len(text) != 2:
        raise ValueError(f"not a card: {text!r}")
    return _RANKS.index(text[0]) * len(SUITS) + _SUITS.index(text[1])
