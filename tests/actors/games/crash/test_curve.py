"""The curve is the exponential that clients compute, in integers, and can be asked both ways."""

from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from actors.games.crash.curve import BITS, FLIGHT_MS_MAX, STEP, multiplier_at, reached_at
from protocol.games.crash import GROWTH, TARGET_MAX


@given(elapsed_ms=st.integers(0, FLIGHT_MS_MAX))
def test_the_curve_is_the_exponential_cut_off_after_hundredths(elapsed_ms: int) -> None:
    with localcontext() as context:
        context.prec = 50
        exact = (Decimal(GROWTH) * elapsed_ms).exp() * 100

    assert multiplier_at(elapsed_ms) == int(exact)


def test_its_step_is_exact_to_the_last_digit() -> None:
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(GROWTH).exp() * (1 << BITS)

    assert int(exact) == STEP


@given(elapsed_ms=st.integers(1, FLIGHT_MS_MAX))
def test_the_curve_never_falls(elapsed_ms: int) -> None:
    assert multiplier_at(elapsed_ms - 1) <= multiplier_at(elapsed_ms)


@given(multiplier=st.integers(101, TARGET_MAX))
def test_a_multiplier_is_reached_at_the_first_millisecond_at_which_the_curve_is_there(multiplier: int) -> None:
    reached = reached_at(multiplier)

    assert multiplier_at(reached) >= multiplier > multiplier_at(reached - 1)


def test_a_flight_begins_at_one_and_is_never_longer_than_the_greatest_target_takes() -> None:
    assert (multiplier_at(0), reached_at(100)) == (100, 0)
    assert (reached_at(TARGET_MAX), reached_at(10**15)) == (FLIGHT_MS_MAX, FLIGHT_MS_MAX)
    assert (reached_at(200), reached_at(1_000)) == (11_553, 38_377)
