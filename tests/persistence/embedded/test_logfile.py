"""An engine's log stays small while the engine has it open."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from persistence.embedded.logfile import TAIL_BYTES_MAX, LogFile


def test_a_log_over_its_limit_moves_aside_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log", bytes_max=100)
    with log.open() as writer:
        writer.write(b"a" * 100)
        log.trim()
        assert log.position() == 100
        writer.write(b"b")
        log.trim()
        assert log.position() == 0
        assert (tmp_path / "log.1").read_bytes() == b"a" * 100 + b"b"
        writer.write(b"after")
    assert (tmp_path / "log").read_bytes() == b"after"


def test_a_log_that_was_never_written_or_was_removed_is_empty(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log")
    log.trim()
    assert (log.position(), log.tail()) == (0, "")


def test_a_log_is_its_owners_alone(tmp_path: Path) -> None:
    LogFile(tmp_path / "log").open().close()
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


@given(before=st.integers(0, 9000), after=st.integers(0, 9000))
def test_the_tail_is_the_end_of_what_was_written_since(before: int, after: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        log = LogFile(Path(folder) / "log")
        with log.open() as writer:
            writer.write(b"o" * before)
            since = log.position()
            writer.write(b"n" * after)
        assert log.tail(since) == "n" * min(after, TAIL_BYTES_MAX)
