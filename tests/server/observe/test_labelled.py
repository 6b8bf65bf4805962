"""Metrics of a process of a cluster say whose they are."""

from server.observe.host_metrics import HostMetrics
from server.observe.metrics import Metrics


def test_every_sample_of_a_process_of_a_cluster_has_its_name() -> None:
    metrics = Metrics({"gateway": "east"})
    metrics.gateway.connections = 3
    metrics.gateway.closes[1012] = 2
    metrics.gateway.tallies["dice.bet"].count(0, 0.001)
    lines = [line for line in metrics.exposition()[0].decode().splitlines() if not line.startswith("#")]

    assert 'croupier_connections{gateway="east"} 3.0' in lines
    assert 'croupier_closes_total{code="1012",gateway="east"} 2.0' in lines
    assert any(line.startswith("croupier_request_seconds_bucket{") for line in lines)
    assert [line for line in lines if 'gateway="east"' not in line] == []


def test_the_only_process_there_is_needs_no_name() -> None:
    metrics = Metrics()
    metrics.add(HostMetrics())
    assert "croupier_connections 0.0" in metrics.exposition()[0].decode()
