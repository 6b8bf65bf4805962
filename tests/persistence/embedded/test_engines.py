"""Both engines: started, used, stopped, and started again on the same data."""

import asyncio
import os
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis.asyncio
import uvloop

from persistence.embedded import (
    DatabaseElsewhere,
    DatabaseMissing,
    DataDirInUse,
    EngineNotRunning,
    Engines,
    PostgresSettings,
    ValkeySettings,
    opened_database,
    owner,
)
from tests.support.hosts import host_process

SMALL = PostgresSettings(shared_buffers_mib=16)


async def fetch(dsn: str, statement: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def target(link: str) -> Path | None:
    return Path(link).readlink() if os.path.lexists(link) else None


async def test_a_new_data_dir_becomes_two_servers_that_answer(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", postgres=SMALL) as engines:
        assert (
            await fetch(engines.postgres.dsn, "SELECT current_user || '@' || current_database()") == "croupier@croupier"
        )
        async with redis.asyncio.Redis.from_url(engines.valkey.url) as client:
            assert await client.ping()


async def test_what_was_committed_is_there_after_the_next_start(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", with_valkey=False, postgres=SMALL) as engines:
        await fetch(engines.postgres.dsn, "CREATE TABLE kept AS SELECT 7 AS number")
    async with Engines(tmp_path / "data", with_valkey=False, postgres=SMALL) as engines:
        assert await fetch(engines.postgres.dsn, "SELECT number FROM kept") == 7


async def test_nothing_listens_on_the_network(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", postgres=SMALL) as engines:
        for pid in (engines.postgres.pid, engines.valkey.pid):
            assert psutil.Process(pid).net_connections(kind="inet") == []


async def test_only_the_engines_own_account_can_reach_the_sockets(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", postgres=SMALL) as engines:
        for folder in (engines.data_dir / "postgres", engines.data_dir / "valkey"):
            assert folder.stat().st_mode & 0o077 == 0


async def test_durability_and_checksums_are_on_and_no_file_can_turn_them_off(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", with_valkey=False, postgres=SMALL) as engines:
        await fetch(engines.postgres.admin_dsn, "ALTER SYSTEM SET fsync = off")
        await engines.postgres.restart()
        for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert await fetch(engines.postgres.dsn, f"SHOW {name}") == "on"


async def test_settings_reach_the_servers(tmp_path: Path) -> None:
    settings = PostgresSettings(shared_buffers_mib=24, connections_max=17, extra={"work_mem": "5MB", "fsync": "off"})
    async with Engines(tmp_path / "data", postgres=settings, valkey=ValkeySettings(memory_max_mib=33)) as engines:
        shown = [await fetch(engines.postgres.dsn, f"SHOW {name}") for name in ("shared_buffers", "max_connections")]
        assert shown == ["24MB", "17"]
        assert await fetch(engines.postgres.dsn, "SHOW work_mem") == "5MB"
        assert await fetch(engines.postgres.dsn, "SHOW fsync") == "on"
        async with redis.asyncio.Redis.from_url(engines.valkey.url) as client:
            limits = await client.config_get("maxmemory*")
        assert (limits["maxmemory"], limits["maxmemory-policy"]) == (str(33 * 1024 * 1024), "noeviction")


async def test_a_second_server_in_this_process_is_refused_with_the_owners_pid(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", postgres=SMALL) as engines:
        with pytest.raises(DataDirInUse) as caught:
            await Engines(tmp_path / "data").start()
        assert (caught.value.data_dir, caught.value.pid) == (tmp_path / "data", os.getpid())
        assert await fetch(engines.postgres.dsn, "SELECT 1") == 1


async def test_a_second_server_in_another_process_is_refused_with_the_owners_pid(tmp_path: Path) -> None:
    async with host_process(tmp_path / "data") as host:
        with pytest.raises(DataDirInUse, match=f"process {host.said['pid']}"):
            await Engines(tmp_path / "data").start()


async def test_an_unused_data_dir_has_no_owner(tmp_path: Path) -> None:
    assert owner(tmp_path / "never") is None
    async with Engines(tmp_path / "data", postgres=SMALL) as engines:
        found = owner(tmp_path / "data")
        assert found is not None
        assert (found.pid, found.database_url, found.redis_url) == (
            os.getpid(),
            engines.postgres.dsn,
            engines.valkey.url,
        )
    assert owner(tmp_path / "data") is None


async def test_a_tool_uses_the_running_servers_database_and_else_starts_its_own(tmp_path: Path) -> None:
    async with opened_database(tmp_path / "data", create=True, postgres=SMALL) as dsn:
        await fetch(dsn, "CREATE TABLE kept AS SELECT 7 AS number")
    async with host_process(tmp_path / "data") as host, opened_database(tmp_path / "data") as dsn:
        assert dsn == host.said["database_url"]
        assert await fetch(dsn, "SELECT number FROM kept") == 7


async def test_a_tool_makes_no_database_unasked_and_tells_when_the_owner_has_none(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        async with opened_database(tmp_path / "typo"):
            pass
    assert not (tmp_path / "typo").exists()
    async with Engines(tmp_path / "data", with_postgres=False):
        with pytest.raises(DatabaseElsewhere) as caught:
            async with opened_database(tmp_path / "data"):
                pass
        assert caught.value.pid == os.getpid()


async def test_sockets_work_however_long_the_path_of_the_data_dir_is(tmp_path: Path) -> None:
    data_dir = tmp_path / ("long" * 50) / "data"
    async with Engines(data_dir, postgres=SMALL) as engines:
        assert await fetch(engines.postgres.dsn, "SELECT 1") == 1
        async with redis.asyncio.Redis.from_url(engines.valkey.url) as client:
            assert await client.ping()
        found = owner(data_dir)
        assert found is not None
        assert target(found.short_path) == data_dir
    assert target(found.short_path) is None


async def test_paths_with_odd_characters_work(tmp_path: Path) -> None:
    async with Engines(tmp_path / "a b&c=d%25#é?", postgres=SMALL) as engines:
        assert await fetch(engines.postgres.dsn, "SELECT 1") == 1
        async with redis.asyncio.Redis.from_url(engines.valkey.url) as client:
            assert await client.ping()


async def test_a_stop_does_not_wait_for_clients_that_are_busy(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", postgres=SMALL) as engines:
        connection = await asyncpg.connect(engines.postgres.dsn)
        query = asyncio.create_task(connection.execute("SELECT pg_sleep(3600)"))
        while not await fetch(
            engines.postgres.dsn, "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'"
        ):
            assert not query.done()
        ended = engines.postgres.exited
        await engines.stop()
        assert (ended.result().expected, ended.result().returncode) == (True, 0)
        # Which does not wait for clients; and nothing quicker, and worse, was needed.
        said = (tmp_path / "data" / "postgres.log").read_text()
        assert "received fast shutdown request" in said
        assert "received immediate shutdown request" not in said
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await query
        connection.terminate()


async def test_stopping_twice_and_asking_a_stopped_engine_is_told_plainly(tmp_path: Path) -> None:
    engines = Engines(tmp_path / "data", postgres=SMALL)
    with pytest.raises(EngineNotRunning):
        _ = engines.postgres.dsn
    await engines.start()
    await engines.stop()
    await engines.stop()
    for engine in (engines.postgres, engines.valkey):
        assert not engine.running
        with pytest.raises(EngineNotRunning):
            _ = engine.pid


async def test_the_programs_that_come_along_work_on_the_database(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", with_valkey=False, postgres=SMALL) as engines:
        program = engines.postgres.binaries / "pgbench"
        process = await asyncio.create_subprocess_exec(
            program, "--initialize", "--quiet", engines.postgres.dsn, stderr=-1
        )
        _, errors = await process.communicate()
        assert process.returncode == 0, errors
        assert await fetch(engines.postgres.dsn, "SELECT count(*) FROM pgbench_accounts") == 100_000


async def test_a_ctrl_c_at_the_terminal_does_not_reach_the_engines(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", postgres=SMALL) as engines:
        for pid in (engines.postgres.pid, engines.valkey.pid):
            assert os.getpgid(pid) == pid != os.getpgid(0)


def test_engines_run_on_uvloop(tmp_path: Path) -> None:
    async def run() -> object:
        async with Engines(tmp_path / "data", postgres=SMALL) as engines:
            return await fetch(engines.postgres.dsn, "SELECT 1")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(run()) == 1
