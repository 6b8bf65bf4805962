"""`croupier migrate`, as an operator types it."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner, Result

from persistence import migrations
from persistence.embedded import Engines, PostgresSettings
from persistence.postgres.migrate import read_migrations
from server.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ("migrate", *arguments))


def known() -> list[int]:
    return [one.number for one in read_migrations(migrations.folder())]


def test_it_applies_everything_once_and_says_so(empty_postgres_dsn: str) -> None:
    first = json.loads(run("--database-url", empty_postgres_dsn, "--json").stdout)
    assert (first["applied"], first["pending"]) == (known(), 0)
    second = json.loads(run("--database-url", empty_postgres_dsn, "--json").stdout)
    assert second["applied"] == []
    assert [one["number"] for one in second["migrations"]] == known()


def test_status_lists_and_changes_nothing(empty_postgres_dsn: str) -> None:
    for _ in range(2):
        answer = json.loads(run("--database-url", empty_postgres_dsn, "--status", "--json").stdout)
        assert answer["pending"] == len(known())
    assert run("--database-url", empty_postgres_dsn, "--status").stdout.count("pending") == len(known()) + 1


def test_without_a_url_the_data_dirs_engine_runs_meanwhile(tmp_path: Path) -> None:
    data_dir = str(tmp_path / "data")
    assert run("--data-dir", data_dir).stdout.startswith("applied 0001_")
    assert json.loads(run("--data-dir", data_dir, "--status", "--json").stdout)["pending"] == 0


def test_status_makes_no_database(tmp_path: Path) -> None:
    result = run("--data-dir", str(tmp_path / "data"), "--status")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no database in" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_database_is_one_line_without_the_password() -> None:
    result = run("--database-url", "postgresql://croupier:sesame@127.0.0.1:1/croupier")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: cannot connect to the database")
    assert "sesame" not in result.output


async def test_a_running_owners_database_is_used(tmp_path: Path) -> None:

    async with Engines(
        tmp_path / "data", with_valkey=False, postgres=PostgresSettings(shared_buffers_mib=16)
    ) as engines:
        result = await asyncio.to_thread(run, "--data-dir", str(tmp_path / "data"))
        assert result.exit_code == 0
        connection = await asyncpg.connect(engines.postgres.dsn)
        try:
            assert await connection.fetchval("SELECT count(*) FROM migration") == len(known())
        finally:
            await connection.close()


@pytest.mark.parametrize("argument", ["--database-url=mysql://x", "--nonsense"])
def test_bad_arguments_are_the_users_error(argument: str) -> None:
    assert run(argument).exit_code == 2
