"""Limbo: published results, exact chances, and a return that no target exceeds."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.fairness.draws import Draws
from actors.games.limbo import STEPS, Limbo, result_of, winning_steps
from actors.games.odds import payoffs_of
from protocol.games.limbo import TARGET_MAX, TARGET_MIN, LimboBet
from tests.support.alone import ID, play_of, seeds_of
from tests.vectors.read import read_vectors

GAMES = read_vectors("pf_stake_games")
LIMBO = Limbo()

targets = st.integers(TARGET_MIN, TARGET_MAX)
u32s = st.integers(0, 2**32 - 1)


def bet(target: int, amount: int = 100) -> LimboBet:
    return LimboBet(id=ID, asset="PLAY", amount=amount, target=target)


@pytest.mark.parametrize("case", GAMES["set_B_even_nonces"]["limbo"])
def test_published_results_come_out(case: dict[str, object]) -> None:
    assert result_of(Draws(*seeds_of(case)).u32()) / 100 == case["result"]


def test_more_published_results_come_out() -> None:
    case = GAMES["set_A"]

    found = [result_of(Draws(case["serverSeed"], case["clientSeed"], nonce).u32()) / 100 for nonce in case["nonces"]]

    assert found == case["limbo"]


@given(st.integers(0, STEPS - 1))
def test_the_published_arithmetic_in_floating_point_is_at_most_a_hundredth_lower(step: int) -> None:
    published = floor(STEPS / (step + 1) * 0.99 * 100)

    assert result_of(step << 8) - max(100, published) in (0, 1)


@given(targets, u32s)
def test_a_bet_wins_exactly_when_its_step_is_one_of_those_that_are_counted(target: int, u32: int) -> None:
    assert (result_of(u32) >= target) == (u32 >> 8 < winning_steps(target))


@given(targets)
def test_the_return_is_less_than_99_hundredths_by_less_than_one_step(target: int) -> None:
    rtp = LIMBO.rtp({"target": target})

    assert Fraction(99, 100) - Fraction(target, 100 * STEPS) < rtp <= Fraction(99, 100)


@given(targets, st.integers(1, 10**9), st.integers(0, 10**6))
def test_a_win_pays_the_target_and_a_loss_nothing(target: int, amount: int, nonce: int) -> None:
    play = play_of(LIMBO, bet(target, amount))

    result = LIMBO.play(play, "server", "client", nonce)

    assert play.payout_max == amount * target // 100
    assert result.payout == (play.payout_max if result.outcome["result"] >= target else 0)


def test_chances_that_do_not_sum_to_one_are_no_odds() -> None:
    with pytest.raises(ValueError, match="sum to 1/2"):
        payoffs_of([(Fraction(2), Fraction(1, 2))])
