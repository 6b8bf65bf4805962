"""What a poker hand is worth, by the bots' own arithmetic. Cards are 0, the two of diamonds, to 51, ace of clubs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final

SUITS: Final = 4
HAND: Final = 5
OMAHA_OWN: Final = 2
ACE: Final = 12
WHEEL: Final = frozenset({12, 0, 1, 2, 3})
"""The ranks of A2345, in which the ace is the lowest card."""

Value = tuple[int, ...]
"""The greater one wins: the kind of hand, 0 to 8, and then ranks from the most important on."""


def value_of(cards: Sequence[int]) -> Value:
    """Of five cards."""
    counts = Counter(card // SUITS for card in cards)
    ranks = sorted(counts, key=lambda rank: (counts[rank], rank), reverse=True)
    shape = tuple(sorted(counts.values(), reverse=True))
    is_flush = len({card % SUITS for card in cards}) == 1
    top = _straight(ranks)
    if top is not None:
        return (8 if is_flush else 4, top)
    kind = {(4, 1): 7, (3, 2): 6, (3, 1, 1): 3, (2, 2, 1): 2, (2, 1, 1, 1): 1}.get(shape, 0)
    return (max(kind, 5 if is_flush else 0), *ranks)


def best_of(variant: str, hole: Sequence[int], board: Sequence[int]) -> Value:
    """The best hand: of hold'em any five of all cards, of Omaha two of one's own and three of the board."""
    if variant == "omaha":
        choices: Iterable[tuple[int, ...]] = (
            own + shared
            for own in combinations(hole, OMAHA_OWN)
            for shared in combinations(board, min(len(board), HAND - OMAHA_OWN))
        )
    else:
        together = (*hole, *board)
        choices = combinations(together, min(len(together), HAND))
    return max(map(value_of, choices))


def _straight(ranks: Sequence[int]) -> int | None:
    """The highest rank of five in a row."""
    if len(ranks) != HAND:
        return None
    if set(ranks) == WHEEL:
        return 3
    return max(ranks) if max(ranks) - min(ranks) == HAND - 1 else None
