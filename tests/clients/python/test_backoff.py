"""Pauses grow to a limit, and chance spreads them."""

from hypothesis import given
from hypothesis import strategies as st

from clients.python.backoff import Backoff


@given(attempt=st.integers(0, 10_000), chance=st.floats(0, 1))
def test_a_pause_is_between_half_of_its_step_and_the_whole_of_it(attempt: int, chance: float) -> None:
    pause = Backoff(0.1, 5.0, lambda: chance).pause_seconds(attempt)
    step = min(5.0, 0.1 * 2 ** min(attempt, 20))
    assert step / 2 <= pause <= step


def test_pauses_double_until_the_limit() -> None:
    backoff = Backoff(1.0, 5.0, lambda: 1.0)
    assert [backoff.pause_seconds(attempt) for attempt in range(5)] == [1.0, 2.0, 4.0, 5.0, 5.0]
