"""Whether the processes of a cluster are alive: each is asked several times a second, and must answer within one."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from actors.runtime.control import unpack
from actors.runtime.transport import Peer, PeerLost

SILENCE_SECONDS_MAX: Final = 0.9
"""A process that has not answered for so long is dead: with the time until that is noticed, less than a second."""
PULSE_SECONDS: Final = 0.2
FIRST_ANSWER_SECONDS_MAX: Final = 10.0
TICK_SECONDS: Final = 0.05
CUT_OFF_SECONDS: Final = 2.5
"""A host that could not reach its store for so long, while others can, is cut off from it: longer than it takes to
open a connection again after a restart of the store."""
_METHOD: Final = "health"


class Awake:
    """Seconds for which this process was awake: one that was stopped, or starved, must not think that the others were.

    `on_tick` is called after every step, so that nothing that depends on this time is looked at more often.
    """

    def __init__(self, on_tick: Callable[[], None]) -> None:
        self.seconds = 0.0
        self._loop = asyncio.get_running_loop()
        self._on_tick = on_tick
        self._last = self._loop.time()
        self._timer = self._loop.call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        now = self._loop.time()
        self.seconds += min(now - self._last, 2 * TICK_SECONDS)
        self._last = now
        self._timer = self._loop.call_later(TICK_SECONDS, self._tick)
        self._on_tick()

    def stop(self) -> None:
        """Count no more."""
        self._timer.cancel()


class Pulse:
    """Asks one process again and again. `on_lost` is told at once when a call was lost before its time."""

    def __init__(
        self, peer: Peer, awake: Awake, *, on_lost: Callable[[], None], silence_seconds: float = SILENCE_SECONDS_MAX
    ) -> None:
        self._peer = peer
        self._awake = awake
        self._on_lost = on_lost
        self._silence_seconds = silence_seconds
        self._heard_at = awake.seconds
        self._unproved_seconds = 0.0
        self._answered = asyncio.Event()
        self._task = asyncio.create_task(self._ask(), name="pulse")

    @property
    def has_answered(self) -> bool:
        """Whether it ever did."""
        return self._answered.is_set()

    async def answered(self) -> None:
        """Wait for its first answer. Raises `TimeoutError` when none comes."""
        async with asyncio.timeout(FIRST_ANSWER_SECONDS_MAX):
            await self._answered.wait()

    @property
    def silent_seconds(self) -> float:
        """Since its last answer, or since it was first asked."""
        return self._awake.seconds - self._heard_at

    @property
    def is_alive(self) -> bool:
        """Whether it has answered lately."""
        return self.has_answered and not self.is_silent

    @property
    def is_silent(self) -> bool:
        """Whether it has not answered for too long."""
        return self.silent_seconds >= self._silence_seconds

    @property
    def is_cut_off(self) -> bool:
        """Whether it has said that it cannot reach what others may be able to reach: its store."""
        return self._unproved_seconds >= CUT_OFF_SECONDS

    def has_ended(self) -> None:
        """Whoever started it says that it is no more: it need not be waited for."""
        self._heard_at = -self._silence_seconds

    async def stop(self) -> None:
        """Ask no more."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _ask(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._silence_seconds):
                    said = unpack(await self._peer.call(_METHOD, b""))
            except PeerLost:
                self._on_lost()
            except (TimeoutError, ValueError):
                pass
            else:
                self._heard_at = self._awake.seconds
                self._unproved_seconds = said.get("unproved", 0.0)
                self._answered.set()
            await asyncio.sleep(PULSE_SECONDS)
