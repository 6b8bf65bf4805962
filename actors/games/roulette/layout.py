"""The layout: every spot that takes a wager, the pockets it covers and what it pays.

The numbers stand in twelve rows of three (a street each: 1-2-3, 4-5-6, …) and so in three columns, with zero, or zero
and double zero, above the first row. Spots are enumerated from this geometry, so a name that is not here is no spot.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any, Final, Literal

from actors.games.board.layout import Returns, paid

Variant = Literal["european", "american", "la_partage"]
"""Single zero; single and double zero; single zero with half of an even-money stake given back when it comes."""

NUMBERS: Final = range(1, 37)
ZERO: Final = 0
DOUBLE_ZERO: Final = 37
"""The pocket of 00, after the numbers."""
RED: Final = frozenset((1, 3, 5, 7, 9, 12, 14, 16, 18, 19, 21, 23, 25, 27, 30, 32, 34, 36))
Colour = Literal["red", "black", "green"]


class Kind(StrEnum):
    """Kinds of spots; all of a kind cover as many pockets and pay the same."""

    STRAIGHT = "straight"
    SPLIT = "split"
    STREET = "street"
    TRIO = "trio"
    CORNER = "corner"
    FIRST_FOUR = "first_four"
    FIRST_FIVE = "first_five"
    LINE = "line"
    DOZEN = "dozen"
    COLUMN = "column"
    EVEN_MONEY = "even_money"


PAYS_TO_1: Final = {
    Kind.STRAIGHT: 35,
    Kind.SPLIT: 17,
    Kind.STREET: 11,
    Kind.TRIO: 11,
    Kind.CORNER: 8,
    Kind.FIRST_FOUR: 8,
    Kind.FIRST_FIVE: 6,
    Kind.LINE: 5,
    Kind.DOZEN: 2,
    Kind.COLUMN: 2,
    Kind.EVEN_MONEY: 1,
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the layout: a wager on it wins when the ball falls into one of its pockets."""

    name: str
    kind: Kind
    pockets: tuple[int, ...]

    @property
    def pays_to_1(self) -> int:
        """What it pays on top of the stake, per unit staked."""
        return PAYS_TO_1[self.kind]


@dataclass(frozen=True, slots=True)
class Layout:
    """A variant's pockets (0 to pockets - 1) and spots, by name."""

    variant: Variant
    pockets: int
    spots: dict[str, Spot]
    returns: dict[str, Returns]

    @property
    def params(self) -> dict[str, Any]:
        """What it is made of."""
        return {"variant": self.variant}

    @property
    def cases(self) -> int:
        """Each pocket pays some spot that no other pays."""
        return self.pockets

    @property
    def weights(self) -> tuple[int, ...]:
        """All pockets alike."""
        return (1,) * self.pockets

    @property
    def kinds(self) -> dict[str, str]:
        """By how many pockets they cover."""
        return {spot.name: spot.kind for spot in self.spots.values()}

    def payout(self, spot_name: str, amount: int, pocket: int) -> int:
        """What a wager is paid when the ball falls into `pocket`, stake included.

        La Partage gives half of an even-money stake back on zero; of an odd amount the house keeps the odd unit.
        """
        return paid(self, ((spot_name, amount),), pocket)

    def rtp(self) -> dict[str, Fraction]:
        """The exact return to the player of each kind, by enumeration of the pockets, where half an amount is whole."""
        returns: dict[str, Fraction] = {}
        for spot in self.spots.values():
            paid = sum(self.payout(spot.name, 2, pocket) for pocket in range(self.pockets))
            rtp = Fraction(paid, 2 * self.pockets)
            if returns.setdefault(spot.kind, rtp) != rtp:
                raise ValueError(f"{spot.name} returns {rtp}, other spots of its kind {returns[spot.kind]}")
        return returns


def pocket_name(pocket: int) -> str:
    """How a pocket is written on the wheel."""
    return "00" if pocket == DOUBLE_ZERO else str(pocket)


def colour_of(pocket: int) -> Colour:
    """The colour of a pocket; the zeros are green."""
    if pocket not in NUMBERS:
        return "green"
    return "red" if pocket in RED else "black"


