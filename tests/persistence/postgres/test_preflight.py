"""What the server refuses of a PostgreSQL, on real ones that are set wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from asyncpg import Connection, Record
from hypothesis import given
from hypothesis import strategies as st

from persistence.embedded import Engines, PostgresSettings
from persistence.postgres.preflight import Check, Facts, PreflightRefused, Setting, judge, preflight
from tests.support.engines import SharedEngines

GOOD = Facts(
    version=180004,
    encoding="UTF8",
    standby=False,
    read_only=False,
    role="croupier",
    database="croupier",
    durability={
        Check.FSYNC: Setting("on", "default"),
        Check.FULL_PAGE_WRITES: Setting("on", "default"),
        Check.SYNCHRONOUS_COMMIT: Setting("on", "default"),
    },
)


class CarelessSettings(PostgresSettings):
    """What the embedded engine never offers."""

    def options(self) -> dict[str, str]:
        return {**super().options(), "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator["Connection[Record]"]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def refused(dsn: str, *, unsafe: bool = False) -> PreflightRefused:
    async with connected(dsn) as connection:
        with pytest.raises(PreflightRefused) as caught:
            await preflight(connection, unsafe=unsafe)
    return caught.value


async def test_the_embedded_postgres_passes(empty_postgres_dsn: str) -> None:
    async with connected(empty_postgres_dsn) as connection:
        assert await preflight(connection) == ()


async def test_every_way_to_lose_commits_is_refused_and_accepted_only_as_unsafe(tmp_path: Path) -> None:
    settings = CarelessSettings(shared_buffers_mib=16)
    async with Engines(tmp_path / "data", with_valkey=False, postgres=settings) as engines:
        error = await refused(engines.postgres.dsn)
        wrong = [Check.FSYNC, Check.FULL_PAGE_WRITES, Check.SYNCHRONOUS_COMMIT]
        assert [finding.check for finding in error.findings] == wrong
        assert "start PostgreSQL without -c fsync=off" in str(error)
        assert "--unsafe" in str(error)
        async with connected(engines.postgres.dsn) as connection:
            assert [finding.check for finding in await preflight(connection, unsafe=True)] == wrong


async def test_a_database_without_synchronous_commit_is_refused_with_the_command_that_mends_it(
    empty_postgres_dsn: str,
) -> None:
    async with connected(empty_postgres_dsn) as connection:
        database = await connection.fetchval("SELECT current_database()")
        await connection.execute(f"ALTER DATABASE {database} SET synchronous_commit = off")
    error = await refused(empty_postgres_dsn)
    assert [finding.check for finding in error.findings] == [Check.SYNCHRONOUS_COMMIT]
    mend = f"ALTER DATABASE {database} RESET synchronous_commit"
    assert mend in error.findings[0].remedy
    async with connected(empty_postgres_dsn) as connection:
        await connection.execute(mend)
    async with connected(empty_postgres_dsn) as connection:
        assert await preflight(connection) == ()


async def test_a_role_without_synchronous_commit_is_refused(empty_postgres_dsn: str, postgres_admin_dsn: str) -> None:
    async with connected(postgres_admin_dsn) as admin:
        await admin.execute("CREATE ROLE hasty LOGIN")
        await admin.execute("ALTER ROLE hasty SET synchronous_commit = off")
    error = await refused(empty_postgres_dsn.replace("//croupier@", "//hasty@"))
    assert "ALTER ROLE hasty RESET synchronous_commit" in str(error)


async def test_a_connection_that_asks_for_it_itself_is_refused(empty_postgres_dsn: str) -> None:
    error = await refused(f"{empty_postgres_dsn}&synchronous_commit=off")
    assert "remove synchronous_commit from the connection" in str(error)


async def test_waiting_for_the_local_disk_alone_is_durable_enough(empty_postgres_dsn: str) -> None:
    async with connected(f"{empty_postgres_dsn}&synchronous_commit=local") as connection:
        assert await preflight(connection) == ()


async def test_a_read_only_database_is_refused_even_as_unsafe(empty_postgres_dsn: str) -> None:
    error = await refused(f"{empty_postgres_dsn}&default_transaction_read_only=on", unsafe=True)
    assert [finding.check for finding in error.findings] == [Check.READ_ONLY]
    assert "--unsafe" not in str(error)


async def test_a_database_in_another_encoding_is_refused(engines: SharedEngines, empty_postgres_dsn: str) -> None:
    async with connected(empty_postgres_dsn) as connection:
        await connection.execute("CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII'")
        error = await refused(engines.dsn("ascii"))
        await connection.execute("DROP DATABASE ascii")
    assert [(finding.check, finding.found) for finding in error.findings] == [(Check.ENCODING, "SQL_ASCII")]


@given(major=st.integers(9, 30), minor=st.integers(0, 40))
def test_versions_before_15_are_refused(major: int, minor: int) -> None:
    findings = judge(replace(GOOD, version=major * 10_000 + minor))
    assert [finding.found for finding in findings] == ([] if major >= 15 else [f"{major}.{minor}"])


def test_a_standby_is_told_as_such_and_not_as_read_only() -> None:
    findings = judge(replace(GOOD, standby=True, read_only=True))
    assert [finding.check for finding in findings] == [Check.STANDBY]


@given(
    off=st.sets(st.sampled_from([Check.FSYNC, Check.FULL_PAGE_WRITES, Check.SYNCHRONOUS_COMMIT])),
    encoding=st.sampled_from(["UTF8", "LATIN1"]),
    read_only=st.booleans(),
)
def test_all_that_is_wrong_is_told_at_once(off: set[Check], encoding: str, read_only: bool) -> None:
    durability = {check: Setting("off", "default") if check in off else good for check, good in GOOD.durability.items()}
    findings = judge(replace(GOOD, durability=durability, encoding=encoding, read_only=read_only))
    expected = off | ({Check.ENCODING} if encoding != "UTF8" else set()) | ({Check.READ_ONLY} if read_only else set())
    assert {finding.check for finding in findings} == expected
    assert {finding.check for finding in findings if finding.overridable} == off
