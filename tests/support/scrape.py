"""Everything that Prometheus may read: a server; a host, a gateway or the directory of a cluster."""

from types import SimpleNamespace
from typing import cast

from prometheus_client.core import Metric

from actors.runtime.host import Host, HostLimits
from actors.runtime.router import Router
from server.observe.directory_metrics import DirectoryMetrics
from server.observe.host_metrics import HostMetrics
from server.observe.metrics import Metrics
from server.observe.router_metrics import RouterMetrics


def families() -> list[Metric]:
    """Every metric that there is, of processes that have done nothing yet."""
    host = Host(
        shards=1, clock=lambda: 0, entropy=bytes, limits=HostLimits(), on_fault=lambda _ref, _message, _fault: None
    )
    everything, of_host = Metrics(), HostMetrics()
    of_host.watch(host)
    everything.registry.register(of_host)
    idle = SimpleNamespace(waiting=0, exchange=SimpleNamespace(links={}))
    everything.registry.register(RouterMetrics(cast("Router", idle)))
    everything.registry.register(
        DirectoryMetrics(lambda: {"generation": 1, "shards": {}, "processes": {}, "missing": {}})
    )
    return list(everything.registry.collect())
