"""Rate limits hold for every pattern of arrival."""

from hypothesis import given
from hypothesis import strategies as st

from server.gateway.buckets import Bucket

GAPS_MS = st.lists(st.floats(0, 5_000, allow_nan=False), min_size=1, max_size=300)


@given(GAPS_MS, st.integers(1, 500), st.integers(1, 50))
def test_no_window_of_time_lets_more_through_than_its_burst_and_its_rate(
    gaps_ms: list[float], per_second: int, burst: int
) -> None:
    bucket = Bucket(per_second, burst)
    now, taken = 1_800_000_000_000.0, list[float]()
    for gap in gaps_ms:
        now += gap
        if bucket.take(now):
            taken.append(now)

    for first, start in enumerate(taken):
        for last in range(first, len(taken)):
            window_s = (taken[last] - start) / 1_000
            assert last - first + 1 <= burst + window_s * per_second + 5e-3


@given(st.integers(1, 500), st.integers(1, 50))
def test_a_burst_passes_whole_and_not_one_more(per_second: int, burst: int) -> None:
    bucket = Bucket(per_second, burst)

    assert [bucket.take(1_000_000.0) for _ in range(burst + 1)] == [True] * burst + [False]


@given(st.integers(1, 500), st.integers(1, 50))
def test_who_keeps_to_the_rate_is_never_refused(per_second: int, burst: int) -> None:
    bucket = Bucket(per_second, burst)

    assert all(bucket.take(1_000_000.0 + n * 1_000 / per_second) for n in range(1_000))


def test_a_clock_that_goes_back_refuses_for_a_moment_and_grants_nothing() -> None:
    bucket = Bucket(10, 1)
    bucket.take(10_000.0)

    assert not bucket.take(5_000.0)
    assert bucket.take(10_100.0)
