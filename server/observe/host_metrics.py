"""What the host and its writer did, for Prometheus: plain counters, gathered when they are asked for."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from actors.runtime.host import Host
from persistence.interfaces import Batch

COMMIT_SECONDS_BUCKETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0)


class HostMetrics(Collector):
    """Reads a host's counters; counts commits itself."""

    def __init__(self) -> None:
        self._host: Host | None = None
        self._commits = [0] * (len(COMMIT_SECONDS_BUCKETS) + 1)
        self._seconds = 0.0

    def watch(self, host: Host) -> None:
        """The host to read from."""
        self._host = host

    def committed(self, batch: Batch, seconds: float) -> None:
        """A batch is durable, after so many seconds."""
        self._commits[bisect_left(COMMIT_SECONDS_BUCKETS, seconds)] += 1
        self._seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """See `Collector.collect`."""
        host = self._host
        if host is None:
            return
        counters = host.counters
        yield GaugeMetricFamily("croupier_actors", "Actors in memory", value=len(host.cells))
        yield GaugeMetricFamily(
            "croupier_host_ready", "Whether the host takes messages", value=0 if host.suspended else 1
        )
        for name, text, value in (
            ("messages", "Messages from outside that were handled", counters.messages),
            ("turns_failed", "Turns that raised", counters.turns_failed),
            ("batches", "Batches sealed", counters.batches),
            ("records", "Records staged", counters.records),
            ("overloaded", "Messages refused because too much waited", counters.refused_overloaded),
            ("lookups", "Command ids looked up in the store", counters.lookups),
            ("host_resets", "Times the host threw its memory away", counters.resets),
            ("batches_fenced", "Batches refused because another host has the shards", counters.batches_fenced),
        ):
            yield CounterMetricFamily(f"croupier_{name}", text, value=value)
        total = 0
        buckets = []
        for bound, count in zip((*map(str, COMMIT_SECONDS_BUCKETS), "+Inf"), self._commits, strict=True):
            total += count
            buckets.append((bound, total))
        yield HistogramMetricFamily(
            "croupier_commit_seconds", "How long a batch took to commit", buckets, self._seconds
        )
