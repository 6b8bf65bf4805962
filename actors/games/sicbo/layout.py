"""The layout: every spot that takes a wager, and what it returns for each of the 56 throws of three dice alike.

Figures are published: small and big win on 105 of 216 throws each, and like odd and even they lose on any triple.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement
from math import factorial
from typing import Any, Final

from actors.games.board.layout import Returns
from protocol.games.sicbo import PAY_TABLES, TOTALS

CUSTOM: Final = "custom"
"""The variant of a table with a pay table of its own."""
FACES: Final = range(1, 7)
Dice = tuple[int, int, int]
CASES: Final[tuple[Dice, ...]] = tuple(combinations_with_replacement(FACES, 3))
"""All throws, their dice in order: no spot tells two throws of the same numbers apart."""
_NUMBERS: Final = {dice: case for case, dice in enumerate(CASES)}


@dataclass(frozen=True, slots=True)
class Layout:
    """`pays` is what each kind of spot pays to one; it is recorded where the variant's name does not say it."""

    variant: str
    pays: Mapping[str, int]
    kinds: Mapping[str, str]
    returns: Mapping[str, Returns]

    @property
    def params(self) -> Mapping[str, Any]:
        """What it is made of."""
        return {"variant": self.variant, **({"pays": dict(self.pays)} if self.variant == CUSTOM else {})}

    @property
    def cases(self) -> int:
        """Throws that differ."""
        return len(CASES)

    @property
    def weights(self) -> tuple[int, ...]:
        """In how many of 216 ways each comes."""
        return tuple(_ways(dice) for dice in CASES)


def case_of(dice: Dice) -> int:
    """The number of a throw."""
    first, second, third = sorted(dice)
    return _NUMBERS[first, second, third]


@cache
def layout_of(variant: str) -> Layout:
    """The layout with a published pay table; the same one each time, since many tables share it."""
    return layout_with(variant, PAY_TABLES[variant])


def layout_with(variant: str, pays: Mapping[str, int]) -> Layout:
    """The layout with this pay table."""
    spots = list(_spots(pays))
    return Layout(
        variant,
        pays,
        {name: kind for name, kind, _ in spots},
        {name: _returns(pays_to_1) for name, _, pays_to_1 in spots},
    )


def _ways(dice: Dice) -> int:
    ways = factorial(len(dice))
    for face in FACES:
        ways //= factorial(dice.count(face))
    return ways


def _returns(pays_to_1: Callable[[Dice], int]) -> Returns:
    return {case: (pays_to_1(dice) + 1, 1) for case, dice in enumerate(CASES) if pays_to_1(dice)}


def _spots(pays: Mapping[str, int]) -> Iterator[tuple[str, str, Callable[[Dice], int]]]:
    """Each spot as its name, its kind (spots of a kind have the same odds), and what it pays to one for a throw."""

    def spot(name: str, kind: str, wins: Callable[[Dice], bool]) -> tuple[str, str, Callable[[Dice], int]]:
        return name, kind, lambda dice: pays[kind] if wins(dice) else 0

    yield spot("small", "even_money", lambda dice: not _is_triple(dice) and sum(dice) <= 10)
    yield spot("big", "even_money", lambda dice: not _is_triple(dice) and sum(dice) >= 11)
    yield spot("odd", "even_money", lambda dice: not _is_triple(dice) and sum(dice) % 2 == 1)
    yield spot("even", "even_money", lambda dice: not _is_triple(dice) and sum(dice) % 2 == 0)
    for total in range(4, 18):
        yield spot(f"total:{total}", TOTALS[min(total, 21 - total) - 4], lambda dice, total=total: sum(dice) == total)  # type: ignore[misc]
    by_matches = (0, pays["single"], pays["single_twice"], pays["single_thrice"])
    for face in FACES:
        yield f"single:{face}", "single", lambda dice, face=face: by_matches[dice.count(face)]  # type: ignore[misc]
        yield spot(f"double:{face}", "double", lambda dice, face=face: dice.count(face) >= 2)  # type: ignore[misc]
        yield spot(f"triple:{face}", "triple", lambda dice, face=face: dice.count(face) == 3)  # type: ignore[misc]
        for other in range(face + 1, 7):
            pair = {face, other}
            yield spot(f"combo:{face}-{other}", "combo", lambda dice, pair=pair: pair <= set(dice))  # type: ignore[misc]
    yield spot("any_triple", "any_triple", _is_triple)


def _is_triple(dice: Dice) -> bool:
    return dice[0] == dice[1] == dice[2]
