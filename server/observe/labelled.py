"""Whose metrics they are, where one scrape or one dashboard sees those of several processes."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import Metric
from prometheus_client.registry import Collector


class Labelled(Collector):
    """Another collector's metrics, each sample with these labels as well."""

    def __init__(self, collector: Collector, labels: Mapping[str, str]) -> None:
        self._collector = collector
        self._labels = dict(labels)

    def collect(self) -> Iterator[Metric]:
        """See `Collector.collect`."""
        for family in self._collector.collect():
            family.samples = [sample._replace(labels={**self._labels, **sample.labels}) for sample in family.samples]
            yield family
