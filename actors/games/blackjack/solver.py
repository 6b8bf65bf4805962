"""The best play from an endless shoe, and what each choice is worth: exactly, by recursion over all cards.

Worth is what is won, in stakes, on average: minus one is a stake lost. Where cards come from whole decks, what other
hands have taken says nothing about those to come, so that a hand's total and the dealer's card are all that counts.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cache

from actors.games.blackjack.cards import ACE, TEN
from actors.games.blackjack.dealer import BUST, CHANCES, NATURAL, added, finals_of
from actors.games.blackjack.rules import HouseRules

LOSS = Fraction(-1)
HALF_LOSS = Fraction(-1, 2)


class Solver:
    """The worth of hands against one shown card. Where the dealer peeks, all is given that it is no natural."""

    def __init__(self, rules: HouseRules, up: int) -> None:
        self.rules = rules
        self.up = up
        self.finals = finals_of(rules, up, is_peeked=rules.peek)
        self._stands: dict[int, Fraction] = {}
        self._stood: dict[tuple[int, bool], bool] = {}
        self._bests: dict[tuple[int, bool], Fraction] = {}
        self._doubles: dict[tuple[int, bool], Fraction] = {}
        self._splits: dict[tuple[int, int, int], Fraction] = {}
        self._actions: dict[tuple[int, int], str] = {}

    def stand(self, total: int) -> Fraction:
        """To take no more cards."""
        if total not in self._stands:
            self._stands[total] = sum(
                (chance * result(total, final) for final, chance in self.finals.items()), Fraction()
            )
        return self._stands[total]

    def hit(self, total: int, soft: bool) -> Fraction:
        """To take a card, and then to stand or hit for the best."""
        return self._over_cards(total, soft, self.best)

    def double(self, total: int, soft: bool) -> Fraction:
        """To take exactly one, for twice the stake."""
        if (total, soft) not in self._doubles:
            one_card = self._over_cards(total, soft, lambda after, _: self.stand(after) if after <= 21 else LOSS)
            self._doubles[total, soft] = 2 * one_card
        return self._doubles[total, soft]

    def best(self, total: int, soft: bool) -> Fraction:
        """The better one of standing and hitting."""
        if total > 21:
            return LOSS
        if total == 21:
            return self.stand(total)
        if (total, soft) not in self._bests:
            self._bests[total, soft] = max(self.stand(total), self.hit(total, soft))
        return self._bests[total, soft]

    def stands(self, total: int, soft: bool) -> bool:
        """Whether a hand of at most 21 is best left as it is."""
        if (total, soft) not in self._stood:
            self._stood[total, soft] = total == 21 or self.stand(total) >= self.best(total, soft)
        return self._stood[total, soft]

    def surrender(self) -> Fraction:
        """To give the hand up for half its stake; a natural of a dealer who did not peek takes all of it."""
        natural = self.finals.get(NATURAL, Fraction(0))
        return HALF_LOSS * (1 - natural) - natural

    def choices(self, first: int, second: int, *, hands: int) -> dict[str, Fraction]:
        """What each action is worth with two cards, where the box has so many hands: 1 if it was not split."""
        total, soft = added(*added(0, False, first), second)
        if total == 21:
            return {"stand": self.stand(21)}
        worths = {"stand": self.stand(total), "hit": self.hit(total, soft)}
        if hands == 1 or self.rules.doubles_after_split:
            worths["double"] = self.double(total, soft)
        if hands == 1 and self.rules.surrender:
            worths["surrender"] = self.surrender()
        if first == second and hands < self.rules.hands_max and not (first == ACE and hands > 1):
            worths["split"] = self.split(first, hands)
        return worths

    def action(self, first: int, second: int) -> str:
        """What is worth most with two cards of a box that was not split."""
        if (first, second) not in self._actions:
            worths = self.choices(first, second, hands=1)
            self._actions[first, second] = max(worths, key=lambda action: worths[action])
        return self._actions[first, second]

    def split(self, value: int, hands: int) -> Fraction:
        """To split one of so many hands: what both halves are worth, with all that come of them."""
        return self.pending(value, 2, hands + 1)

    def pending(self, value: int, waiting: int, hands: int) -> Fraction:
        """What `waiting` halves are worth that have one card yet, where the box has so many hands."""
        if waiting == 0:
            return Fraction(0)
        key = value, waiting, hands
        if key not in self._splits:
            rest = self.pending(value, waiting - 1, hands)
            worth = Fraction(0)
            for second, chance in CHANCES.items():
                again = self._half(value, second, waiting, hands)
                worth += chance * (self._played(value, second) + rest if again is None else again)
            self._splits[key] = worth
        return self._splits[key]

    def splits_again(self, value: int, second: int, waiting: int, hands: int) -> bool:
        """Whether a half that got its second card is best split once more."""
        return self._half(value, second, waiting, hands) is not None

    def _half(self, value: int, second: int, waiting: int, hands: int) -> Fraction | None:
        """What a half and those that wait after it are worth if it is split again; nothing where that is no better."""
        if second != value or value == ACE or hands >= self.rules.hands_max:
            return None
        again = self.pending(value, waiting + 1, hands + 1)
        not_again = self._played(value, second) + self.pending(value, waiting - 1, hands)
        return again if again > not_again else None

    def _played(self, value: int, second: int) -> Fraction:
        """A half with its second card, not split again."""
        total, soft = added(*added(0, False, value), second)
        if value == ACE:
            return self.stand(total)
        best = self.best(total, soft)
        return max(best, self.double(total, soft)) if self.rules.doubles_after_split and total < 21 else best

    def _over_cards(self, total: int, soft: bool, then: Callable[[int, bool], Fraction]) -> Fraction:
        return sum((chance * then(*added(total, soft, value)) for value, chance in CHANCES.items()), Fraction())


def result(total: int, final: int) -> int:
    """What a hand that is no natural wins, with what the dealer came to: a stake, none, or minus one."""
    if total > 21 or final == NATURAL:
        return -1
    if final == BUST or total > final:
        return 1
    return 0 if total == final else -1


@cache
def solver_of(rules: HouseRules, up: int) -> Solver:
    """The solver for one shown card: 1 is an ace."""
    return Solver(rules, up)


def insurance_worth() -> Fraction:
    """What a unit of insurance is worth: it wins two when a ten is under the ace."""
    return 3 * CHANCES[TEN] - 1
