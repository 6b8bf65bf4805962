"""What an endless shoe returns to one who plays best: exactly, with the spread of what is won."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Final

from actors.games.blackjack.cards import ACE, TEN
from actors.games.blackjack.dealer import CHANCES, NATURAL, RANKS, added, natural_chance
from actors.games.blackjack.rules import HouseRules
from actors.games.blackjack.solver import Solver, result, solver_of
from actors.games.odds import Figures

WEIGHTS: Final[Mapping[int, int]] = {value: int(chance * RANKS) for value, chance in CHANCES.items()}
"""The chances in thirteenths."""
ONE: Final = 4 * RANKS**64
"""Given what the dealer comes to, all that is reckoned of hands is so many of these: whole numbers are much faster than
fractions. A hand surrendered wins minus a half, whose square is a quarter; the rest are thirteenths of thirteenths."""


class NotExact(ArithmeticError):
    """More cards are drawn than `ONE` is made for."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Of what a hand, or several, wins in stakes: its mean, the mean of its square, and the most; in parts of `ONE`.

    `nothing` is the chance that nothing is paid.
    """

    mean: int
    square: int
    nothing: int
    most: int

    def beside(self, other: "Moments") -> "Moments":
        """Both together, where neither depends on the other."""
        return Moments(
            self.mean + other.mean,
            self.square + _over(2 * self.mean * other.mean, ONE) + other.square,
            _over(self.nothing * other.nothing, ONE),
            self.most + other.most,
        )


def _over(number: int, divisor: int) -> int:
    quotient, left = divmod(number, divisor)
    if left:
        raise NotExact(f"one part in {divisor} is left")
    return quotient


def _won(stakes: Fraction, *, is_paid: bool) -> Moments:
    won, square = int(stakes * ONE), int(stakes**2 * ONE)
    return Moments(won, square, 0 if is_paid else ONE, won)


def _over_cards(after: Callable[[int], Moments]) -> Moments:
    """What comes after one more card, whatever it counts."""
    parts = [(weight, after(value)) for value, weight in WEIGHTS.items()]
    return Moments(
        _over(sum(weight * part.mean for weight, part in parts), RANKS),
        _over(sum(weight * part.square for weight, part in parts), RANKS),
        _over(sum(weight * part.nothing for weight, part in parts), RANKS),
        max(part.most for _, part in parts),
    )


_NONE: Final = Moments(0, 0, ONE, 0)
_LOST: Final = _won(Fraction(-1), is_paid=False)
_SURRENDERED: Final = _won(Fraction(-1, 2), is_paid=True)
_STOOD: Final = {
    (won, stakes): _won(Fraction(won * stakes), is_paid=won >= 0) for won in (-1, 0, 1) for stakes in (1, 2)
}


@dataclass(slots=True)
class _Sum:
    """Chances, and what is won then, added up: in fractions, as what the dealer comes to is no thirteenth."""

    mean: Fraction = Fraction()
    square: Fraction = Fraction()
    nothing: Fraction = Fraction()
    most: Fraction = Fraction(-1)

    def add(self, chance: Fraction, won: Fraction, square: Fraction, nothing: Fraction, most: Fraction) -> None:
        """One more case. Cases that never come do not count for what is won at most."""
        self.mean += chance * won
        self.square += chance * square
        self.nothing += chance * nothing
        self.most = max(self.most, most) if chance else self.most


@cache
def figures(rules: HouseRules) -> Figures:
    """By stake of a box: what is put down besides, for doubles and splits, is not counted as stake of its own.

    Insurance is not taken: it loses a thirteenth of itself.
    """
    whole = _Sum()
    for up, chance in CHANCES.items():
        natural, own = natural_chance(up), 2 * CHANCES[ACE] * CHANCES[TEN]
        pays = Fraction(*rules.natural_pays)
        whole.add(chance * own * (1 - natural), pays, pays**2, Fraction(), pays)
        # What a natural pays, and whether it can be insured against, changes nothing about the play of other hands.
        hands = _begun(replace(rules, natural="3:2", insurance=False), up)
        whole.add(chance, hands.mean, hands.square, hands.nothing, hands.most)
    return Figures(1 + whole.mean, whole.square - whole.mean**2, 1 - whole.nothing, 1 + whole.most)


@cache
def _begun(rules: HouseRules, up: int) -> _Sum:
    """Of all hands that are no naturals, against one shown card."""
    solver = solver_of(rules, up)
    natural = natural_chance(up) if rules.peek else Fraction()
    firsts = [(one, other) for one in WEIGHTS for other in WEIGHTS if {one, other} != {ACE, TEN}]
    own = 1 - 2 * CHANCES[ACE] * CHANCES[TEN]
    whole = _Sum()
    whole.add(natural * own, Fraction(-1), Fraction(1), Fraction(1), Fraction(-1))
    for final, chance in solver.finals.items():
        hands = _Hands(solver, final)
        parts = [(WEIGHTS[one] * WEIGHTS[other], hands.begun(one, other)) for one, other in firsts]
        whole.add(
            (1 - natural) * chance,
            Fraction(sum(weight * part.mean for weight, part in parts), ONE * RANKS**2),
            Fraction(sum(weight * part.square for weight, part in parts), ONE * RANKS**2),
            Fraction(sum(weight * part.nothing for weight, part in parts), ONE * RANKS**2),
            Fraction(max(part.most for _, part in parts), ONE),
        )
    return whole


class _Hands:
    """Of hands that are played best, given what the dealer comes to: they are independent then."""

    def __init__(self, solver: Solver, final: int) -> None:
        self._solver = solver
        self._final = final
        self._hits: dict[tuple[int, bool], Moments] = {}
        self._waiting: dict[tuple[int, int, int], Moments] = {}

    def begun(self, first: int, second: int) -> Moments:
        """From two cards, not split yet."""
        action = self._solver.action(first, second)
        total, soft = added(*added(0, False, first), second)
        match action:
            case "surrender":
                return _LOST if self._final == NATURAL else _SURRENDERED
            case "split":
                return self._pending(first, 2, 2)
            case "double":
                return self._doubled(total, soft)
            case "stand":
                return self._stood(total)
            case _:
                return self._hit(total, soft)

    def _stood(self, total: int, stakes: int = 1) -> Moments:
        return _STOOD[result(total, self._final), stakes]

    def _doubled(self, total: int, soft: bool) -> Moments:
        return _over_cards(lambda value: self._stood(added(total, soft, value)[0], 2))

    def _hit(self, total: int, soft: bool) -> Moments:
        if (total, soft) not in self._hits:
            self._hits[total, soft] = _over_cards(lambda value: self._best(*added(total, soft, value)))
        return self._hits[total, soft]

    def _best(self, total: int, soft: bool) -> Moments:
        if total > 21:
            return _LOST
        return self._stood(total) if self._solver.stands(total, soft) else self._hit(total, soft)

    def _pending(self, value: int, waiting: int, hands: int) -> Moments:
        if waiting == 0:
            return _NONE
        if (value, waiting, hands) not in self._waiting:
            rest = self._pending(value, waiting - 1, hands)
            self._waiting[value, waiting, hands] = _over_cards(
                lambda second: (
                    self._pending(value, waiting + 1, hands + 1)
                    if self._solver.splits_again(value, second, waiting, hands)
                    else self._half(value, second).beside(rest)
                )
            )
        return self._waiting[value, waiting, hands]

    def _half(self, value: int, second: int) -> Moments:
        total, soft = added(*added(0, False, value), second)
        if value == ACE or total == 21:
            return self._stood(total)
        solver = self._solver
        if solver.rules.doubles_after_split and solver.double(total, soft) > solver.best(total, soft):
            return self._doubled(total, soft)
        return self._best(total, soft)
