"""Percentiles of the histogram are those of the durations, to the width of a bucket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.bots.latency import COARSE_SECONDS, FINE_SECONDS, Latencies


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200), st.sampled_from([50.0, 95.0, 99.0, 100.0]))
def test_a_percentile_is_that_of_the_sorted_durations_to_a_bucket(durations: list[float], percent: float) -> None:
    latencies = Latencies()
    for duration in durations:
        latencies.add(duration)
    rank = max(0, -(-len(durations) * percent // 100) - 1)
    exact = sorted(durations)[int(rank)]
    width = FINE_SECONDS if exact < 1 else COARSE_SECONDS
    assert latencies.percentile_ms(percent) / 1000 == pytest.approx(exact, abs=width * 1.001)
    assert latencies.count == len(durations)


def test_the_maximum_is_exact_and_an_hour_is_counted() -> None:
    latencies = Latencies()
    latencies.add(0.0015)
    latencies.add(3600.0)
    assert latencies.summary_ms() == {"p50": 1.51, "p95": 600_000.0, "p99": 600_000.0, "max": 3_600_000.0}


def test_nothing_measured_is_zero() -> None:
    assert Latencies().summary_ms() == {"p50": 0.0, "p95": 0.0, "p99": 0.0, "max": 0.0}
