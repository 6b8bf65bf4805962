"""Exact odds: what one unit of stake can pay, and how often."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import sqrt

Payoffs = Mapping[Fraction, Fraction]
"""The chance of each multiple of the stake that can be paid, losing included; the chances sum to one."""


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
