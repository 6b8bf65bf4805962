"""Basic strategy for a number of decks: by total, not by which cards make it up, as players learn it.

Each choice is the one that is worth most on average over the two cards that a total is made of, when these and the
dealer's card are gone from the decks, and those that follow come from what is then left, always the same. That is how
strategies of published tables are made; what they return is found by playing them, not by this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from actors.games.blackjack.cards import ACE, TEN
from actors.games.blackjack.rules import HouseRules
from protocol.games.blackjack import ENDLESS
from server.simulated.hands import AFTER, BUST, COLUMNS, SOFT, STATES, TOTALS, VALUES, pair_state, state_of

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
ENDLESS_DECKS: Final = 1e9
"""So many that a card that is gone is not missed."""
COUNTS: Final = (4,) * 9 + (16,)
"""Cards of a deck by what they count."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """What to do, by state and the dealer's card at `state * COLUMNS + card`; pairs by `card * COLUMNS + card`."""

    hits: Flags
    """… rather than stands."""
    doubles: Flags
    surrenders: Flags
    splits: Flags
    splits_again: Flags


class _Worths:
    """What choices are worth for every dealer's card (first axis) and two cards (the others), all at once."""

    def __init__(self, rules: HouseRules) -> None:
        self._rules = rules
        decks = ENDLESS_DECKS if rules.decks == ENDLESS else rules.decks
        whole = decks * np.array(COUNTS, np.float64)
        gone = np.eye(VALUES)
        left = whole - gone[:, None, None] - gone[None, :, None] - gone[None, None, :]
        self.weights = _pairs(whole)
        chances = left / left.sum(axis=-1, keepdims=True)
        self._chances = [chances[..., value - 1] for value in range(1, COLUMNS)]
        self._drawn: dict[int, list[Floats]] = {}
        self._bests: dict[int, Floats] = {}
        self.finals, self.natural = self._dealer()

    def _dealer(self) -> tuple[list[Floats], Floats]:
        """The chances of 17 to 21 and bust by the dealer's card, and that of a natural, where it is not peeked at."""
        shape = self._chances[0].shape
        finals = [np.zeros(shape) for _ in range(17, BUST + 1)]
        natural = np.zeros(shape)
        for up in range(1, COLUMNS):
            at = up - 1
            for value in range(1, COLUMNS):
                if {up, value} == {ACE, TEN}:
                    natural[at] += self._chances[value - 1][at]
                    continue
                for final, chance in zip(finals, self._from(pair_state(up, value)), strict=True):
                    final[at] += self._chances[value - 1][at] * chance[at]
        if self._rules.peek:
            finals = [final / (1 - natural) for final in finals]
            natural = np.zeros(shape)
        return finals, natural

    def _from(self, state: int) -> list[Floats]:
        if state not in self._drawn:
            total = int(TOTALS[state])
            if total > 17 or (total == 17 and not (state >= SOFT and self._rules.hits_soft_17)):
                shape = self._chances[0].shape
                self._drawn[state] = [np.full(shape, float(final == total)) for final in range(17, BUST + 1)]
            else:
                self._drawn[state] = [np.zeros(self._chances[0].shape) for _ in range(17, BUST + 1)]
                for value, chance in enumerate(self._chances, 1):
                    after = self._from(int(AFTER[state * COLUMNS + value]))
                    for final, one in zip(self._drawn[state], after, strict=True):
                        np.add(final, chance * one, out=final)
        return self._drawn[state]

    def stand(self, state: int) -> Floats:
        """To take no card."""
        total = int(TOTALS[state])
        if total >= BUST:
            return np.full(self.natural.shape, -1.0)
        worth = self.finals[-1] - self.natural
        for final, chance in zip(range(17, BUST), self.finals, strict=False):
            worth = worth + chance * float(np.sign(total - final))
        return worth

    def hit(self, state: int) -> Floats:
        """To take one, and then to go on as is best."""
        return self._over_cards(state, self.best)

    def best(self, state: int) -> Floats:
        """To stand or to hit, whatever is better."""
        if TOTALS[state] >= 21:
            return self.stand(state)
        if state not in self._bests:
            self._bests[state] = np.maximum(self.stand(state), self.hit(state))
        return self._bests[state]

    def double(self, state: int) -> Floats:
        """To take exactly one, for twice the stake."""
        return 2 * self._over_cards(state, self.stand)

    def surrender(self) -> Floats:
        """To lose half; all of it to a natural."""
        return -0.5 * (1 - self.natural) - self.natural

    def split(self, value: int) -> Floats:
        """To make two hands, of which none is split again."""
        return 2 * self._over_cards(state_of(value + 10, soft=True) if value == ACE else value, self._half(value))

    def _half(self, value: int) -> Callable[[int], Floats]:
        def worth(state: int) -> Floats:
            if value == ACE:
                return self.stand(state)
            best = self.best(state)
            return np.maximum(best, self.double(state)) if self._rules.doubles_after_split else best

        return worth

    def _over_cards(self, state: int, then: Callable[[int], Floats]) -> Floats:
        worth = np.zeros(self.natural.shape)
        for value, chance in enumerate(self._chances, 1):
            worth += chance * then(int(AFTER[state * COLUMNS + value]))
        return worth


