"""Keepers of the clusters of a town."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from server.cluster.charter import Charter
from server.cluster.keeper import Keeper
from tests.support.town import Town


def keeper_in(town: Town, *, instance: str = "one", hosts: int = 2) -> Keeper:
    """A keeper of a cluster of a town."""
    charter = Charter(instance, "casino", "1.0", hosts, 1)
    assignment = json.dumps({"charter": asdict(charter)}).encode()
    return Keeper(town, "directory", assignment, lambda: 1_000 + int(town.loop.time() * 1000))


@asynccontextmanager
async def keeping(keeper: Keeper) -> AsyncIterator[None]:
    """A keeper at work, until it is killed at the end of this."""
    work = asyncio.create_task(keeper.keep())
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
