"""Work in the background of a process, none of which may end unseen."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from structlog.typing import FilteringBoundLogger


class Watchers:
    """Tasks that last as long as the process. `failed` is set when one of them raises."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log
        self._tasks: list[asyncio.Task[None]] = []
        self.failed = asyncio.Event()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Begin."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    async def stop(self) -> None:
        """Cancel all of it, and wait for its end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            self._log.error("a watcher failed", watcher=task.get_name(), exc_info=fault)
            self.failed.set()
