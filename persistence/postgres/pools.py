"""The end of a pool of connections, which is neither long nor loud."""

import asyncio
from contextlib import suppress
from typing import Final

import asyncpg

from persistence.postgres.failures import DRIVER_ERRORS

__all__ = ["let_go"]

LET_GO_SECONDS_MAX: Final = 0.5


async def let_go(pool: asyncpg.Pool) -> None:
    """Close every connection, whatever is done on it.

    One whose user was cancelled is on its way back to the pool by itself: cut off there, its error would be nobody's,
    and be logged as a fault. So those that answer come back first.
    """
    with suppress(TimeoutError, *DRIVER_ERRORS):
        async with asyncio.timeout(LET_GO_SECONDS_MAX):
            await pool.close()  # which cuts off whatever it had no time for
