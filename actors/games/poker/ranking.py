"""The library's own order of hands, asked once for each class of five cards instead of again for each five.

A showdown compares every player with every other, each by 21 choices of five cards (Omaha: 60), and the library reads
ranks and suits out of the cards each time. Here a card is a number whose sum over five says all that matters: which
ranks, and whether one suit. What such a sum is worth is what the library says of five cards that have it.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations
from typing import Final

from pokerkit import Card, OmahaHoldemHand, RankOrder, StandardHighHand, Suit
from pokerkit.hands import Hand
from pokerkit.lookups import Entry
from pokerkit.utilities import CardsLike

FIVE: Final = 5
CLASSES_MAX: Final = 7_462
"""Classes of five cards: 6,175 choices of ranks, and 1,287 of them in one suit as well."""
SEEN_MAX: Final = 2_048
"""Hands that are remembered with their boards: a showdown looks at each a few dozen times."""
_HOLE: Final = 2
"""Cards of the hand that are played in Omaha; the others are the board's."""
_RANK_BITS: Final = 3
_RANKS_MASK: Final = (1 << _RANK_BITS * len(RankOrder.STANDARD)) - 1
_SUITS: Final = (Suit.CLUB, Suit.DIAMOND, Suit.HEART, Suit.SPADE)
_ONE_SUIT: Final = frozenset(FIVE << _RANK_BITS * (len(RankOrder.STANDARD) + suit) for suit in range(len(_SUITS)))
_NUMBERS: Final = {
    Card(rank, suit): (1 << _RANK_BITS * place) + (1 << _RANK_BITS * (len(RankOrder.STANDARD) + number))
    for place, rank in enumerate(RankOrder.STANDARD)
    for number, suit in enumerate(_SUITS)
}
"""A digit of three bits for each rank and each suit: of five cards none has more than five."""


class _Weighed(Hand):
    """Five cards, with what they are worth kept beside them."""

    def __init__(self, cards: CardsLike) -> None:
        super().__init__(cards)
        self._entry = self.lookup.get_entry(self.cards)

    @property
    def entry(self) -> Entry:
        """See `Hand.entry`."""
        return self._entry


class HoldemHand(_Weighed, StandardHighHand):
    """The best five of any seven cards."""

    @classmethod
    def from_game(cls, hole_cards: CardsLike, board_cards: CardsLike = ()) -> Hand:
        """See `Hand.from_game`."""
        return _holdem(Card.clean(hole_cards), Card.clean(board_cards))


class OmahaHand(_Weighed, OmahaHoldemHand):
    """The best of two cards of the hand with three of the board."""

    @classmethod
    def from_game(cls, hole_cards: CardsLike, board_cards: CardsLike = ()) -> Hand:
        """See `Hand.from_game`."""
        return _omaha(Card.clean(hole_cards), Card.clean(board_cards))


@lru_cache(maxsize=SEEN_MAX)
def _holdem(hole: tuple[Card, ...], board: tuple[Card, ...]) -> HoldemHand:
    return HoldemHand(_best(combinations((*hole, *board), FIVE)))


@lru_cache(maxsize=SEEN_MAX)
def _omaha(hole: tuple[Card, ...], board: tuple[Card, ...]) -> OmahaHand:
    return OmahaHand(
        _best(mine + others for mine in combinations(hole, _HOLE) for others in combinations(board, FIVE - _HOLE))
    )


def _best(choices: Iterable[tuple[Card, ...]]) -> tuple[Card, ...]:
    """The first of those that are worth most; nothing, which the library refuses, if there is no choice."""
    best: tuple[Card, ...] = ()
    most = -1
    for five in choices:
        number = sum([_NUMBERS[card] for card in five])
        worth = _worth(number & _RANKS_MASK, number & ~_RANKS_MASK in _ONE_SUIT)
        if worth > most:
            best, most = five, worth
    return best


@lru_cache(maxsize=CLASSES_MAX)
def _worth(ranks: int, is_one_suit: bool) -> int:
    """The library's place of any five cards with these ranks, the worst first."""
    held = [
        rank
        for place, rank in enumerate(RankOrder.STANDARD)
        for _ in range(ranks >> _RANK_BITS * place & (1 << _RANK_BITS) - 1)
    ]
    # Of two suits if not of one: four cards of one rank are not looked at more closely by the library either.
    suits = [_SUITS[0]] * (FIVE - 1) + [_SUITS[0 if is_one_suit else 1]]
    return StandardHighHand.lookup.get_entry(list(map(Card, held, suits))).index
