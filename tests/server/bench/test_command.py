"""`croupier bench` as it is typed; and one small real run of it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from server.bench import runner
from server.bench.child import DidNotWork
from server.bench.goals import FIGURES
from server.bench.ground import Ground
from server.bench.plan import Plan
from server.bench.runner import benches, run
from server.cli import main

SMOKE = ("dice", "rowlock", "writer", "fanout", "connections", "wallets", "turns", "poker")
TINY = replace(
    Plan.quick(0.5),
    dice_bots=4,
    pool_sizes=(2,),
    writer_transfers=((1, 5), (100, 200), (1_000, 1_000)),
    fanout_sockets=5,
    fanout_events=20,
    idle_connections=20,
    idle_wallets=500,
    turn_players=3,
    turn_rounds=2,
    poker_tables=2,
    poker_seats=2,
)


class Fixed:
    """Measures nothing, and always the same, or does not work."""

    name = "dice"

    def __init__(self, rate: float | None) -> None:
        self._rate = rate

    def run(self, ground: Ground) -> Mapping[str, float]:
        if self._rate is None:
            raise DidNotWork("no port")
        return {"dice_rate": self._rate}


def typed(monkeypatch: pytest.MonkeyPatch, bench: Fixed, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(runner, "benches", lambda: (bench,))
    result = CliRunner().invoke(main, ("bench", *arguments))
    return result.exit_code, result.stdout


def test_a_missed_goal_is_told_and_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    code, printed = typed(monkeypatch, Fixed(19_999), "--quick")

    assert code == 0
    assert printed.splitlines()[2].endswith("NO")


def test_what_does_not_work_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    code, printed = typed(monkeypatch, Fixed(None), "--json")

    assert code == 1
    assert json.loads(printed)["failures"] == ["dice: no port"]


def test_json_has_a_value_per_run(monkeypatch: pytest.MonkeyPatch) -> None:
    code, printed = typed(monkeypatch, Fixed(21_000.0), "--json", "--runs", "2")

    assert code == 0
    assert json.loads(printed)["figures"]["dice_rate"]["values"] == [21_000.0, 21_000.0]


def test_an_unknown_measurement_is_an_error_that_names_the_known(monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(main, ["bench", "--only", "dice,bingo"])

    assert result.exit_code == 2
    assert "no measurement 'bingo'" in result.stderr
    assert "dice, rowlock, pgbench" in result.stderr


def test_the_names_are_listed() -> None:
    result = CliRunner().invoke(main, ["bench", "--list"])

    assert result.stdout.split() == [bench.name for bench in benches()]


@pytest.mark.slow(seconds=25)
def test_a_small_run_measures_with_real_servers_and_leaves_nothing(tmp_path: Path) -> None:
    # Postgres may run as a user of its own, who has to pass through the folders of the test.
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    chosen = [bench for bench in benches() if bench.name in SMOKE]
    # Other tests share engines, which may be up.
    running = set(psutil.Process().children(recursive=True))

    results = run(chosen, TINY, 1, tmp_path, lambda line: None)

    assert results.failures == []
    assert set(results.values) == {figure.key for figure in FIGURES if figure.bench in SMOKE}
    # Of half a second the processor time of a process, which is counted in hundredths, may be nothing.
    nothing = {key for key, values in results.values.items() if not values[0] > 0}
    assert {key for key in nothing if not key.endswith("_memory") and "_cpu_" not in key} == set()
    assert list(tmp_path.iterdir()) == []
    assert set(psutil.Process().children(recursive=True)) - running == set()
