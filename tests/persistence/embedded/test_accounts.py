"""Who runs the engines, and which folders stand in their way."""

import importlib.metadata
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis.asyncio
from hypothesis import given
from hypothesis import strategies as st

from persistence.embedded import AccountMissing, Engines, FolderNotUsable, PostgresSettings, account, binaries
from persistence.embedded.account import Account, blocked_at, engine_account, own_account
from persistence.embedded.binaries import POSTGRES, VALKEY, Package, programs
from tests.support.hosts import as_ordinary_user, folder_of_ordinary_user, host_process

SMALL = PostgresSettings(shared_buffers_mib=16)
STRANGER = Account("stranger", 4_000_000, 4_000_000, (), switch=True)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="croupier-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


async def answers(engines: Engines) -> bool:
    connection = await asyncpg.connect(engines.postgres.dsn)
    try:
        postgres = await connection.fetchval("SELECT 1")
    finally:
        await connection.close()
    async with redis.asyncio.Redis.from_url(engines.valkey.url) as client:
        return bool(postgres == 1 and await client.ping())


async def test_engines_never_run_as_root(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", postgres=SMALL) as engines:
        for pid in (engines.postgres.pid, engines.valkey.pid):
            process = psutil.Process(pid)
            assert 0 not in (*process.uids(), *process.gids())
            assert process.uids().real == engine_account(tmp_path / "data" / "postgres").uid


@pytest.mark.parametrize(
    ("script", "reason"),
    [("echo useradd: no space left >&2; exit 1", "no space left"), ("exit 0", "not found"), (None, "neither useradd")],
)
def test_root_without_an_account_for_the_engines_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, reason: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(account, "ACCOUNT_NAMES", ("no-such-account",))
    monkeypatch.setenv("PATH", str(tmp_path))
    if script is not None:
        (tmp_path / "useradd").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "useradd").chmod(0o755)
    with pytest.raises(AccountMissing, match=reason) as caught:
        engine_account(tmp_path / "postgres")
    assert caught.value.name == "no-such-account"
    assert "start the server as an ordinary user" in str(caught.value)


