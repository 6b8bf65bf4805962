import asyncio
import gc
from typing import Any

import asyncpg
import pytest

from persistence.postgres.failures import DRIVER_ERRORS
from persistence.postgres.pools import let_go


@pytest.fixture
async def faults() -> list[dict[str, Any]]:
    """What nobody takes notice of but the event loop."""
    found: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: found.append(context))
    return found


async def test_a_connection_that_is_on_its_way_back_comes_back_and_nobody_hears_of_a_fault(
    postgres_dsn: str, faults: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("persistence.postgres.pools.LET_GO_SECONDS_MAX", 120.0)
    returning = asyncio.Event()

    async def reset(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        returning.set()
        await connection.execute("SELECT pg_sleep(0.1)")

    async def read() -> None:
        async with pool.acquire() as connection:
            await connection.execute("SELECT 1")

    pool = await asyncpg.create_pool(postgres_dsn, min_size=0, max_size=1, reset=reset)
    reading = asyncio.create_task(read())
    await returning.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await let_go(pool)
    gc.collect()
    await asyncio.sleep(0)
    assert faults == []


async def test_who_still_reads_is_cut_off_when_its_time_is_over(postgres_dsn: str) -> None:
    pool = await asyncpg.create_pool(postgres_dsn, min_size=0, max_size=1)
    connection = await pool.acquire()
    reading = asyncio.create_task(connection.execute("SELECT pg_sleep(3600)"))
    await asyncio.sleep(0)
    await let_go(pool)
    with pytest.raises(DRIVER_ERRORS):
        await reading
