"""The number of shards of a database is decided once."""

import asyncio

import asyncpg
import pytest

from persistence.postgres.shards import ShardCountDiffers, prepare_shards


async def test_shards_are_made_once_and_found_again(postgres_dsn: str) -> None:
    connection = await asyncpg.connect(postgres_dsn)
    try:
        await prepare_shards(connection, range(16))
        await prepare_shards(connection, range(16))
        rows = await connection.fetch("SELECT id FROM shard WHERE epoch IS NULL ORDER BY id")
        assert [row[0] for row in rows] == list(range(16))
    finally:
        await connection.close()


@pytest.mark.parametrize("configured", [15, 17, 256])
async def test_another_number_of_shards_is_refused_with_both_numbers(postgres_dsn: str, configured: int) -> None:
    connection = await asyncpg.connect(postgres_dsn)
    try:
        await prepare_shards(connection, range(16))
        with pytest.raises(ShardCountDiffers, match="16") as caught:
            await prepare_shards(connection, range(configured))
        assert (caught.value.configured, caught.value.found) == (configured, 16)
        assert await connection.fetchval("SELECT count(*) FROM shard") == 16
    finally:
        await connection.close()


async def test_of_several_servers_that_start_at_once_one_makes_the_shards(postgres_dsn: str) -> None:
    connections = [await asyncpg.connect(postgres_dsn) for _ in range(4)]
    try:
        await asyncio.gather(*(prepare_shards(connection, range(8)) for connection in connections))
        assert await connections[0].fetchval("SELECT count(*) FROM shard") == 8
    finally:
        await asyncio.gather(*(connection.close() for connection in connections))
