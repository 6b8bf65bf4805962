"""The bots' own pay table of roulette, written down from the rules of the game and not from the server's code.

European and La Partage wheels have the pockets 0 to 36; American ones also have 00, which is 37. The bets and what they
pay are the ones that casinos print on the layout; La Partage returns half of an even-money wager when zero comes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

RED: Final = frozenset({1, 3, 5, 7, 9, 12, 14, 16, 18, 19, 21, 23, 25, 27, 30, 32, 34, 36})
EVEN_CHANCES: Final = {
    "red": RED,
    "black": frozenset(range(1, 37)) - RED,
    "odd": frozenset(range(1, 37, 2)),
    "even": frozenset(range(2, 37, 2)),
    "low": frozenset(range(1, 19)),
    "high": frozenset(range(19, 37)),
}
ODDS: Final = {1: 35, 2: 17, 3: 11, 4: 8, 5: 6, 6: 5, 12: 2, 18: 1}
"""What a wager pays to one, by how many pockets it covers."""
LA_PARTAGE: Final = "la_partage"
AMERICAN: Final = "american"


@dataclass(frozen=True, slots=True)
class Layout:
    """The spots that bots bet on at one variant, and the pockets that each covers."""

    variant: str
    spots: dict[str, frozenset[int]]
    names: tuple[str, ...]

    def paid(self, wagers: Iterable[tuple[str, int]], result: Mapping[str, Any]) -> int:
        """What wagers come to, by what the server shows of a round."""
        return sum(self.payout(spot, amount, result["pocket"]) for spot, amount in wagers)

    def payout(self, spot: str, amount: int, pocket: int) -> int:
        """What a wager comes to, stake included. Of half an odd wager the odd unit stays with the house."""
        covered = self.spots[spot]
        if pocket in covered:
            return amount * (ODDS[len(covered)] + 1)
        if pocket == 0 and self.variant == LA_PARTAGE and spot in EVEN_CHANCES:
            return amount // 2
        return 0


def layout_of(variant: str) -> Layout:
    """The layout of `european`, `la_partage` or `american`."""
    spots: dict[str, frozenset[int]] = {f"straight:{n}": frozenset({n}) for n in range(37)}
    for n in range(1, 37):
        column = (n - 1) % 3
        if column < 2:
            spots[f"split:{n}-{n + 1}"] = frozenset({n, n + 1})
        if n <= 33:
            spots[f"split:{n}-{n + 3}"] = frozenset({n, n + 3})
        if column < 2 and n <= 33:
            spots[f"corner:{n}"] = frozenset({n, n + 1, n + 3, n + 4})
        if column == 0:
            spots[f"street:{n}"] = frozenset({n, n + 1, n + 2})
        if column == 0 and n <= 33:
            spots[f"line:{n}"] = frozenset(range(n, n + 6))
    for third in range(1, 4):
        spots[f"dozen:{third}"] = frozenset(range(12 * third - 11, 12 * third + 1))
        spots[f"column:{third}"] = frozenset(range(third, 37, 3))
    spots |= EVEN_CHANCES
    if variant == AMERICAN:
        # 0 lies over 1 and half of 2, and 00 over the other half and 3.
        spots |= {"straight:00": frozenset({37}), "first_five": frozenset({0, 37, 1, 2, 3})}
        spots |= {f"split:0-{n}": frozenset({0, n}) for n in (1, 2)} | {"split:0-00": frozenset({0, 37})}
        spots |= {f"split:00-{n}": frozenset({37, n}) for n in (2, 3)}
        spots |= {"trio:0-1-2": frozenset({0, 1, 2}), "trio:00-2-3": frozenset({37, 2, 3})}
        spots["trio:0-00-2"] = frozenset({0, 37, 2})
    else:
        spots |= {f"split:0-{n}": frozenset({0, n}) for n in (1, 2, 3)}
        spots |= {"trio:0-1-2": frozenset({0, 1, 2}), "trio:0-2-3": frozenset({0, 2, 3})}
        spots["first_four"] = frozenset({0, 1, 2, 3})
    return Layout(variant, spots, tuple(spots))
