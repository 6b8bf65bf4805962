"""An event loop whose time passes only when nothing else is left to do: a minute of waiting takes none."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

TEST_SECONDS_MAX: Final = 3_600.0


IDLE_SPINS_MAX: Final = 100_000
"""So many rounds of the loop at one moment are a loop that never ends: a busy moment takes some hundreds."""


class Stalled(Exception):
    """Everything waits for something that nothing will do, or somebody works without end and time cannot pass."""

    def __init__(self, seconds: float, what: str = "nothing is left that could happen") -> None:
        super().__init__(f"after {seconds} s {what}")
        self.seconds = seconds


class _Timetable(selectors.SelectSelector):
    """Waits for no file: waiting is time passing."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self._spins = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stalled(self.seconds)
        if timeout > 0:
            self.seconds += timeout
            self._spins = 0
        elif (spins := self._spins + 1) < IDLE_SPINS_MAX:
            self._spins = spins
        else:
            raise Stalled(self.seconds, "somebody is busy without end")
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs tasks in the order in which they became ready, and timers in the order of their times."""

    def __init__(self) -> None:
        self._timetable = _Timetable()
        super().__init__(self._timetable)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._timetable.seconds


def run_virtually(work: Coroutine[Any, Any, T]) -> T:
    """Run this to its end on a virtual loop. Raises `Stalled` when it waits for what never comes."""
    with asyncio.Runner(loop_factory=VirtualLoop, debug=False) as runner:
        return runner.run(work)


def virtually(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Make a test of this that runs on a virtual loop, and fails when it is not over within an hour there."""

    async def within_limit(work: Coroutine[Any, Any, None]) -> None:
        async with asyncio.timeout(TEST_SECONDS_MAX):
            await work

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        run_virtually(within_limit(test(*args, **kwargs)))

    return run
