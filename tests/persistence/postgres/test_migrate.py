"""The migration runner, on a real PostgreSQL and folders made for each test."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from asyncpg import Connection, Record

from persistence import migrations
from persistence.postgres.migrate import (
    DatabaseNewer,
    MigrationBusy,
    MigrationChanged,
    MigrationFailed,
    MigrationFileInvalid,
    MigrationHistoryBroken,
    migrate,
    read_migrations,
    status,
)

FIRST = "CREATE TABLE player (id bigint PRIMARY KEY);\nCREATE TABLE game (name text);\n"
SECOND = "ALTER TABLE player ADD COLUMN name text;\n"


@pytest.fixture
async def connection(empty_postgres_dsn: str) -> AsyncIterator["Connection[Record]"]:
    made = await asyncpg.connect(empty_postgres_dsn)
    yield made
    await made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "0001_first.sql", FIRST)
    write(tmp_path, "0002_second.sql", SECOND)
    return tmp_path


def write(folder: Path, name: str, sql: str) -> None:
    (folder / name).write_text(sql)


async def tables(connection: "Connection[Record]") -> set[str]:
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    return {row["relname"] for row in rows}


async def test_pending_migrations_are_applied_in_order_and_only_once(
    connection: "Connection[Record]", folder: Path
) -> None:
    assert [one.number for one in await migrate(connection, folder)] == [1, 2]
    assert await migrate(connection, folder) == ()
    assert await tables(connection) == {"player", "game", "migration"}
    rows = await connection.fetch("SELECT number, name, checksum FROM migration ORDER BY number")
    assert [tuple(row) for row in rows] == [(one.number, one.name, one.checksum) for one in read_migrations(folder)]


async def test_a_later_version_applies_only_what_is_new(connection: "Connection[Record]", folder: Path) -> None:
    await migrate(connection, folder)
    write(folder, "0003_third.sql", "DROP TABLE game")
    assert [one.name for one in await migrate(connection, folder)] == ["third"]
    assert await tables(connection) == {"player", "migration"}


async def test_a_changed_file_of_an_applied_migration_is_named(connection: "Connection[Record]", folder: Path) -> None:
    await migrate(connection, folder)
    write(folder, "0001_first.sql", FIRST + "-- a harmless remark\n")
    write(folder, "0003_third.sql", "DROP TABLE game")
    for action in (migrate, status):
        with pytest.raises(MigrationChanged, match="0001_first was changed"):
            await action(connection, folder)
    assert "game" in await tables(connection)


async def test_a_database_newer_than_the_code_is_refused(connection: "Connection[Record]", folder: Path) -> None:
    await migrate(connection, folder)
    (folder / "0002_second.sql").unlink()
    for action in (migrate, status):
        with pytest.raises(DatabaseNewer) as caught:
            await action(connection, folder)
        assert (caught.value.number, caught.value.name, caught.value.newest_known) == (2, "second", 1)


async def test_a_missing_row_in_the_history_is_refused(connection: "Connection[Record]", folder: Path) -> None:
    await migrate(connection, folder)
    await connection.execute("DELETE FROM migration WHERE number = 1")
    with pytest.raises(MigrationHistoryBroken) as caught:
        await migrate(connection, folder)
    assert caught.value.missing == 1


async def test_a_failing_migration_leaves_nothing_of_itself_and_keeps_those_before(
    connection: "Connection[Record]", folder: Path
) -> None:
    write(folder, "0003_third.sql", "CREATE TABLE half (id int);\n\nALTER TABLE nowhere ADD COLUMN x int;\n")
    with pytest.raises(MigrationFailed, match="0003_third") as caught:
        await migrate(connection, folder)
    assert caught.value.sqlstate == "42P01"
    assert await tables(connection) == {"player", "game", "migration"}
    write(folder, "0003_third.sql", "CREATE TABLE whole (id int)")
    assert [one.number for one in await migrate(connection, folder)] == [3]


async def test_a_syntax_error_is_told_with_its_line(connection: "Connection[Record]", folder: Path) -> None:
    write(folder, "0003_third.sql", "SELECT 1;\n\nSELEKT 2;\n")
    with pytest.raises(MigrationFailed, match="line 3") as caught:
        await migrate(connection, folder)
    assert caught.value.line == 3


async def test_a_migration_that_ends_its_transaction_is_refused(connection: "Connection[Record]", folder: Path) -> None:
    write(folder, "0003_third.sql", "COMMIT;")
    with pytest.raises(MigrationFailed, match="ends the transaction"):
        await migrate(connection, folder)
    assert await connection.fetchval("SELECT max(number) FROM migration") == 2


async def test_of_concurrent_runners_one_applies_each_migration(empty_postgres_dsn: str, folder: Path) -> None:
    for number in range(3, 11):
        write(folder, f"{number:04}_more.sql", f"CREATE TABLE t{number} (id int)")

    async def run() -> list[int]:
        connection = await asyncpg.connect(empty_postgres_dsn)
        try:
            return [one.number for one in await migrate(connection, folder)]
        finally:
            await connection.close()

    applied = await asyncio.gather(*(run() for _ in range(5)))
    assert sorted(number for one in applied for number in one) == list(range(1, 11))


async def test_a_runner_waits_for_another_and_gives_up_at_its_limit(empty_postgres_dsn: str, folder: Path) -> None:
    holder, waiter = await asyncpg.connect(empty_postgres_dsn), await asyncpg.connect(empty_postgres_dsn)
    try:
        async with holder.transaction():
            await holder.execute("SELECT pg_advisory_xact_lock($1)", int.from_bytes(b"croupier"))
            with pytest.raises(MigrationBusy):
                await migrate(waiter, folder, wait_seconds=0.05)
            waiting = asyncio.create_task(migrate(waiter, folder, wait_seconds=120))
            while not await holder.fetchval(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ):
                assert not waiting.done()
        assert len(await waiting) == 2
    finally:
        await holder.close()
        await waiter.close()


async def test_status_lists_every_migration_without_changing_anything(
    connection: "Connection[Record]", folder: Path
) -> None:
    assert [(one.number, one.name, one.applied_at) for one in await status(connection, folder)] == [
        (1, "first", None),
        (2, "second", None),
    ]
    assert await tables(connection) == set()
    await migrate(connection, folder)
    write(folder, "0003_third.sql", "SELECT 1")
    assert [one.applied_at is not None for one in await status(connection, folder)] == [True, True, False]


@pytest.mark.parametrize(
    "name", ["0004_gap.sql", "0002_double.sql", "3_short.sql", "0003-dash.sql", "0003_Upper.sql", "notes.sql"]
)
def test_a_file_out_of_order_or_misnamed_is_refused_by_name(folder: Path, name: str) -> None:
    write(folder, name, "SELECT 1")
    with pytest.raises(MigrationFileInvalid) as caught:
        read_migrations(folder)
    assert caught.value.path.parent == folder


def test_bytes_that_are_not_text_are_refused(folder: Path) -> None:
    (folder / "0003_binary.sql").write_bytes(b"SELECT '\xff'")
    with pytest.raises(MigrationFileInvalid, match="UTF-8"):
        read_migrations(folder)


async def test_the_fresh_database_of_a_test_has_every_migration_of_the_code(postgres_dsn: str) -> None:
    connection = await asyncpg.connect(postgres_dsn)
    try:
        listed = await status(connection, migrations.folder())
        assert [one.number for one in listed] == [one.number for one in read_migrations(migrations.folder())]
        assert all(one.applied_at is not None for one in listed)
    finally:
        await connection.close()
