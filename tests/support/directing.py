"""What a directory is asked in tests, as others put it."""

import asyncio
import json
from typing import Any, Final

from server.cluster.directory import Directory

SECONDS_MAX: Final = 120.0


async def ask(directory: Directory, method: str, **arguments: Any) -> dict[str, Any]:
    """A question to the directory, as others put it."""
    answer: dict[str, Any] = json.loads(await directory.call(method, json.dumps(arguments).encode()))
    return answer


async def done(directory: Directory, method: str, **arguments: Any) -> dict[str, Any]:
    """A work of the directory, from its beginning to its end; the test fails if it does."""
    begun = await ask(directory, method, **arguments)
    assert "refused" not in begun, begun
    return await finished(directory)


async def finished(directory: Directory) -> dict[str, Any]:
    """Wait until the directory has nothing under way."""
    async with asyncio.timeout(SECONDS_MAX):
        while (state := await ask(directory, "work"))["running"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return state
