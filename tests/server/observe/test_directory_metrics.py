from prometheus_client.parser import text_string_to_metric_families

from server.observe.directory_metrics import DirectoryMetrics
from server.observe.metrics import Metrics
from tests.support.directing import done
from tests.support.simulation_time import virtually
from tests.support.town import TOWN_SHARDS, a_town


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(value for label, value in sorted(sample.labels.items()) if label != "directory")): sample.value
        for family in text_string_to_metric_families(metrics.exposition()[0].decode())
        for sample in family.samples
    }


@virtually
async def test_it_tells_of_shards_processes_and_of_whom_there_are_too_few() -> None:
    async with a_town() as town:
        directory = await town.direct(hosts=2, gateways=2)
        metrics = Metrics({"directory": "directory-1"}, is_gateway=False)
        metrics.add(DirectoryMetrics(lambda: directory.known))
        assert (await done(directory, "drain", what="10.0.0.1"))["error"] is None
        found = samples(metrics)
        assert found["croupier_directory_generation",] == 1
        assert found["croupier_shards", "owned"] == TOWN_SHARDS
        assert found["croupier_shards", "unowned"] == 0
        assert found["croupier_processes", "host", "up"] == 2
        assert found["croupier_processes", "gateway", "up"] == 1
        assert found["croupier_processes_missing", "gateway"] == 1
        assert found["croupier_processes_missing", "host"] == 0
        assert 'directory="directory-1"' in metrics.exposition()[0].decode()


def test_events_are_counted_by_name() -> None:
    metrics = Metrics(is_gateway=False)
    counted = DirectoryMetrics(lambda: {"generation": 1, "shards": {}, "processes": {}, "missing": {}})
    metrics.add(counted)
    counted.happened("hosts fenced")
    counted.happened("hosts fenced")
    assert samples(metrics)["croupier_cluster_events_total", "hosts fenced"] == 2


def test_who_is_no_gateway_has_no_numbers_of_one() -> None:
    assert b"croupier_connections" not in Metrics(is_gateway=False).exposition()[0]
    assert b"croupier_connections" in Metrics().exposition()[0]
