"""The turns: everything as often as was asked for, whatever becomes of one of them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from server.bench.child import DidNotWork
from server.bench.goals import FIGURES
from server.bench.ground import Ground
from server.bench.pgbench import tps_of
from server.bench.plan import Plan
from server.bench.runner import benches, cluster_benches, run


class Fake:
    """Counts its runs, and leaves something on the disk."""

    def __init__(self, name: str, key: str, order: list[str], fails_at: int = 0) -> None:
        self.name = name
        self._key = key
        self._order = order
        self._fails_at = fails_at
        self._runs = 0

    def run(self, ground: Ground) -> Mapping[str, float]:
        self._runs += 1
        self._order.append(self.name)
        with ground.folder() as folder:
            (folder / "data").write_text("much")
        if self._runs == self._fails_at:
            raise DidNotWork("no port")
        return {self._key: float(self._runs)}


def test_measurements_take_turns(tmp_path: Path) -> None:
    order: list[str] = []
    fakes = (Fake("a", "dice_rate", order), Fake("b", "rowlock_rate", order))

    results = run(fakes, Plan.quick(1.0), 3, tmp_path, lambda line: None)

    assert order == ["a", "b"] * 3
    assert results.values == {"dice_rate": [1.0, 2.0, 3.0], "rowlock_rate": [1.0, 2.0, 3.0]}
    assert results.failures == []


def test_one_that_does_not_work_is_named_and_does_not_stop_the_others(tmp_path: Path) -> None:
    order: list[str] = []
    fakes = (Fake("a", "dice_rate", order, fails_at=2), Fake("b", "rowlock_rate", order))

    results = run(fakes, Plan.quick(1.0), 3, tmp_path, lambda line: None)

    assert order == ["a", "b", "a", "b", "b"]
    assert results.values == {"dice_rate": [1.0], "rowlock_rate": [1.0, 2.0, 3.0]}
    assert results.failures == ["a: no port"]


def test_nothing_is_left_on_the_disk(tmp_path: Path) -> None:
    run((Fake("a", "dice_rate", [], fails_at=1),), Plan.quick(1.0), 1, tmp_path, lambda line: None)

    assert list(tmp_path.iterdir()) == []


def test_every_figure_belongs_to_a_measurement_and_every_measurement_has_figures() -> None:
    assert {figure.bench for figure in FIGURES} == {bench.name for bench in (*benches(), *cluster_benches())}


def test_the_speed_is_read_from_what_pgbench_prints() -> None:
    printed = (
        "latency average = 1.1 ms\ninitial connection time = 4.9 ms\ntps = 7301.25 (without initial connection time)\n"
    )

    assert tps_of(printed) == 7301.25


def test_pgbench_without_a_speed_did_not_work() -> None:
    with pytest.raises(DidNotWork):
        tps_of("pgbench: error")
