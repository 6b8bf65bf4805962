"""Processor time by the kind of process, from a folder made like /proc."""

import os
from pathlib import Path

import pytest

from server.bench.processes import cpu_seconds, resident_bytes

TICK = os.sysconf("SC_CLK_TCK")


def process(proc: Path, pid: int, name: str, parent: int, seconds: float, waited_for: float = 0.0) -> None:
    """A stat file as proc(5) describes it: times are utime, stime, cutime and cstime."""
    folder = proc / str(pid)
    folder.mkdir()
    before = " ".join(["S", str(parent), *["0"] * 9])
    folder.joinpath("stat").write_text(
        f"{pid} ({name}) {before} {round(seconds * TICK)} 0 {round(waited_for * TICK)} 0 20 0"
    )


def test_the_time_of_a_tree_is_told_by_program(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("")
    process(tmp_path, 10, "python", 1, 2.0)
    process(tmp_path, 11, "postgres", 10, 1.0, waited_for=0.5)
    process(tmp_path, 12, "postgres", 11, 4.0)
    process(tmp_path, 13, "valkey-server", 10, 0.25)
    process(tmp_path, 20, "postgres", 1, 100.0)

    assert cpu_seconds(10, tmp_path) == {"server": 2.0, "postgres": 5.5, "valkey": 0.25}


def test_a_name_with_parentheses_is_read(tmp_path: Path) -> None:
    process(tmp_path, 10, "a) S 1 (b", 1, 3.0)

    assert cpu_seconds(10, tmp_path) == {"server": 3.0}


def test_this_process_has_used_time_and_memory() -> None:
    sum(range(300_000))

    assert cpu_seconds(os.getpid())["server"] == pytest.approx(sum(os.times()[:4]), rel=0.5, abs=0.5)
    assert 1 << 20 < resident_bytes() < 1 << 34
