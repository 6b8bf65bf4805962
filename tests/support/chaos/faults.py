"""What can happen to a process."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


def kill(pid: int) -> None:
    """As a crash, or a kernel without memory, does it."""
    os.kill(pid, signal.SIGKILL)


@asynccontextmanager
async def stopped(pid: int, seconds: float) -> AsyncIterator[None]:
    """A process that stands still for so long, or longer when the block takes longer: then it goes on as if nothing
    had happened."""
    os.kill(pid, signal.SIGSTOP)
    try:
        over = asyncio.get_running_loop().call_later(seconds, (passed := asyncio.Event()).set)
        yield
        await passed.wait()
        over.cancel()
    finally:
        os.kill(pid, signal.SIGCONT)
