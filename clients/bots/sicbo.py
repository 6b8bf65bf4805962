"""The bots' own arithmetic of sic bo, from the rules of the game and not from the server's code."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from protocol.games.sicbo import PAY_TABLES

PLAIN = ("small", "big", "odd", "even", "any_triple")


@dataclass(frozen=True, slots=True)
class Layout:
    """All spots, and what they pay at one published pay table."""

    pays: Mapping[str, int]
    names: tuple[str, ...]

    def paid(self, wagers: Iterable[tuple[str, int]], result: Mapping[str, Any]) -> int:
        """What wagers come to, by the dice that the server shows."""
        dice = tuple(result["dice"])
        return sum(amount * (odds + 1) for spot, amount in wagers if (odds := self._odds(spot, dice)))

    def _odds(self, spot: str, dice: tuple[int, ...]) -> int:
        """What a spot pays to one for these dice; nothing when it loses."""
        kind, _, rest = spot.partition(":")
        total, is_triple = sum(dice), len(set(dice)) == 1
        match kind:
            case "small" | "big" | "odd" | "even":
                wins = {"small": total < 11, "big": total > 10, "odd": total % 2 == 1, "even": total % 2 == 0}
                return self.pays["even_money"] if wins[kind] and not is_triple else 0
            case "total":
                low, high = sorted((int(rest), 21 - int(rest)))
                return self.pays[f"total_{low}_{high}"] if total == int(rest) else 0
            case "single":
                names = ("", "single", "single_twice", "single_thrice")
                matches = dice.count(int(rest))
                return self.pays[names[matches]] if matches else 0
            case "combo":
                return self.pays["combo"] if all(int(face) in dice for face in rest.split("-")) else 0
            case "double" | "triple":
                return self.pays[kind] if dice.count(int(rest)) >= (2 if kind == "double" else 3) else 0
            case _:
                return self.pays["any_triple"] if is_triple else 0


def layout_of(variant: str) -> Layout:
    """The layout of `atlantic_city`, `macau` or `australia`."""
    names = [*PLAIN, *(f"total:{total}" for total in range(4, 18))]
    names += [f"{kind}:{face}" for kind in ("single", "double", "triple") for face in range(1, 7)]
    names += [f"combo:{low}-{high}" for low, high in combinations(range(1, 7), 2)]
    return Layout(PAY_TABLES[variant], tuple(names))
