"""What a directory knows of its cluster, for Prometheus."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

PROCESS_STATES = ("up", "leaving", "silent", "starting")


class DirectoryMetrics(Collector):
    """Reads what `known` tells at the moment of a scrape: a part of the directory's status. Counts events itself."""

    def __init__(self, known: Callable[[], Mapping[str, Any]]) -> None:
        self._known = known
        self._events: Counter[str] = Counter()

    def happened(self, event: str) -> None:
        """The directory has told of an event."""
        self._events[event] += 1

    def collect(self) -> Iterator[Metric]:
        """See `Collector.collect`."""
        known = self._known()
        yield GaugeMetricFamily(
            "croupier_directory_generation", "How many directories this database has had.", value=known["generation"]
        )
        shards = GaugeMetricFamily("croupier_shards", "Shards, by where they are.", labels=("state",))
        for state, count in known["shards"].items():
            shards.add_metric((state,), count)
        yield shards
        processes = GaugeMetricFamily("croupier_processes", "Processes, by how they are.", labels=("kind", "state"))
        for kind, states in known["processes"].items():
            for state in PROCESS_STATES:
                processes.add_metric((kind, state), states[state])
        yield processes
        missing = GaugeMetricFamily(
            "croupier_processes_missing", "Processes that should be there and were not started.", labels=("kind",)
        )
        for kind, count in known["missing"].items():
            missing.add_metric((kind,), count)
        yield missing
        events = CounterMetricFamily(
            "croupier_cluster_events", "What the directory has written to its log.", labels=("event",)
        )
        for event, count in sorted(self._events.items()):
            events.add_metric((event,), count)
        yield events
