"""What counts come to: the probability that chance alone departs so far from what is expected."""

from collections.abc import Sequence
from math import exp, lgamma, log
from typing import Final, NamedTuple

EXPECTED_MIN: Final = 5.0
"""Of a cell: with fewer, chi-square is no longer distributed as it is computed."""
SERIES_TERMS_MAX: Final = 100_000
PRECISION: Final = 1e-14
TINY: Final = 1e-300


class Verdict(NamedTuple):
    """A statistic of so many degrees of freedom, and how often chance alone makes it as large or larger."""

    statistic: float
    freedom: int
    p_value: float


def upper_gamma(shape: float, x: float) -> float:
    """The regularised upper incomplete gamma function: by its series below the mean, else by its continued fraction."""
    if x <= 0:
        return 1.0
    scale = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        for n in range(1, SERIES_TERMS_MAX):
            term *= x / (shape + n)
            total += term
            if term < total * PRECISION:
                return 1 - total * scale
        raise ArithmeticError(f"no sum for shape {shape} and x {x}")
    # Lentz's way of evaluating a continued fraction from its start.
    b = x + 1 - shape
    c, d = 1 / TINY, 1 / b
    fraction = d
    for n in range(1, SERIES_TERMS_MAX):
        a = -n * (n - shape)
        b += 2
        d = 1 / (a * d + b or TINY)
        c = b + a / c or TINY
        fraction *= d * c
        if abs(d * c - 1) < PRECISION:
            return fraction * scale
    raise ArithmeticError(f"no fraction for shape {shape} and x {x}")


def chi_square(counts: Sequence[int], weights: Sequence[float]) -> Verdict:
    """Pearson's test that `counts` come as often as `weights` (of any sum) say.

    Cells of which fewer than `EXPECTED_MIN` are expected are taken together with their neighbours.
    """
    drawn, whole = sum(counts), sum(weights)
    cells: list[tuple[float, float]] = []
    count, expected = 0.0, 0.0
    for one, weight in zip(counts, weights, strict=True):
        count, expected = count + one, expected + drawn * weight / whole
        if expected >= EXPECTED_MIN:
            cells.append((count, expected))
            count, expected = 0.0, 0.0
    if cells:
        last = cells.pop()
        cells.append((last[0] + count, last[1] + expected))
    if len(cells) < 2:
        raise ValueError(f"{drawn} outcomes are too few for {len(counts)} cells")
    statistic = sum((found - wanted) ** 2 / wanted for found, wanted in cells)
    freedom = len(cells) - 1
    return Verdict(statistic, freedom, upper_gamma(freedom / 2, statistic / 2))
