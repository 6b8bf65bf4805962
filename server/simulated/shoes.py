"""Shuffled shoes as rows of what their cards count, and rounds that begin at places of them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from protocol.games.blackjack import ENDLESS
from server.simulated.hands import Bytes

Places = npt.NDArray[np.int64]
DECK: Final = np.array([*range(1, 10), *(10,) * 4] * 4, np.uint8)
BETWEEN: Final = 13
"""Rounds begin so many cards after each other. One that needs more goes on into what the next one begins with."""
ENDLESS_CARDS: Final = 52 * 6
"""Of a row of an endless shoe."""
COUNT_BITS: Final = np.uint64(15)
"""The lowest bits of a key hold what its card counts."""


@dataclass(frozen=True, slots=True)
class Shoes:
    """`cards` is all rows after each other, each with its beginning repeated at its end; `starts` is where rounds
    begin, row by row.

    Any card of a shuffled shoe is as good as its first: each round is one from a whole, new shoe. Those of one row may
    share cards, so that they are no independent rounds, and errors are reckoned by rows.
    """

    cards: Bytes
    starts: Places


def shuffled(decks: int, shoes: int, random: np.random.Generator) -> Shoes:
    """So many shoes, each in an order of its own."""
    if decks == ENDLESS:
        rows = DECK[random.integers(len(DECK), size=(shoes, ENDLESS_CARDS), dtype=np.uint8)]
    else:
        rows = _sorted_by_chance(np.tile(DECK, decks), shoes, random)
    rows = np.concatenate((rows, rows[:, : len(DECK)]), axis=1)
    within = np.arange(rounds_of_each(decks)) * BETWEEN
    starts = (np.arange(shoes)[:, None] * rows.shape[1] + within[None, :]).reshape(-1)
    return Shoes(rows.reshape(-1), starts)


def rounds_of_each(decks: int) -> int:
    """How many rounds begin in a row."""
    return (len(DECK) * decks or ENDLESS_CARDS) // BETWEEN


def _sorted_by_chance(pile: Bytes, shoes: int, random: np.random.Generator) -> Bytes:
    """Orders of a pile: each card gets a key of chance, and they are sorted, which is what processors are fastest at.

    Two keys of 60 bits are the same so rarely that no figure could tell.
    """
    keys = random.integers(2**64, size=(shoes, len(pile)), dtype=np.uint64)
    keys = (keys & ~COUNT_BITS) | pile
    keys.sort(axis=1)
    return (keys & COUNT_BITS).astype(np.uint8)
