"""The curve: which multiplier a flight has reached after so many milliseconds, and when it reaches one.

    multiplier = e^(0.00006 t), t in milliseconds, cut off after hundredths: 2.00 after 11.6 seconds, 10.00 after 38.4

The server's word is this one, in integers, so that every server and every replay finds the same; a client's picture of
it may use floats.
"""

from functools import lru_cache
from typing import Final

from protocol.games.crash import ONE, TARGET_MAX

BITS: Final = 96
STEP: Final = 79232916346628738236109605318
"""e^0.00006 in units of 2^-96, cut off."""
FLIGHT_MS_MAX: Final = 153_506
"""When the greatest target is reached: no flight is longer."""
BUSTS_MAX: Final = 1_024
"""Multipliers whose time is remembered: every cash-out of a flight asks for that of its bust."""
TIMES_MAX: Final = 4_096
"""Milliseconds whose multiplier is remembered: many cash out in the same one, and each is looked at twice."""


@lru_cache(maxsize=TIMES_MAX)
def multiplier_at(elapsed_ms: int) -> int:
    """The multiplier in hundredths, at least 1.00; it never falls."""
    power, factor, left = 1 << BITS, STEP, elapsed_ms
    while left > 0:
        if left & 1:
            power = power * factor >> BITS
        factor = factor * factor >> BITS
        left >>= 1
    return power * ONE >> BITS


@lru_cache(maxsize=BUSTS_MAX)
def reached_at(multiplier: int) -> int:
    """The first millisecond at which the curve is at `multiplier` (at most the greatest target) or above."""
    wanted = min(multiplier, TARGET_MAX)
    low, high = 0, FLIGHT_MS_MAX
    while low < high:
        middle = (low + high) // 2
        if multiplier_at(middle) >= wanted:
            high = middle
        else:
            low = middle + 1
    return low
