"""Clusters that are measured: where tables are put, what figures come to, and one small real run."""

from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from server.bench.child import DidNotWork
from server.bench.cluster.prober import Track
from server.bench.cluster.probes import percentile
from server.bench.cluster.restart import failures
from server.bench.cluster.roulette import one_shard, shards_of
from server.bench.cluster_goals import CLUSTER_FIGURES
from server.bench.plan import Plan
from server.bench.runner import cluster_benches, run

SMOKE = ("cluster-takeover", "cluster-restart")
TINY = replace(Plan.quick(0.5), dice_bots=4, takeover_tables=4, restart_players=3)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.99) == 4.0
    assert percentile([7.0], 0.5) == 7.0


def test_tables_of_one_shard_are_found_by_their_ids() -> None:
    tables = one_shard(5, 10_000)
    assert len(set(tables)) == 5
    assert len(shards_of(tables)) == 1


def test_too_few_ids_have_no_shard_with_all_the_tables() -> None:
    with pytest.raises(DidNotWork, match="of 10 tables no 5"):
        one_shard(5, 10)


async def test_a_take_over_ends_with_a_bet_that_was_sent_after_it_began() -> None:
    track = Track("roulette-1")
    track.add(1.0, 2.5)
    track.add(2.6, 3.0)
    assert await track.first_after(2.0) == 3.0


async def test_a_pause_is_the_longest_time_without_a_bet_around_an_interval() -> None:
    track = Track("roulette-1")
    for sent_at, at in ((0.0, 0.5), (0.6, 3.0), (3.1, 3.2), (3.3, 4.0), (4.1, 9.0)):
        track.add(sent_at, at)
    assert await track.longest_gap(2.0, 3.05) == 2.5
    assert await track.longest_gap(3.5, 3.6) == pytest.approx(0.8)


def test_patience_is_no_failure_and_everything_else_is() -> None:
    report = {"bets_unresolved": 1, "balance_mismatches": 2, "errors": {"6001": 9, "5001": 9, "2007": 9, "connect": 9}}
    assert failures(report) == 3
    assert failures({**report, "errors": {"6001": 9, "4001": 4, "silence": 1}}) == 8


@pytest.mark.slow(seconds=80)
def test_a_small_run_measures_real_clusters_and_leaves_nothing(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    chosen = [bench for bench in cluster_benches() if bench.name in SMOKE]
    running = set(psutil.Process().children(recursive=True))

    results = run(chosen, TINY, 1, tmp_path, lambda line: None)

    assert results.failures == []
    assert set(results.values) == {figure.key for figure in CLUSTER_FIGURES if figure.bench in SMOKE}
    assert results.values["restart_failed"] == results.values["restart_lost"] == [0.0]
    assert results.values["restart_bets"][0] > 0
    assert list(tmp_path.iterdir()) == []
    assert set(psutil.Process().children(recursive=True)) - running == set()
