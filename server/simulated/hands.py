"""Hands of blackjack as small numbers, so that arrays of them take a card by looking it up.

A state below `SOFT` is a hard total, 22 and above being all bust; `SOFT` + total is one in which an ace counts eleven.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from actors.games.blackjack.dealer import added

Bytes = npt.NDArray[np.uint8]
VALUES: Final = 10
"""Cards count 1, an ace, to 10."""
BUST: Final = 22
SOFT: Final = 32
STATES: Final = SOFT + BUST
COLUMNS: Final = VALUES + 1
"""Of tables by state and card, so that they are looked up at `state * COLUMNS + card`."""


def state_of(total: int, *, soft: bool) -> int:
    """The state of a hand."""
    return SOFT + total if soft else min(total, BUST)


def _after() -> Bytes:
    table = np.zeros(STATES * COLUMNS, np.uint8)
    for state in range(STATES):
        total, soft = (state - SOFT, True) if state >= SOFT else (state, False)
        for value in range(1, COLUMNS):
            after, is_soft = added(total, soft, value)
            table[state * COLUMNS + value] = BUST if state == BUST else state_of(after, soft=is_soft)
    return table


AFTER: Final = _after()
"""The state after one more card."""
TOTALS: Final = np.array([state % SOFT for state in range(STATES)], np.uint8)
"""What a state counts."""


def pair_state(first: int, second: int) -> int:
    """The state of two cards."""
    return int(AFTER[int(AFTER[first]) * COLUMNS + second])
