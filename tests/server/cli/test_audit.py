"""`croupier audit` on real databases: what it prints, and what it ends with."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner, Result

from persistence import migrations
from persistence.embedded import Engines, PostgresSettings
from persistence.postgres.migrate import migrate
from protocol.ids import ShardId
from server.cli import main
from tests.support.histories import evening
from tests.support.ledgers import SHARDS, postgres_under_test
from tests.support.scribe import Scribe

COMMAND_SECONDS_MAX = 180
SMALL = PostgresSettings(shared_buffers_mib=32, max_wal_size_mib=256, connections_max=20)


def croupier(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments])


async def play(dsn: str) -> None:
    async with postgres_under_test(dsn) as books:
        shards = [ShardId(shard) for shard in range(SHARDS)]
        scribe = Scribe(await books.ledger.take_shards("host", shards), shards, ShardId(0))
        for batch in evening(scribe):
            await books.ledger.commit(batch)


async def tamper(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE transfer SET balance = balance + 1 WHERE kind = 3")
    await connection.execute("DELETE FROM batch WHERE seq = 3")
    await connection.close()


@pytest.fixture
def played_dsn(postgres_dsn: str) -> str:
    asyncio.run(play(postgres_dsn))
    return postgres_dsn


def test_honest_books_end_with_0_and_every_check_by_name(played_dsn: str) -> None:
    result = croupier("--database-url", played_dsn, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["ok"] is True
    assert all(check.keys() == {"ok", "rows"} and check["ok"] is True for check in found["checks"].values())
    assert found["checks"]["bets"]["rows"] == 10


def test_broken_books_end_with_1_and_the_rows_that_show_it(played_dsn: str) -> None:
    asyncio.run(tamper(played_dsn))
    result = croupier("--database-url", played_dsn, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["ok"] is False
    assert {name for name, check in found["checks"].items() if not check["ok"]} == {"statements", "batches"}
    row = found["checks"]["statements"]["broken"][0]
    assert row["balance"] == row["should_leave"] + 1
    assert found["checks"]["batches"]["broken"][0]["seq"] == 9


def test_people_get_a_table_the_rows_and_a_verdict(played_dsn: str) -> None:
    result = croupier("--database-url", played_dsn)
    assert result.exit_code == 0
    assert "every invariant holds" in result.stdout
    asyncio.run(tamper(played_dsn))
    result = croupier("--database-url", played_dsn)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines if line.endswith("BROKEN")] == ["statements", "batches"]
    assert "should_leave=1060" in result.stdout
    assert lines[-1].startswith("broken: statements, batches")


@pytest.mark.parametrize("json_wanted", [True, False])
def test_a_database_without_a_ledger_ends_with_2(empty_postgres_dsn: str, json_wanted: bool) -> None:
    result = croupier("--database-url", empty_postgres_dsn, *(["--json"] if json_wanted else []))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no ledger" in result.stderr


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "nonsense"])
def test_a_database_that_cannot_be_reached_ends_with_2(url: str) -> None:
    result = croupier("--database-url", url)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")


def test_a_data_dir_without_a_database_ends_with_2_and_stays_as_it_is(tmp_path: Path) -> None:
    result = croupier("--data-dir", str(tmp_path / "none"))
    assert result.exit_code == 2
    assert not (tmp_path / "none").exists()


def test_an_unknown_flag_ends_with_2() -> None:
    assert croupier("--no-such-flag").exit_code == 2


def test_a_data_dir_is_audited_beside_its_running_server_and_without_one(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    async def with_engines(work: Callable[[str], Awaitable[None]]) -> None:
        async with Engines(data_dir, with_valkey=False, postgres=SMALL) as engines:
            await work(engines.postgres.dsn)

    async def play_and_audit(dsn: str) -> None:
        connection = await asyncpg.connect(dsn)
        await migrate(connection, migrations.folder())
        await connection.close()
        await play(dsn)
        beside = await asyncio.to_thread(audited_by_a_process_of_its_own, data_dir)
        assert beside["ok"] is True

    asyncio.run(with_engines(play_and_audit))
    result = croupier("--data-dir", str(data_dir), "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["checks"]["bets"]["rows"] == 10


def audited_by_a_process_of_its_own(data_dir: Path) -> dict[str, object]:
    command = [
        sys.executable,
        "-c",
        "from server.cli.entry import main; main()",
        "audit",
        "--json",
        "--data-dir",
        str(data_dir),
    ]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=True)
    found: dict[str, object] = json.loads(finished.stdout)
    return found
