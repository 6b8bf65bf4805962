"""What all connections of a player or an address share."""

import pytest

from server.gateway.buckets import Bucket
from server.gateway.quotas import Quota, Quotas, site_of


def quotas() -> Quotas[str]:
    return Quotas(lambda _: Quota(Bucket(10, 10), Bucket(1, 2)))


def test_connections_of_one_key_share_its_buckets() -> None:
    shared = quotas()
    first, second = shared.enter("a"), shared.enter("a")
    other = shared.enter("b")

    assert [first.logins.take(0), second.logins.take(0), first.logins.take(0)] == [True, True, False]
    assert other.logins.take(0)
    assert shared.connections("a") == 2


def test_reconnecting_does_not_refill_a_bucket_but_time_does_and_then_nothing_is_kept() -> None:
    shared = quotas()
    first = shared.enter("a")
    now_ms = 1_000_000.0
    while first.logins.take(now_ms):
        pass
    shared.leave("a")
    shared.sweep(now_ms + 500)

    assert not shared.enter("a").logins.take(now_ms + 500)
    shared.leave("a")
    shared.sweep(now_ms + 60_000)
    assert len(shared) == 0
    assert shared.enter("a").logins.take(now_ms + 60_000)


def test_a_key_that_came_back_is_kept() -> None:
    shared = quotas()
    quota = shared.enter("a")
    shared.leave("a")
    shared.enter("a")
    shared.sweep(1e18)

    assert shared.enter("a") is quota


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
    ],
)
def test_an_ipv6_network_is_one_site(address: str, site: str) -> None:
    assert site_of(address) == site
