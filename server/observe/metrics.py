"""What a gateway counts: plain numbers on the hot path, made into Prometheus metrics when they are asked for."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from server.observe.labelled import Labelled

LATENCY_SECONDS: Final = (
    0.000_5, 0.001, 0.002, 0.003, 0.005, 0.007_5, 0.010, 0.015, 0.020, 0.030, 0.050, 0.100, 0.250, 0.500, 1.0, 2.5, 10.0
)  # fmt: skip
OK: Final = 0
"""The result of a request that was done; a refused one's is its code of the catalogue."""


class Tally:
    """What became of the requests of one type: how many by result, and how long they took."""

    __slots__ = ("buckets", "results", "seconds")

    def __init__(self) -> None:
        self.results: defaultdict[int, int] = defaultdict(int)
        self.buckets = [0] * (len(LATENCY_SECONDS) + 1)
        self.seconds = 0.0

    def count(self, result: int, seconds: float) -> None:
        """One request was answered."""
        self.results[result] += 1
        self.buckets[bisect_left(LATENCY_SECONDS, seconds)] += 1
        self.seconds += seconds


class GatewayCounters:
    """One gateway's numbers; they only grow, except `connections` and `sessions`."""

    __slots__ = (
        "bytes_in",
        "bytes_out",
        "closes",
        "connections",
        "handshakes_refused",
        "messages_in",
        "pushes",
        "refused",
        "resumed",
        "resumes_refused",
        "sessions",
        "shared_state_failures",
        "tallies",
    )

    def __init__(self) -> None:
        self.connections = 0
        self.sessions = 0
        self.handshakes_refused = 0
        self.messages_in = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.pushes = 0
        self.resumed = 0
        self.resumes_refused = 0
        self.shared_state_failures = 0
        self.closes: defaultdict[int, int] = defaultdict(int)
        self.refused: defaultdict[int, int] = defaultdict(int)
        self.tallies: defaultdict[str, Tally] = defaultdict(Tally)


class GatewayCollector(Collector):
    """Reads a gateway's counters at the moment of a scrape."""

    def __init__(self, counters: GatewayCounters) -> None:
        self._counters = counters

    def collect(self) -> Iterator[Metric]:
        """Every metric of the gateway."""
        counters = self._counters
        yield GaugeMetricFamily("croupier_connections", "Open WebSocket connections.", counters.connections)
        yield GaugeMetricFamily("croupier_sessions", "Sessions on an open connection.", counters.sessions)
        for name, text, value in (
            ("croupier_handshakes_refused", "WebSocket handshakes that were refused.", counters.handshakes_refused),
            ("croupier_messages_received", "Messages received.", counters.messages_in),
            ("croupier_received_bytes", "Bytes received on open connections.", counters.bytes_in),
            ("croupier_sent_bytes", "Bytes of messages sent.", counters.bytes_out),
            ("croupier_pushes", "Events sent, one for each connection they went to.", counters.pushes),
            ("croupier_sessions_resumed", "Sessions that went on over another connection.", counters.resumed),
            ("croupier_resumes_refused", "Resume tokens that were not known any more.", counters.resumes_refused),
            (
                "croupier_shared_state_failures",
                "Times that what gateways share could not be asked for, and each was on its own.",
                counters.shared_state_failures,
            ),
        ):
            yield CounterMetricFamily(name, text, value)
        yield _by_code("croupier_closes", "Connections closed by the server, by close code.", counters.closes)
        yield _by_code(
            "croupier_messages_refused", "Messages the gateway refused itself, by error code.", counters.refused
        )
        yield from self._requests()

    def _requests(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "croupier_requests", "Requests answered by rooms; code 0 is done.", labels=("type", "code")
        )
        seconds = HistogramMetricFamily(
            "croupier_request_seconds", "From a request's arrival to its answer.", labels=("type",)
        )
        for tag, tally in self._counters.tallies.items():
            for code, count in tally.results.items():
                requests.add_metric((tag, str(code)), count)
            total = 0
            buckets: list[tuple[str, float]] = []
            for bound, count in zip((*LATENCY_SECONDS, float("inf")), tally.buckets, strict=True):
                total += count
                buckets.append(("+Inf" if bound == float("inf") else str(bound), total))
            seconds.add_metric((tag,), buckets, tally.seconds)
        yield requests
        yield seconds


class Metrics:
    """A process's metrics: the gateway's counters, if it is one, and a registry to which other rooms add their own.

    `labels` are put on each sample: a process of a cluster says by them which one it is.
    """

    def __init__(self, labels: Mapping[str, str] | None = None, *, is_gateway: bool = True) -> None:
        self._labels = dict(labels or {})
        self.registry = CollectorRegistry()
        self.gateway = GatewayCounters()
        if is_gateway:
            self.add(GatewayCollector(self.gateway))

    def add(self, collector: Collector) -> None:
        """Show another room's metrics too."""
        self.registry.register(Labelled(collector, self._labels) if self._labels else collector)

    def exposition(self) -> tuple[bytes, str]:
        """Everything as Prometheus reads it, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


def _by_code(name: str, text: str, counts: defaultdict[int, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=("code",))
    for code, count in counts.items():
        family.add_metric((str(code),), count)
    return family
