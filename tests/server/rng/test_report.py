"""The report: what failed is said, and what dieharder prints is read."""

from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from actors.fairness.draws import Draws
from server.rng.__main__ import main
from server.rng.raw import BLOCKS, Judged, NoDieharder, dieharder, judgements, stream
from server.rng.report import limit_of, passes, report
from server.rng.samples import samples
from server.rng.scaled import Examined
from server.rng.statistics import Verdict

PRINTED = """
#=============================================================================#
#            dieharder version 3.31.1 Copyright 2003 Robert G. Brown          #
#=============================================================================#
        test_name   |ntup| tsamples |psamples|  p-value |Assessment
#=============================================================================#
   diehard_birthdays|   0|       100|     100|0.31234567|  PASSED
          sts_serial|   3|    100000|     100|0.99812345|   WEAK
      diehard_runs  |   0|    100000|     100|0.00000000|  FAILED
"""


def made(frequency: float, serial: float) -> Examined:
    return Examined(samples()[0], 1_000, Verdict(9.0, 9, frequency), Verdict(4.0, 9, serial))


def test_results_of_dieharder_are_read() -> None:
    assert judgements(PRINTED) == [
        Judged("diehard_birthdays", 0, 100, 0.31234567, "PASSED"),
        Judged("sts_serial", 3, 100, 0.99812345, "WEAK"),
        Judged("diehard_runs", 0, 100, 0.0, "FAILED"),
    ]


@pytest.mark.parametrize(
    ("frequency", "serial", "passed"),
    [(0.5, 0.5, True), (0.0051, 0.0051, True), (0.0049, 0.5, False), (0.5, 0.0049, False)],
)
def test_a_test_fails_below_the_limit_for_all_tests_together(frequency: float, serial: float, passed: bool) -> None:
    tested = [made(frequency, serial)]

    assert limit_of(tested) == pytest.approx(0.005)
    assert passes(tested, []) is passed
    assert ("A TEST FAILED" in report("word", tested, [])) is not passed


def test_what_dieharder_fails_is_failed_and_what_it_finds_weak_is_not() -> None:
    tested = [made(0.5, 0.5)]

    assert passes(tested, [Judged("any", 1, 100, 0.001, "WEAK")])
    assert not passes(tested, [Judged("any", 1, 100, 0.0, "FAILED")])


def test_a_report_has_a_row_for_each_result() -> None:
    page = report("word", [made(0.5, 0.25)], judgements(PRINTED))

    assert "| dice | the roll | 10,001 | 9.0 | 9 | 0.5000 | 4.0 | 9 | 0.2500 |" in page
    assert "| sts_serial | 3 | 100 | 0.9981 | WEAK |" in page
    assert "dieharder` was left out" in report("word", [made(0.5, 0.5)], [])


def test_the_stream_is_the_draws_of_one_nonce_after_another() -> None:
    first, second = next(numbers := stream("word")), next(numbers)
    seed = sha256(b"word:server:raw").hexdigest()

    assert first[:32] == Draws(seed, "word", 0).take(32)
    assert first[32:64] == Draws(seed, "word", 1).take(32)
    assert second[:32] == Draws(seed, "word", BLOCKS).take(32)


def test_without_dieharder_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoDieharder, match="apt-get install dieharder"):
        dieharder("word")


FAKE = """#!/bin/sh
head -c 65536 > /dev/null
echo "fake_$2_of_$4|   3|    100000|     100|0.25000000|  PASSED"
"""


def test_each_test_of_dieharder_reads_as_much_as_it_wants(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "dieharder"
    program.write_text(FAKE)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    assert dieharder("word", (3, 101)) == [Judged(f"fake_{test}_of_200", 3, 100, 0.25, "PASSED") for test in (3, 101)]


def test_the_command_writes_the_report(tmp_path: Path) -> None:
    page = tmp_path / "randomness.md"
    ended = CliRunner().invoke(main, ["--rounds", "1000", "--no-raw", "--output", str(page)])

    assert ended.exit_code == 0, ended.output
    assert "**All tests are passed.**" in page.read_text()
