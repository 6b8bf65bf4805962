"""A cluster is there completely or not at all, and one that cannot be used says why."""

from pathlib import Path

import asyncpg
import pytest

from persistence.embedded import (
    ClusterVersionMismatch,
    Engines,
    EngineStartFailed,
    FolderNotUsable,
    PostgresSettings,
    owner,
)
from persistence.embedded.leftovers import leftovers

SMALL = PostgresSettings(shared_buffers_mib=16)


def engines(tmp_path: Path) -> Engines:
    return Engines(tmp_path / "data", with_valkey=False, postgres=SMALL)


async def test_a_cluster_that_was_left_half_made_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "data" / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    (half / "base").mkdir()
    async with engines(tmp_path) as running:
        connection = await asyncpg.connect(running.postgres.dsn)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    assert not half.exists()


async def test_a_cluster_of_another_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    async with engines(tmp_path):
        pass
    version = tmp_path / "data" / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(ClusterVersionMismatch) as caught:
        await engines(tmp_path).start()
    assert (caught.value.found, caught.value.needed) == ("17", "18")
    assert version.read_text() == "17\n"
    assert owner(tmp_path / "data") is None


async def test_a_folder_with_something_else_in_it_is_not_overwritten(tmp_path: Path) -> None:
    precious = tmp_path / "data" / "postgres" / "precious"
    precious.parent.mkdir(parents=True)
    precious.write_text("mine")
    with pytest.raises(FolderNotUsable, match="not empty") as caught:
        await engines(tmp_path).start()
    assert caught.value.folder == precious.parent
    assert precious.read_text() == "mine"


async def test_a_server_that_cannot_start_says_why_at_once_and_frees_the_data_dir(tmp_path: Path) -> None:
    async with engines(tmp_path):
        pass
    configuration = tmp_path / "data" / "postgres" / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text(good + "no_such_setting = 1\n")
    with pytest.raises(EngineStartFailed, match="no_such_setting") as caught:
        await engines(tmp_path).start()
    assert (caught.value.name, caught.value.reason) == ("postgres", "ended with code 1")
    assert owner(tmp_path / "data") is None
    assert leftovers("postgres", tmp_path / "data" / "postgres") == []
    configuration.write_text(good)
    async with engines(tmp_path) as running:
        assert running.postgres.running
