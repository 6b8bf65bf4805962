"""Rates by key: each has its own bucket, and is forgotten when that is full again."""

from server.gateway.buckets import Bucket
from server.gateway.rates import Rates


def test_each_key_has_a_bucket_of_its_own_that_fills_again() -> None:
    rates: Rates[str] = Rates(lambda: Bucket(10, 2))

    assert [rates.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert rates.take("b", 0.0)
    assert rates.take("a", 100.0)
    assert not rates.take("a", 100.0)


def test_a_key_is_forgotten_when_its_bucket_is_full_again_and_not_before() -> None:
    rates: Rates[str] = Rates(lambda: Bucket(10, 2))
    assert rates.take("a", 0.0)
    assert rates.take("a", 0.0)
    rates.sweep(199.0)
    assert len(rates) == 1
    assert rates.take("a", 199.0)
    rates.sweep(300.0)
    assert len(rates) == 0
