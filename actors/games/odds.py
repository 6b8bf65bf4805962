"""Exact odds: what one unit of stake can pay, and how often."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

Payoffs = Mapping[Fraction, Fraction]
"""The chance of each multiple of the stake that can be paid, losing included; the chances sum to one."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is said of a wager: return, variance, how often anything is paid, and the largest multiple of the stake."""

    rtp: Fraction
    variance: Fraction
    hit_rate: Fraction
    best: Fraction


Odds = Payoffs | Figures
"""All that a wager can pay; or, where that is too much to list, its figures, which are as exact."""


def payoffs_of(pairs: Iterable[tuple[Fraction, Fraction]]) -> Payoffs:
    """Multiples and chances, added up. Raises `ValueError` when the chances do not sum to one."""
    chances: defaultdict[Fraction, Fraction] = defaultdict(Fraction)
    for multiple, chance in pairs:
        chances[multiple] += chance
    whole = sum(chances.values(), Fraction())
    if whole != 1:
        raise ValueError(f"the chances sum to {whole}")
    return dict(sorted(chances.items()))


def rtp_of(payoffs: Payoffs) -> Fraction:
    """The return to the player: the mean of what a unit of stake is paid."""
    return sum((multiple * chance for multiple, chance in payoffs.items()), Fraction())


def variance_of(payoffs: Payoffs) -> Fraction:
    """The variance of what a unit of stake is paid, in units squared."""
    squares = sum((multiple * multiple * chance for multiple, chance in payoffs.items()), Fraction())
    return squares - rtp_of(payoffs) ** 2


def deviation_of(payoffs: Payoffs) -> float:
    """The standard deviation of what a unit of stake is paid."""
    return sqrt(variance_of(payoffs))


def hit_rate_of(payoffs: Payoffs) -> Fraction:
    """How often anything at all is paid."""
    return 1 - payoffs.get(Fraction(0), Fraction(0))


def figures_of(odds: Odds) -> Figures:
    """The figures of a wager, whichever way its odds are given."""
    if isinstance(odds, Figures):
        return odds
    return Figures(rtp_of(odds), variance_of(odds), hit_rate_of(odds), max(odds))
