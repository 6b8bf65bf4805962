"""Chi-square, against published figures and against counts that are what they should be, or are not."""

from math import exp

import pytest

from server.rng.statistics import chi_square, upper_gamma


@pytest.mark.parametrize(
    ("freedom", "statistic", "p_value"),
    [
        (1, 3.841, 0.05),
        (1, 6.635, 0.01),
        (5, 11.070, 0.05),
        (10, 23.209, 0.01),
        (30, 20.599, 0.90),
        (100, 135.807, 0.01),
    ],
)
def test_p_values_are_those_of_the_published_table(freedom: int, statistic: float, p_value: float) -> None:
    assert upper_gamma(freedom / 2, statistic / 2) == pytest.approx(p_value, rel=1e-3)


@pytest.mark.parametrize("x", [0.01, 0.9, 1.99, 2.01, 7.0, 80.0])
def test_the_gamma_function_of_a_whole_shape_is_a_sum(x: float) -> None:
    assert upper_gamma(1.0, x) == pytest.approx(exp(-x), rel=1e-12)
    assert upper_gamma(2.0, x) == pytest.approx(exp(-x) * (1 + x), rel=1e-12)


def test_counts_that_are_just_as_expected_differ_by_nothing() -> None:
    verdict = chi_square([30, 20, 10], [3, 2, 1])

    assert (verdict.statistic, verdict.freedom, verdict.p_value) == (0.0, 2, 1.0)


def test_a_count_that_is_too_large_is_found() -> None:
    verdict = chi_square([600, 500, 500, 500, 500, 400], [1] * 6)

    assert verdict.statistic == pytest.approx(40.0)
    assert verdict.p_value == pytest.approx(1.49e-7, rel=0.01)


def test_cells_of_which_few_are_expected_are_taken_together_and_none_is_lost() -> None:
    verdict = chi_square([95, 1, 1, 1, 1, 1, 50, 2], [95, 1, 1, 1, 1, 1, 50, 2])

    assert (verdict.statistic, verdict.freedom) == (0.0, 2)


def test_too_few_outcomes_prove_nothing() -> None:
    with pytest.raises(ValueError, match="too few"):
        chi_square([1, 0, 1], [1, 1, 1])
