"""Rounds of blackjack by the million: one box, played by basic strategy, each from a whole, new shoe."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from actors.games.blackjack.cards import ACE, TEN
from actors.games.blackjack.rules import HouseRules
from server.simulated.hands import AFTER, BUST, COLUMNS, SOFT, STATES, TOTALS, Bytes
from server.simulated.shoes import Places, Shoes, rounds_of_each, shuffled
from server.simulated.strategy import Flags, Floats, strategy_of

AT_ONCE: Final = 60_000
"""Rounds: as many as the processor's cache is good for."""
DEALT: Final = 4
"""Cards of a deal to one box: two of the player's, two of the dealer's."""
STANDING: Final = SOFT + 21
"""A state that takes no card, whatever the dealer shows."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of `rounds`: the mean return of a stake, its standard error, and the deviation of a round."""

    rtp: float
    standard_error: float
    deviation: float
    rounds: int


def simulate(rules: HouseRules, rounds: int, seed: int) -> Simulated:
    """Play at least so many rounds; the same seed plays the same."""
    random = np.random.default_rng(seed)
    table = _Table(rules)
    rows_at_once = AT_ONCE // rounds_of_each(rules.decks)
    count = rows = 0
    total = squares = row_squares = 0.0
    while count < rounds:
        won = table.play(shuffled(rules.decks, rows_at_once, random)).reshape(rows_at_once, -1)
        by_row = won.sum(axis=1)
        count, rows = count + won.size, rows + rows_at_once
        total += float(by_row.sum())
        squares += float((won * won).sum())
        row_squares += float((by_row * by_row).sum())
    mean = total / count
    row_variance = row_squares / rows - (total / rows) ** 2
    return Simulated(1 + mean, sqrt(row_variance * rows) / count, sqrt(squares / count - mean**2), count)


@dataclass(frozen=True, slots=True)
class _Dealt:
    """Rounds after the deal, an entry for each; `cards` is all shoes, and `starts` where the rounds' cards begin."""

    cards: Bytes
    starts: Places
    up: Places
    hole: Places
    natural: Flags

    def only(self, rows: Places) -> "_Dealt":
        """Some of the rounds."""
        return _Dealt(self.cards, self.starts[rows], self.up[rows], self.hole[rows], self.natural[rows])


