"""The lock of a data dir, and the short way to its sockets."""

import os
from pathlib import Path

import pytest

from persistence.embedded import DataDirInUse, EngineNotRunning, Owner, owner
from persistence.embedded.data_dir import SOCKET_PATH_BYTES_MAX, DataDir


def test_only_one_holds_it_and_the_next_may_after_its_release(tmp_path: Path) -> None:
    first, second = DataDir(tmp_path / "data"), DataDir(tmp_path / "data")
    first.acquire()
    with pytest.raises(DataDirInUse) as caught:
        second.acquire()
    assert caught.value.pid == os.getpid()
    first.release()
    second.acquire()
    second.release()


def test_asking_for_the_owner_never_keeps_a_server_from_becoming_it(tmp_path: Path) -> None:
    held = DataDir(tmp_path / "data")
    for _ in range(50):
        held.acquire()
        assert owner(tmp_path / "data") == Owner(os.getpid(), str(tmp_path / "data"))
        held.release()
        assert owner(tmp_path / "data") is None


def test_a_lock_file_without_a_living_owner_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text('{"pid": 1, "short_path": "/nowhere"}')
    assert owner(tmp_path) is None
    held = DataDir(tmp_path)
    held.acquire()
    held.release()


def test_nonsense_in_the_lock_file_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "lock").write_bytes(b"\xff{[")
    held = DataDir(tmp_path)
    held.acquire()
    found = owner(tmp_path)
    assert found is not None
    assert found.pid == os.getpid()
    held.release()


def test_the_folder_is_closed_to_others(tmp_path: Path) -> None:
    held = DataDir(tmp_path / "deep" / "data")
    held.acquire()
    assert (tmp_path / "deep" / "data").stat().st_mode & 0o777 == 0o700
    held.release()


def test_a_long_path_has_a_short_alias_and_the_one_of_a_dead_owner_is_removed(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 200)
    dead = DataDir(path)
    dead.acquire()
    left_behind = dead.short_path
    assert len(os.fsencode(left_behind / "postgres" / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES_MAX
    assert left_behind.resolve() == path.resolve()
    record = (path / "lock").read_bytes()
    os.close(dead._lock or 0)  # the process is gone: the kernel frees its lock, and nobody tidies up
    (path / "lock").write_bytes(record)

    held = DataDir(path)
    held.acquire()
    assert not os.path.lexists(left_behind)
    assert held.short_path != left_behind
    held.release()


def test_a_record_never_makes_us_remove_what_is_not_an_alias(tmp_path: Path) -> None:
    for precious in (tmp_path / "croupier-home" / "d", tmp_path / "other" / "d"):
        precious.parent.mkdir()
        precious.mkdir()
        (precious / "file").touch()
        (tmp_path / "lock").write_text(f'{{"pid": 1, "short_path": "{precious}"}}')
        held = DataDir(tmp_path)
        held.acquire()
        held.release()
        assert (precious / "file").exists()


def test_nobody_who_does_not_hold_it_knows_its_short_path_or_publishes(tmp_path: Path) -> None:
    with pytest.raises(EngineNotRunning):
        _ = DataDir(tmp_path).short_path
    with pytest.raises(EngineNotRunning):
        DataDir(tmp_path).publish()
