"""Whatever dies, and however: the data is there, and the next start finds its way."""

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis.asyncio

from persistence.embedded import Engines, PostgresSettings
from persistence.embedded.account import engine_account
from persistence.embedded.leftovers import leftovers
from persistence.embedded.logfile import LogFile
from persistence.embedded.process import Child
from tests.support.hosts import host_process

pytestmark = pytest.mark.slow(seconds=3)

SMALL = PostgresSettings(shared_buffers_mib=16)
END_SECONDS_MAX = 120.0
BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


async def execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def count(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM bet"))
    finally:
        await connection.close()


async def bets_until_the_end(dsn: str) -> int:
    """Commit one row after another until the connection breaks; return how many were confirmed."""
    confirmed = 0
    connection = await asyncpg.connect(dsn)
    try:
        while True:
            await connection.execute("INSERT INTO bet DEFAULT VALUES")
            confirmed += 1
    except (*BROKEN, asyncpg.InternalClientError):
        # The last is what asyncpg raises for a call in the instant that the connection is lost.
        return confirmed
    finally:
        connection.terminate()


async def test_engines_die_with_a_server_that_is_killed(tmp_path: Path) -> None:
    async with host_process(tmp_path / "data") as host:
        engines = [psutil.Process(pid) for pid in host.said["engine_pids"]]
        host.process.kill()
        _, alive = await asyncio.to_thread(psutil.wait_procs, engines, timeout=END_SECONDS_MAX)
        assert alive == []


async def test_after_a_kill_under_load_the_next_start_has_every_confirmed_row(tmp_path: Path) -> None:
    confirmed = 0
    for _ in range(3):
        async with host_process(tmp_path / "data") as host:
            dsn = host.said["database_url"]
            await execute(dsn, "CREATE TABLE IF NOT EXISTS bet (id bigserial PRIMARY KEY)")
            before = await count(dsn)
            load = [asyncio.create_task(bets_until_the_end(dsn)) for _ in range(4)]
            while await count(dsn) < before + 200:
                assert not any(task.done() for task in load)
            host.process.kill()
            async with Engines(tmp_path / "data", postgres=SMALL) as engines:
                confirmed += sum(await asyncio.gather(*load))
                # An unconfirmed row may be there: each connection had at most one in flight.
                assert confirmed <= await count(engines.postgres.dsn) <= confirmed + 4 * 3


async def test_an_engine_that_outlived_its_server_is_ended_by_the_next_start(tmp_path: Path) -> None:
    orphaned = Engines(tmp_path / "data", postgres=SMALL)
    await orphaned.start()
    await execute(orphaned.postgres.dsn, "CREATE TABLE bet (id int)", "INSERT INTO bet VALUES (1)")
    orphaned._data_dir.release()  # what the kernel does when the server is gone
    async with Engines(tmp_path / "data", postgres=SMALL) as engines:
        assert await count(engines.postgres.dsn) == 1
        async with asyncio.timeout(END_SECONDS_MAX):
            ends = await asyncio.gather(orphaned.postgres.exited, orphaned.valkey.exited)
        assert [end.expected for end in ends] == [False, False]
        assert engines.postgres.pid != ends[0].pid


async def test_only_the_engines_of_this_data_dir_are_ever_taken_for_leftovers(tmp_path: Path) -> None:
    async with Engines(tmp_path / "a", postgres=SMALL) as ours, Engines(tmp_path / "b", postgres=SMALL) as theirs:
        for name, folder, own, other in (
            ("postgres", "postgres", ours.postgres.pid, theirs.postgres.pid),
            ("valkey-server", "valkey", ours.valkey.pid, theirs.valkey.pid),
        ):
            found = leftovers(name, tmp_path / "a" / folder)
            family = {own, *(child.pid for child in psutil.Process(own).children(recursive=True))}
            assert own in {process.pid for process in found} <= family
            assert other not in family
        assert leftovers("postgres", tmp_path / "a" / "valkey") == []
        assert leftovers("postgres", tmp_path) == []


async def test_a_stranger_with_the_pid_of_a_dead_postgres_is_left_alone(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", with_valkey=False, postgres=SMALL):
        pass
    cluster = tmp_path / "data" / "postgres"
    # Of the same account: PostgreSQL itself would refuse to start, taking it for a server on this cluster.
    stranger = await Child.spawn(
        "stranger",
        ["/bin/sleep", "600"],
        folder=Path("/"),
        account=engine_account(cluster),
        log=LogFile(tmp_path / "log"),
        death_signal=signal.SIGKILL,
    )
    (cluster / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster}\n1700000000\n5432\n.\n\n  1 1\nready\n")
    async with Engines(tmp_path / "data", with_valkey=False, postgres=SMALL) as engines:
        assert engines.postgres.pid != stranger.pid
        assert psutil.Process(stranger.pid).is_running()
    await stranger.stop(((signal.SIGKILL, END_SECONDS_MAX),))


async def test_a_killed_postgres_is_reported_and_restarts_with_its_data(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", with_valkey=False, postgres=SMALL) as engines:
        await execute(engines.postgres.dsn, "CREATE TABLE bet (id bigserial PRIMARY KEY)")
        load = asyncio.create_task(bets_until_the_end(engines.postgres.dsn))
        idle = await asyncpg.connect(engines.postgres.dsn)  # a backend that does not notice until it is spoken to
        while await count(engines.postgres.dsn) < 50:
            assert not load.done()
        first = engines.postgres.exited
        os.kill(engines.postgres.pid, signal.SIGKILL)
        async with asyncio.timeout(END_SECONDS_MAX):
            end = await first
        assert (end.name, end.expected, end.returncode) == ("postgres", False, -signal.SIGKILL)
        await engines.postgres.restart()
        assert engines.postgres.running
        assert not engines.postgres.exited.done()
        confirmed = await load
        assert confirmed <= await count(engines.postgres.dsn) <= confirmed + 1
        idle.terminate()


async def test_a_killed_backend_does_not_end_postgres(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", with_valkey=False, postgres=SMALL) as engines:
        pid = engines.postgres.pid
        victim = await asyncpg.connect(engines.postgres.dsn)
        os.kill(await victim.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
        with pytest.raises(BROKEN):
            await victim.execute("SELECT pg_sleep(3600)")
        async with asyncio.timeout(END_SECONDS_MAX):
            while True:
                try:
                    await execute(engines.postgres.dsn, "SELECT 1")
                    break
                except BROKEN:
                    continue
        assert engines.postgres.pid == pid
        victim.terminate()


async def test_a_killed_valkey_is_reported_and_restarts_empty(tmp_path: Path) -> None:
    async with Engines(tmp_path / "data", with_postgres=False) as engines:
        async with redis.asyncio.Redis.from_url(engines.valkey.url) as client:
            await client.set("session", "1")
        first = engines.valkey.exited
        os.kill(engines.valkey.pid, signal.SIGKILL)
        async with asyncio.timeout(END_SECONDS_MAX):
            assert not (await first).expected
        await engines.valkey.restart()
        async with redis.asyncio.Redis.from_url(engines.valkey.url) as client:
            assert await client.get("session") is None


async def test_a_start_that_is_cancelled_leaves_nothing_running_and_can_be_repeated(tmp_path: Path) -> None:
    starting = asyncio.create_task(Engines(tmp_path / "data", postgres=SMALL).start())
    while not (tmp_path / "data" / "postgres.new" / "global").exists():
        assert not starting.done()
        await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not (tmp_path / "data" / "postgres").exists()
    async with Engines(tmp_path / "data", postgres=SMALL) as engines:
        await execute(engines.postgres.dsn, "SELECT 1")


async def test_a_terminated_host_stops_its_engines_in_order(tmp_path: Path) -> None:
    async with host_process(tmp_path / "data") as host:
        host.process.terminate()
        assert await asyncio.wait_for(host.process.wait(), END_SECONDS_MAX) == 0
        assert not any(psutil.pid_exists(pid) for pid in host.said["engine_pids"])
    assert not (tmp_path / "data" / "postgres" / "postmaster.pid").exists()
