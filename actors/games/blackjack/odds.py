"""What an endless shoe returns to one who plays best: exactly, with the spread of what is won."""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from functools import cache

from actors.games.blackjack.cards import ACE, TEN
from actors.games.blackjack.dealer import CHANCES, NATURAL, added, natural_chance
from actors.games.blackjack.rules import HouseRules
from actors.games.blackjack.solver import Solver, result, solver_of
from actors.games.odds import Figures

Spread = Mapping[tuple[Fraction, bool], Fraction]
"""The chance of each (won in stakes, anything is paid)."""
_NONE: Spread = {(Fraction(0), False): Fraction(1)}
_LOST: Spread = {(Fraction(-1), False): Fraction(1)}


@cache
def figures(rules: HouseRules) -> Figures:
    """By stake of a box: what is put down besides, for doubles and splits, is not counted as stake of its own.

    Insurance is not taken: it loses a thirteenth of itself.
    """
    spread: defaultdict[tuple[Fraction, bool], Fraction] = defaultdict(Fraction)
    for up, up_chance in CHANCES.items():
        for key, chance in _against(rules, up).items():
            spread[key] += up_chance * chance
    mean = sum((won * chance for (won, _), chance in spread.items()), Fraction())
    squares = sum((won * won * chance for (won, _), chance in spread.items()), Fraction())
    hits = sum((chance for (_, is_paid), chance in spread.items() if is_paid), Fraction())
    return Figures(1 + mean, squares - mean * mean, hits, 1 + max(won for won, _ in spread))


def _against(rules: HouseRules, up: int) -> Spread:
    spread: defaultdict[tuple[Fraction, bool], Fraction] = defaultdict(Fraction)
    solver = solver_of(rules, up)
    natural = natural_chance(up)
    own = 2 * CHANCES[ACE] * CHANCES[TEN]
    spread[Fraction(*rules.natural_pays), True] += own * (1 - natural)
    spread[Fraction(0), True] += own * natural
    rest = Fraction(1)
    if rules.peek:
        spread[Fraction(-1), False] += (1 - own) * natural
        rest -= natural
    for final, final_chance in solver.finals.items():
        hands = _Hands(solver, final)
        for first, first_chance in CHANCES.items():
            for second, second_chance in CHANCES.items():
                if {first, second} != {ACE, TEN}:
                    chance = rest * final_chance * first_chance * second_chance
                    _add(spread, hands.begun(first, second), chance)
    return spread


class _Hands:
    """The spread of hands that are played best, given what the dealer comes to: they are independent then."""

    def __init__(self, solver: Solver, final: int) -> None:
        self._solver = solver
        self._final = final
        self._hits: dict[tuple[int, bool], Spread] = {}
        self._waiting: dict[tuple[int, int, int], Spread] = {}

    def begun(self, first: int, second: int) -> Spread:
        """From two cards, not split yet."""
        action = self._solver.action(first, second)
        total, soft = added(*added(0, False, first), second)
        match action:
            case "surrender":
                return _LOST if self._final == NATURAL else {(Fraction(-1, 2), True): Fraction(1)}
            case "split":
                return self._pending(first, 2, 2)
            case "double":
                return self._doubled(total, soft)
            case "stand":
                return self._stood(total)
            case _:
                return self._hit(total, soft)

    def _stood(self, total: int, stakes: int = 1) -> Spread:
        won = result(total, self._final)
        return {(Fraction(won * stakes), won >= 0): Fraction(1)}

    def _doubled(self, total: int, soft: bool) -> Spread:
        spread: defaultdict[tuple[Fraction, bool], Fraction] = defaultdict(Fraction)
        for value, chance in CHANCES.items():
            _add(spread, self._stood(added(total, soft, value)[0], 2), chance)
        return spread

    def _hit(self, total: int, soft: bool) -> Spread:
        if (total, soft) not in self._hits:
            self._hits[total, soft] = self._over_cards(total, soft)
        return self._hits[total, soft]

    def _over_cards(self, total: int, soft: bool) -> Spread:
        spread: defaultdict[tuple[Fraction, bool], Fraction] = defaultdict(Fraction)
        for value, chance in CHANCES.items():
            _add(spread, self._best(*added(total, soft, value)), chance)
        return spread

    def _best(self, total: int, soft: bool) -> Spread:
        if total > 21:
            return _LOST
        stands = total == 21 or self._solver.stand(total) >= self._solver.best(total, soft)
        return self._stood(total) if stands else self._hit(total, soft)

    def _pending(self, value: int, waiting: int, hands: int) -> Spread:
        if waiting == 0:
            return _NONE
        if (value, waiting, hands) not in self._waiting:
            self._waiting[value, waiting, hands] = self._either(value, waiting, hands)
        return self._waiting[value, waiting, hands]

    def _either(self, value: int, waiting: int, hands: int) -> Spread:
        spread: defaultdict[tuple[Fraction, bool], Fraction] = defaultdict(Fraction)
        rest = self._pending(value, waiting - 1, hands)
        for second, chance in CHANCES.items():
            if self._solver.splits_again(value, second, waiting, hands):
                _add(spread, self._pending(value, waiting + 1, hands + 1), chance)
            else:
                _add(spread, _both(self._half(value, second), rest), chance)
        return spread

    def _half(self, value: int, second: int) -> Spread:
        total, soft = added(*added(0, False, value), second)
        if value == ACE or total == 21:
            return self._stood(total)
        solver = self._solver
        if solver.rules.doubles_after_split and solver.double(total, soft) > solver.best(total, soft):
            return self._doubled(total, soft)
        return self._best(total, soft)


def _add(spread: defaultdict[tuple[Fraction, bool], Fraction], other: Spread, chance: Fraction) -> None:
    for key, of_it in other.items():
        spread[key] += chance * of_it


def _both(one: Spread, other: Spread) -> Spread:
    """What two independent hands win together."""
    spread: defaultdict[tuple[Fraction, bool], Fraction] = defaultdict(Fraction)
    for (won, is_paid), chance in one.items():
        for (also_won, is_also_paid), of_it in other.items():
            spread[won + also_won, is_paid or is_also_paid] += chance * of_it
    return spread
