"""Work that must wait for a store: a bounded number of tasks, none of which can be forgotten or fail unseen."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from structlog.typing import FilteringBoundLogger

from persistence.interfaces import StoreError
from protocol.errors import Code, Refusal


class Tasks:
    """At most `tasks_max` pieces of work under way; one that fails is answered with a refusal all the same."""

    def __init__(self, tasks_max: int, log: FilteringBoundLogger) -> None:
        self._tasks_max = tasks_max
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Callable[[], Coroutine[Any, Any, None]], refuse: Callable[[Refusal], None]) -> None:
        """Begin `work`, or `refuse` at once when too much is under way. `refuse` is also told when it fails."""
        if len(self._tasks) >= self._tasks_max:
            refuse(Refusal(Code.OVERLOADED, {"waiting": len(self._tasks), "waiting_max": self._tasks_max}))
            return
        task = asyncio.get_running_loop().create_task(self._run(work, refuse))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, work: Callable[[], Coroutine[Any, Any, None]], refuse: Callable[[Refusal], None]) -> None:
        try:
            await work()
        except StoreError as error:
            self._log.warning("a store could not be asked", reason=str(error))
            refuse(Refusal(Code.TRY_AGAIN))
        except Exception:  # noqa: BLE001 - a fault of ours is logged, and told to the one who waits
            self._log.exception("a request could not be handled")
            refuse(Refusal(Code.INTERNAL))

    async def stop(self) -> None:
        """Cancel what is under way, and wait for it to end."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def __len__(self) -> int:
        return len(self._tasks)