class _Table:
    """Plays all rounds of some shoes at once. Hands take cards as long as the strategy says so, all together."""

    def __init__(self, rules: HouseRules) -> None:
        self._rules = rules
        self._strategy = strategy_of(rules)
        totals = np.arange(STATES * COLUMNS) // COLUMNS
        soft_17 = totals == SOFT + 17
        counts = TOTALS[totals]
        self._dealer_draws = (counts < 17) | (soft_17 & rules.hits_soft_17)

    def play(self, shoes: Shoes) -> Floats:
        """What each round wins, in stakes."""
        cards, starts = shoes.cards, shoes.starts
        first, second, up, hole = (cards[starts + place].astype(np.intp) for place in range(DEALT))
        states = AFTER[AFTER[first].astype(np.intp) * COLUMNS + second].astype(np.intp)
        own_natural = states == SOFT + 21
        natural = ((up == ACE) & (hole == TEN)) | ((up == TEN) & (hole == ACE))
        won = np.zeros(len(starts))
        won[own_natural & ~natural] = self._rules.natural_pays[0] / self._rules.natural_pays[1]
        if self._rules.peek:
            won[natural & ~own_natural] = -1
            (played,) = np.nonzero(~(own_natural | natural))
        else:
            (played,) = np.nonzero(~own_natural)
        states, up, first, second = states[played], up[played], first[played], second[played]
        dealt = _Dealt(cards, starts[played], up, hole[played], natural[played])
        at_pair = first * COLUMNS + up
        is_split = (first == second) & self._strategy.splits[at_pair]
        at_state = states * COLUMNS + up
        is_given_up = ~is_split & self._strategy.surrenders[at_state]
        won[played[is_given_up]] = np.where(dealt.natural[is_given_up], -1.0, -0.5)
        (rest,) = np.nonzero(~(is_split | is_given_up))
        won[played[rest]] = self._one_hand(dealt.only(rest), states[rest])
        (split,) = np.nonzero(is_split)
        won[played[split]] = self._split(dealt.only(split), first[split])
        return won

    def _one_hand(self, dealt: _Dealt, states: Places) -> Floats:
        at = dealt.starts + DEALT
        states, stakes, at = self._drawn(dealt, states, at, self._strategy.doubles[states * COLUMNS + dealt.up])
        return _results(states, stakes, self._dealer(dealt, at, states != BUST), dealt.natural)

    def _drawn(self, dealt: _Dealt, states: Places, at: Places, doubles: Flags) -> tuple[Places, Floats, Places]:
        """Hands with their cards, stakes and the places of the next cards; `doubles` take one card and no more."""
        states, at = states.copy(), at.copy()
        stakes = np.where(doubles, 2.0, 1.0)
        (more,) = np.nonzero(doubles | self._strategy.hits[states * COLUMNS + dealt.up])
        while len(more):
            states[more] = AFTER[states[more] * COLUMNS + dealt.cards[at[more]]]
            at[more] += 1
            more = more[~doubles[more] & self._strategy.hits[states[more] * COLUMNS + dealt.up[more]]]
        return states, stakes, at

    def _split(self, dealt: _Dealt, values: Places) -> Floats:
        """Halves are played one after the other; those that wait for their second card are counted."""
        rounds, rules = len(values), self._rules
        waiting, hands, done = np.full(rounds, 2), np.full(rounds, 2), np.zeros(rounds, np.intp)
        at = dealt.starts + DEALT
        states = np.full((rounds, rules.hands_max), BUST, np.intp)
        stakes = np.zeros((rounds, rules.hands_max))
        (rows,) = np.nonzero(waiting)
        while len(rows):
            value = values[rows]
            second = dealt.cards[at[rows]].astype(np.intp)
            at[rows] += 1
            again = (second == value) & (hands[rows] < rules.hands_max)
            again &= self._strategy.splits_again[value * COLUMNS + dealt.up[rows]]
            waiting[rows[again]] += 1
            hands[rows[again]] += 1
            rows, value, second = rows[~again], value[~again], second[~again]
            half = AFTER[AFTER[value].astype(np.intp) * COLUMNS + second].astype(np.intp)
            here = dealt.only(rows)
            doubles = self._strategy.doubles[half * COLUMNS + here.up] & (value != ACE) & rules.doubles_after_split
            after, stake, next_at = self._drawn(here, np.where(value == ACE, STANDING, half), at[rows], doubles)
            states[rows, done[rows]] = np.where(value == ACE, half, after)
            stakes[rows, done[rows]] = stake
            at[rows] = np.where(value == ACE, at[rows], next_at)
            done[rows] += 1
            waiting[rows] -= 1
            (rows,) = np.nonzero(waiting)
        dealer = self._dealer(dealt, at, ((states != BUST) & (stakes > 0)).any(axis=1))
        natural = dealt.natural[:, None]
        won: Floats = np.where(stakes > 0, _results(states, stakes, dealer[:, None], natural), 0.0).sum(axis=1)
        return won

    def _dealer(self, dealt: _Dealt, at: Places, is_awaited: Flags) -> Places:
        """What the dealer comes to, where any hand waits for it."""
        states: Places = AFTER[AFTER[dealt.up].astype(np.intp) * COLUMNS + dealt.hole].astype(np.intp)
        (more,) = np.nonzero(is_awaited & self._dealer_draws[states * COLUMNS])
        places = at[more]
        while len(more):
            states[more] = after = AFTER[states[more] * COLUMNS + dealt.cards[places]].astype(np.intp)
            draws = self._dealer_draws[after * COLUMNS]
            more, places = more[draws], places[draws] + 1
        return states


def _results(states: Places, stakes: Floats, dealer: Places, natural: Flags) -> Floats:
    """What hands win; a natural of the dealer takes all there is."""
    own, house = TOTALS[states].astype(np.int8), TOTALS[dealer].astype(np.int8)
    lost = natural | (own >= BUST)
    signs = np.where(house >= BUST, np.int8(1), np.sign(own - house))
    return np.where(lost, -1.0, signs) * stakes
