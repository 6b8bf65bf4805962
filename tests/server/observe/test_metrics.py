"""Plain counters become Prometheus metrics that another parser reads the same."""

from prometheus_client import Counter
from prometheus_client.parser import text_string_to_metric_families

from server.observe.metrics import LATENCY_SECONDS, Metrics


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = metrics.exposition()[0].decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_numbers_are_read_at_the_moment_of_the_scrape() -> None:
    metrics = Metrics()
    assert samples(metrics)["croupier_connections", ()] == 0
    metrics.gateway.connections += 3
    metrics.gateway.pushes += 7
    metrics.gateway.closes[4004] += 2

    seen = samples(metrics)
    assert seen["croupier_connections", ()] == 3
    assert seen["croupier_pushes_total", ()] == 7
    assert seen["croupier_closes_total", (("code", "4004"),)] == 2


def test_latencies_fall_into_the_bucket_that_holds_them_and_buckets_add_up() -> None:
    metrics = Metrics()
    tally = metrics.gateway.tallies["dice.bet"]
    for seconds in (0.0, LATENCY_SECONDS[0], LATENCY_SECONDS[0] * 1.01, 99.0):
        tally.count(0, seconds)
    tally.count(4001, 0.004)

    seen = samples(metrics)
    bet = ("type", "dice.bet")
    buckets = [seen["croupier_request_seconds_bucket", (("le", str(le)), bet)] for le in (*LATENCY_SECONDS, "+Inf")]
    assert buckets[0] == 2
    assert buckets[1] == 3
    assert buckets[-2:] == [4, 5]
    assert buckets == sorted(buckets)
    assert seen["croupier_request_seconds_count", (bet,)] == 5
    assert seen["croupier_requests_total", (("code", "0"), bet)] == 4
    assert seen["croupier_requests_total", (("code", "4001"), bet)] == 1


def test_other_rooms_add_metrics_of_their_own_and_two_registries_share_nothing() -> None:
    metrics, other = Metrics(), Metrics()
    Counter("croupier_commits", "Commits.", registry=metrics.registry).inc(5)

    assert samples(metrics)["croupier_commits_total", ()] == 5
    assert ("croupier_commits_total", ()) not in samples(other)