async def test_a_data_dir_that_only_its_owner_can_reach_is_fine(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    async with Engines(home / "project" / "data", postgres=SMALL) as engines:
        assert await answers(engines)
    assert permissions(home) == 0o700


async def test_an_ordinary_user_can_run_engines() -> None:
    with folder_of_ordinary_user() as folder:
        for _ in ("a new data dir", "an existing one"):
            async with host_process(folder / "data", *as_ordinary_user()) as host:
                assert "error" not in host.said, host.said
                owner = owner_of(folder)
                assert {psutil.Process(pid).uids().real for pid in host.said["engine_pids"]} == {owner}
                connection = await asyncpg.connect(host.said["database_url"])
                assert await connection.fetchval("SELECT 1") == 1
                await connection.close()
                async with redis.asyncio.Redis.from_url(host.said["redis_url"]) as client:
                    assert await client.ping()


async def test_a_folder_that_an_ordinary_user_may_not_write_is_named() -> None:
    with folder_of_ordinary_user() as folder:
        closed = folder / "closed"
        closed.mkdir(mode=0o500)
        async with host_process(closed / "data", *as_ordinary_user()) as host:
            assert host.said["error"] == "FolderNotUsable"
            assert str(closed / "data") in host.said["message"]
            assert "Permission denied" in host.said["message"]


async def test_a_lock_that_an_ordinary_user_may_not_write_is_named() -> None:
    with folder_of_ordinary_user() as folder:
        (folder / "lock").touch(mode=0o400)
        async with host_process(folder, *as_ordinary_user()) as host:
            assert host.said["error"] == "FolderNotUsable"
            assert str(folder / "lock") in host.said["message"]


async def test_a_data_dir_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(FolderNotUsable, match="data"):
        await Engines(tmp_path / "data").start()


async def test_a_restored_cluster_of_root_is_given_to_the_engines_account(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", postgres=SMALL):
        pass
    if os.geteuid() == 0:
        for root, folders, files in os.walk(tmp_path / "data"):
            for name in (".", *folders, *files):
                os.chown(Path(root, name), 0, 0)
    async with Engines(tmp_path / "data", postgres=SMALL) as engines:
        assert await answers(engines)


async def test_engines_run_from_a_copy_where_the_originals_cannot_be_reached(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_the_copy(path: Path, _: Account) -> Path | None:
        return None if path.is_relative_to(open_folder) else path.parent

    monkeypatch.setattr(binaries, "blocked_at", only_the_copy)
    async with Engines(tmp_path / "data", postgres=SMALL, copies=open_folder) as engines:
        assert await answers(engines)
        for pid in (engines.postgres.pid, engines.valkey.pid):
            assert Path(psutil.Process(pid).exe()).is_relative_to(open_folder)


def test_programs_are_copied_once_per_version_and_readable_by_everybody(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    package = installed_package(tmp_path, "1.5")
    monkeypatch.syspath_prepend(tmp_path)
    folder = programs(package, STRANGER, open_folder / "copies")
    assert folder == open_folder / "copies" / "engine-in-tests-1.5" / "engine_in_tests" / "bin"
    assert (folder / "tool").stat().st_mode & 0o777 == 0o755
    assert blocked_at(folder, STRANGER) is None
    (folder / "tool").write_text("used")
    assert (programs(package, STRANGER, open_folder / "copies") / "tool").read_text() == "used"
    assert permissions(tmp_path) == 0o700


def test_where_copies_can_not_be_reached_either_the_blocking_folder_is_named(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    package = installed_package(tmp_path, "1.5")
    monkeypatch.syspath_prepend(tmp_path)
    blocking = open_folder / "closed"
    blocking.mkdir(mode=0o700)
    with pytest.raises(FolderNotUsable) as caught:
        programs(package, STRANGER, blocking / "copies")
    assert caught.value.folder == blocking


def test_programs_that_are_not_installed_are_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(FolderNotUsable, match="no-such-engine is not installed"):
        programs(Package("no-such-engine", "no_such_engine", "bin", ()), own_account(), tmp_path)


@pytest.mark.parametrize("package", [POSTGRES, VALKEY], ids=lambda package: package.distribution)
def test_both_wheels_bring_programs_for_this_machine(package: Package) -> None:
    assert importlib.metadata.version(package.distribution)
    assert any(os.access(path, os.X_OK) for path in programs(package, own_account()).iterdir())


@given(mode=st.integers(0, 0o777), relation=st.sampled_from(["owner", "group", "other"]))
def test_entering_a_folder_is_judged_by_the_bits_of_the_nearest_relation(mode: int, relation: str) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        facts = folder.stat()
        visitor = {
            "owner": replace(STRANGER, uid=facts.st_uid),
            "group": replace(STRANGER, groups=(facts.st_gid,)),
            "other": STRANGER,
        }[relation]
        folder.chmod(mode)
        needed = {"owner": 0o100, "group": 0o010, "other": 0o001}[relation]
        assert blocked_at(folder, visitor) == (None if mode & needed else folder)
        folder.chmod(0o700)


def permissions(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def owner_of(folder: Path) -> int:
    return folder.stat().st_uid


def installed_package(site: Path, version: str) -> Package:
    """Lay out what installing a wheel with one program leaves."""
    (site / "engine_in_tests" / "bin").mkdir(parents=True)
    (site / "engine_in_tests" / "__init__.py").touch()
    tool = site / "engine_in_tests" / "bin" / "tool"
    tool.write_text("as installed")
    tool.chmod(0o700)
    metadata = site / f"engine_in_tests-{version}.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Metadata-Version: 2.1\nName: engine-in-tests\nVersion: {version}\n")
    return Package("engine-in-tests", "engine_in_tests", "engine_in_tests/bin", ("engine_in_tests",))
