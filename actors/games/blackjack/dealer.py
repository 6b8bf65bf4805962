"""What the dealer comes to from an endless shoe: exact chances."""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Final

from actors.games.blackjack.cards import ACE, TEN
from actors.games.blackjack.rules import HouseRules

RANKS: Final = 13
CHANCES: Final[Mapping[int, Fraction]] = {value: Fraction(4 if value == TEN else 1, RANKS) for value in range(1, 11)}
"""Of what the next card counts, if it comes from a whole deck."""
BUST: Final = 22
NATURAL: Final = 0
Finals = Mapping[int, Fraction]
"""The chance of each end: 17 to 21, `BUST` for all above, and `NATURAL`."""


def added(total: int, soft: bool, value: int) -> tuple[int, bool]:
    """A hand with one more card: its total, and whether an ace counts eleven in it."""
    total += value
    if value == ACE and total + 10 <= 21 and not soft:
        return total + 10, True
    if total > 21 and soft:
        return total - 10, False
    return total, soft


@cache
def _drawn(total: int, soft: bool, hits_soft_17: bool) -> Finals:
    if total > 21:
        return {BUST: Fraction(1)}
    if total > 17 or (total == 17 and not (soft and hits_soft_17)):
        return {total: Fraction(1)}
    finals: defaultdict[int, Fraction] = defaultdict(Fraction)
    for value, chance in CHANCES.items():
        for final, of_it in _drawn(*added(total, soft, value), hits_soft_17).items():
            finals[final] += chance * of_it
    return dict(finals)


def natural_chance(up: int) -> Fraction:
    """How often the second card makes a natural of the one that is shown."""
    return CHANCES[TEN] if up == ACE else CHANCES[ACE] if up == TEN else Fraction(0)


@cache
def finals_of(rules: HouseRules, up: int, *, is_peeked: bool) -> Finals:
    """What the dealer comes to with this card shown; where it was peeked at, given that it is no natural."""
    finals: defaultdict[int, Fraction] = defaultdict(Fraction)
    shown = added(0, False, up)
    for value, chance in CHANCES.items():
        if {up, value} == {ACE, TEN}:
            if not is_peeked:
                finals[NATURAL] += chance
            continue
        for final, of_it in _drawn(*added(*shown, value), rules.hits_soft_17).items():
            finals[final] += chance * of_it
    whole = sum(finals.values(), Fraction())
    return {final: chance / whole for final, chance in finals.items()}