@cache
def layout_of(variant: Variant) -> Layout:
    """The layout of a variant; the same one each time, since many tables share it."""
    american = variant == "american"
    spots = (*_inside(), *_outside(), *(_double_zero() if american else _single_zero()))
    returns = {spot.name: _returns(variant, spot) for spot in spots}
    return Layout(variant, len(NUMBERS) + (2 if american else 1), {spot.name: spot for spot in spots}, returns)


def _returns(variant: Variant, spot: Spot) -> Returns:
    returns = dict.fromkeys(spot.pockets, (spot.pays_to_1 + 1, 1))
    if variant == "la_partage" and spot.kind is Kind.EVEN_MONEY:
        returns[ZERO] = (1, 2)
    return returns


def _spot(kind: Kind, *pockets: int) -> Spot:
    """A spot that is named by all its pockets, in the order of the layout."""
    return Spot(f"{kind}:{'-'.join(map(pocket_name, pockets))}", kind, pockets)


def _inside() -> Iterator[Spot]:
    for n in NUMBERS:
        has_right, has_below, begins_row = n % 3 != 0, n + 3 in NUMBERS, n % 3 == 1
        yield _spot(Kind.STRAIGHT, n)
        if has_right:
            yield _spot(Kind.SPLIT, n, n + 1)
        if has_below:
            yield _spot(Kind.SPLIT, n, n + 3)
        if has_right and has_below:
            yield Spot(f"corner:{n}", Kind.CORNER, (n, n + 1, n + 3, n + 4))
        if begins_row:
            yield Spot(f"street:{n}", Kind.STREET, (n, n + 1, n + 2))
        if begins_row and has_below:
            yield Spot(f"line:{n}", Kind.LINE, tuple(range(n, n + 6)))


def _outside() -> Iterator[Spot]:
    for third in (1, 2, 3):
        yield Spot(f"dozen:{third}", Kind.DOZEN, tuple(range(12 * third - 11, 12 * third + 1)))
        yield Spot(f"column:{third}", Kind.COLUMN, tuple(range(third, 37, 3)))
    # The zeros are none of these: neither even nor low.
    yield Spot("red", Kind.EVEN_MONEY, tuple(n for n in NUMBERS if n in RED))
    yield Spot("black", Kind.EVEN_MONEY, tuple(n for n in NUMBERS if n not in RED))
    yield Spot("odd", Kind.EVEN_MONEY, tuple(n for n in NUMBERS if n % 2 == 1))
    yield Spot("even", Kind.EVEN_MONEY, tuple(n for n in NUMBERS if n % 2 == 0))
    yield Spot("low", Kind.EVEN_MONEY, tuple(n for n in NUMBERS if n <= 18))
    yield Spot("high", Kind.EVEN_MONEY, tuple(n for n in NUMBERS if n > 18))


def _single_zero() -> Iterator[Spot]:
    """Zero lies over the whole first row, so it touches 1, 2 and 3."""
    yield _spot(Kind.STRAIGHT, ZERO)
    for n in (1, 2, 3):
        yield _spot(Kind.SPLIT, ZERO, n)
    yield _spot(Kind.TRIO, ZERO, 1, 2)
    yield _spot(Kind.TRIO, ZERO, 2, 3)
    yield Spot("first_four", Kind.FIRST_FOUR, (ZERO, 1, 2, 3))


def _double_zero() -> Iterator[Spot]:
    """Zero lies over 1 and half of 2, double zero over the other half and 3."""
    yield _spot(Kind.STRAIGHT, ZERO)
    yield _spot(Kind.STRAIGHT, DOUBLE_ZERO)
    for pair in ((ZERO, DOUBLE_ZERO), (ZERO, 1), (ZERO, 2), (DOUBLE_ZERO, 2), (DOUBLE_ZERO, 3)):
        yield _spot(Kind.SPLIT, *pair)
    for three in ((ZERO, 1, 2), (ZERO, DOUBLE_ZERO, 2), (DOUBLE_ZERO, 2, 3)):
        yield _spot(Kind.TRIO, *three)
    yield Spot("first_five", Kind.FIRST_FIVE, (ZERO, DOUBLE_ZERO, 1, 2, 3))
