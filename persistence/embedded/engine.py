"""What the embedded engines have in common: one child process, started, watched, stopped and restarted."""

import asyncio
import signal
from abc import ABC, abstractmethod
from typing import ClassVar, Final, Self

from persistence.embedded.errors import EngineNotRunning
from persistence.embedded.leftovers import Steps
from persistence.embedded.process import Child, Exit

__all__ = ["Engine"]

FORCE_STEPS: Final[Steps] = ((signal.SIGQUIT, 1.0), (signal.SIGKILL, 5.0))
"""For an engine that does not answer: what it has promised is on disk, and its next start recovers it."""


class Engine(ABC):
    """A database server that lives and dies with this process.

    Start it from the main thread: on Linux an engine ends when the thread that started it does.
    """

    name: ClassVar[str]
    stop_steps: ClassVar[Steps]

    def __init__(self) -> None:
        self._child: Child | None = None
        self._changing = asyncio.Lock()

    @property
    def running(self) -> bool:
        """Whether there is a live process."""
        return self._child is not None and not self._child.exited.done()

    @property
    def pid(self) -> int:
        """The pid of the present run's main process. Raises EngineNotRunning."""
        return self._present().pid

    @property
    def exited(self) -> "asyncio.Future[Exit]":
        """Done when the process of the present run has ended; its `expected` tells a stop from a crash.

        Each start has its own future, which stays after the end. Shield it when waiting with a limit. Raises
        EngineNotRunning before the first start.
        """
        if self._child is None:
            raise EngineNotRunning(self.name)
        return self._child.exited

    async def start(self) -> None:
        """Start and return when the engine takes connections; nothing to do when it runs. Raises EngineError."""
        async with self._changing:
            if not self.running:
                self._child = await self._launch()

    async def stop(self, *, by_force: bool = False) -> None:
        """Stop in order, by force when that takes too long or is wanted; nothing to do when it does not run."""
        async with self._changing:
            await self._stop(FORCE_STEPS if by_force else self.stop_steps)

    async def restart(self) -> None:
        """Stop if needed and start anew, on the same data and the same addresses. Raises EngineError."""
        async with self._changing:
            await self._stop(self.stop_steps)
            self._child = await self._launch()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @abstractmethod
    async def _launch(self) -> Child:
        """Clear leftovers, spawn, and return when ready."""

    def _present(self) -> Child:
        if self._child is None or self._child.exited.done():
            raise EngineNotRunning(self.name)
        return self._child

    async def _stop(self, steps: Steps) -> None:
        if self._child is not None and not self._child.exited.done():
            await self._child.stop(steps)