def _pairs(whole: Floats) -> Floats:
    """How often two cards come, for every dealer's card: they too are gone from the decks."""
    gone = np.eye(VALUES)
    first = whole - gone
    second = first[:, None, :] - gone[None, :, :]
    return first[:, :, None] * second


@cache
def strategy_of(rules: HouseRules) -> Strategy:
    """What basic strategy does by these rules."""
    worths = _Worths(rules)
    hits, doubles, surrenders = (np.zeros(STATES * COLUMNS, np.bool_) for _ in range(3))
    splits, splits_again = (np.zeros(COLUMNS * COLUMNS, np.bool_) for _ in range(2))
    pairs: dict[int, list[tuple[int, int]]] = {}
    for first in range(1, COLUMNS):
        for second in range(1, COLUMNS):
            pairs.setdefault(pair_state(first, second), []).append((first - 1, second - 1))
    for state, made_of in pairs.items():
        if TOTALS[state] >= 21:
            continue
        at = tuple(np.array(axis) for axis in zip(*made_of, strict=True))
        weights = worths.weights[:, at[0], at[1]]

        def averaged(worth: Floats, at: tuple[Floats, ...] = at, weights: Floats = weights) -> Floats:
            mean: Floats = (worth[:, at[0], at[1]] * weights).sum(axis=1) / weights.sum(axis=1)
            return mean

        stand, hit, double = (averaged(one(state)) for one in (worths.stand, worths.hit, worths.double))
        at_state = slice(state * COLUMNS + 1, state * COLUMNS + COLUMNS)
        hits[at_state] = hit > stand
        doubles[at_state] = double > np.maximum(stand, hit)
        surrenders[at_state] = averaged(worths.surrender()) > np.maximum(np.maximum(stand, hit), double)
    for value in range(1, COLUMNS):
        state, at_pair = pair_state(value, value), (slice(None), value - 1, value - 1)
        split = worths.split(value)[at_pair]
        played = worths.best(state)[at_pair]
        doubled = np.maximum(played, worths.double(state)[at_pair])
        given_up = worths.surrender()[at_pair] if rules.surrender else np.full(split.shape, -2.0)
        at_value = slice(value * COLUMNS + 1, value * COLUMNS + COLUMNS)
        splits[at_value] = (split > np.maximum(doubled, given_up)) & (rules.hands_max > 1)
        splits_again[at_value] = (split > (doubled if rules.doubles_after_split else played)) & (value != ACE)
    return Strategy(hits, doubles, surrenders & rules.surrender, splits, splits_again)
