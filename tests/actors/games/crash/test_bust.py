"""Where rounds bust: published cases, and the exact odds of the formula."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.games.crash import bust_of, payoffs_at
from actors.games.crash.bust import bust_from, chance_of
from actors.games.odds import rtp_of
from protocol.games.crash import TARGET_MAX, TARGET_MIN
from tests.vectors.read import read_vectors

BUSTABIT = read_vectors("pf_bustabit")
SALT = BUSTABIT["era_classic_1_to_10M"]["salt"]
DRAWS = 2**52


@pytest.mark.parametrize("case", BUSTABIT["vectors"], ids=lambda case: case["hash"][:8])
def test_published_rounds_bust_where_they_did(case: dict[str, Any]) -> None:
    assert bust_of(case["hash"], SALT) == round(case["bust"] * 100)


def test_a_seed_that_is_no_hexadecimal_text_is_none() -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        bust_of("no seed", SALT)


def test_the_first_and_the_last_draw_are_computed_without_a_float() -> None:
    assert bust_from(0) == 100
    assert bust_from(DRAWS - 1) == 99 * DRAWS
    assert bust_from(DRAWS - 3) == 99 * DRAWS // 3


@given(target=st.integers(TARGET_MIN, TARGET_MAX))
def test_the_chance_of_a_target_is_the_count_of_the_draws_that_reach_it(target: int) -> None:
    reaching = chance_of(target) * DRAWS

    assert reaching.denominator == 1
    assert bust_from(DRAWS - int(reaching)) >= target
    assert bust_from(DRAWS - int(reaching) - 1) < target


@given(target=st.integers(TARGET_MIN, TARGET_MAX))
def test_every_target_returns_99_hundredths_but_for_what_52_bits_cannot_share_out(target: int) -> None:
    rtp = rtp_of(payoffs_at(target))

    assert 0 <= Fraction(99, 100) - rtp < Fraction(target, 100 * DRAWS)


def test_a_round_is_over_at_once_as_often_as_published() -> None:
    assert round(float(1 - chance_of(101)), 6) == 0.019802
    assert chance_of(100) == 1


@pytest.mark.parametrize("target", [100, 0, -5, TARGET_MAX + 1])
def test_nobody_can_cash_out_below_or_above_the_targets(target: int) -> None:
    with pytest.raises(ValueError, match="nobody"):
        payoffs_at(target)
