"""Where a round busts, and what that makes of a target: the widely used formula in 52-bit integers.

    r    = the upper 52 bits of HMAC-SHA256(key = client seed as text, message = the bytes of the server seed)
    bust = max(1.00, floor(99 / (1 - r / 2^52)) / 100)

It is bustabit's, where a public salt is in the place of the client seed. Multipliers are in hundredths.
"""

import hashlib
import hmac
from fractions import Fraction
from typing import Final

from actors.games.odds import Payoffs, payoffs_of
from protocol.games.crash import ONE, TARGET_MAX, TARGET_MIN

BITS: Final = 52
HEX_DIGITS: Final = BITS // 4
RETURN: Final = 99
"""Of each hundred staked."""


def bust_of(server_seed: str, client_seed: str) -> int:
    """The multiplier of the bust. `server_seed` is hexadecimal: raises `ValueError` when it is not."""
    digest = hmac.new(client_seed.encode(), bytes.fromhex(server_seed), hashlib.sha256).hexdigest()
    return bust_from(int(digest[:HEX_DIGITS], 16))


def bust_from(r: int) -> int:
    """The bust of one of the 2^52 draws: exactly the formula, without a float."""
    return max(ONE, (RETURN << BITS) // ((1 << BITS) - r))


def chance_of(target: int) -> Fraction:
    """How often the bust is at `target` or above: 0.99 divided by it, less what 52 bits cannot share out."""
    return Fraction((RETURN << BITS) // target, 1 << BITS) if target > ONE else Fraction(1)


def payoffs_at(target: int) -> Payoffs:
    """The exact odds of cashing out at `target`. Raises `ValueError` for what is none."""
    if not TARGET_MIN <= target <= TARGET_MAX:
        raise ValueError(f"nobody can cash out at {target}")
    chance = chance_of(target)
    return payoffs_of([(Fraction(0), 1 - chance), (Fraction(target, ONE), chance)])
