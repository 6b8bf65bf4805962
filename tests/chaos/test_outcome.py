"""How what players saw of a fault is counted."""

import json
from pathlib import Path

from tests.support.chaos.outcome import Outcome, Pauses, pauses_in, table


def journal(path: Path, *answers: tuple[int, float]) -> Path:
    lines = [json.dumps({"player": player, "at": at}) for player, at in answers]
    path.write_text("\n".join([*lines, '{"player": 1, "at"']))
    return path


def test_a_pause_is_the_longest_time_of_a_player_without_an_answer(tmp_path: Path) -> None:
    played = journal(tmp_path / "journal", (1, 8.0), (1, 10.5), (2, 11.0), (1, 14.0), (1, 19.5), (2, 19.0))
    assert pauses_in(played, 10.0, 20.0) == Pauses(p50=5.5, p99=8.0, most=8.0)


def test_who_is_not_answered_to_the_end_has_paused_until_then(tmp_path: Path) -> None:
    played = journal(tmp_path / "journal", (1, 9.0), (1, 21.0))
    assert pauses_in(played, 10.0, 20.0) == Pauses(p50=10.0, p99=10.0, most=10.0)


def test_a_few_who_wait_long_are_in_the_99th_percentile_and_one_of_many_is_not(tmp_path: Path) -> None:
    many = [(player, 15.0) for player in range(200)]
    played = journal(tmp_path / "journal", *many, (200, 9.0))
    assert pauses_in(played, 10.0, 20.0) == Pauses(p50=5.0, p99=5.0, most=10.0)


def test_the_table_has_a_line_for_each_fault() -> None:
    pauses = {"dice": Pauses(0.1, 0.25, 3.0), "roulette": Pauses(1.0, 2.0, 3.0)}
    lines = table([Outcome("a death", pauses, {"6001": 12, "5001": 3}, 2, 1_234), Outcome("none", pauses, {}, 0, 1)])
    assert [" ".join(line.split()) for line in lines.splitlines()[2:]] == [
        "| a death | 0.1 / 0.2 / 3.0 | 1.0 / 2.0 / 3.0 | 5001: 3, 6001: 12 | 2 | 1,234 |",
        "| none | 0.1 / 0.2 / 3.0 | 1.0 / 2.0 / 3.0 | none | 0 | 1 |",
    ]
    assert len({len(line) for line in lines.splitlines()}) == 1
