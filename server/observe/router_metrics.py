"""What is on its way between a gateway and the hosts, for Prometheus."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from actors.runtime.router import Router


class RouterMetrics(Collector):
    """Reads a router at the moment of a scrape."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def collect(self) -> Iterator[Metric]:
        """See `Collector.collect`."""
        router = self._router
        yield GaugeMetricFamily("croupier_unanswered", "Requests that wait for a host's answer.", router.waiting)
        waiting = GaugeMetricFamily(
            "croupier_link_waiting", "Messages that a host has not acknowledged.", labels=("host",)
        )
        for host, link in router.exchange.links.items():
            waiting.add_metric((host,), link.waiting)
        yield waiting
