"""Calls between simulated processes: slow, lost on the way there or back, repeated, and late."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol

from actors.runtime.transport import Peer, PeerLost, Service

ANSWER_SECONDS_MAX: Final = 2.0
"""How long a caller waits. What it has sent may be handled all the same, and later."""
LATE_SECONDS_MAX: Final = 3.0


@dataclass(slots=True)
class MeshWeather:
    """How bad the wires between processes are."""

    lost: float
    repeated: float
    late: float
    delay_seconds_max: float


class Station(Service, Protocol):
    """A process that can be called."""

    name: str
    alive: bool

    async def awake(self) -> None:
        """Return when it is not paused."""


class WeatherMesh:
    """Processes by name. One that is dead hears and says nothing; one that is paused does so later."""

    def __init__(self, rng: Random, weather: MeshWeather) -> None:
        self.stations: dict[str, Station] = {}
        self.weather = weather
        self._rng = rng
        self._tasks: set[asyncio.Task[bytes]] = set()

    def peer(self, caller: Station, callee: str) -> "WeatherPeer":
        """A handle of one process to another."""
        return WeatherPeer(self, caller, callee)

    async def carry(self, caller: Station, callee: str, method: str, payload: bytes) -> bytes:
        """Raises `PeerLost`."""
        call = asyncio.ensure_future(self._deliver(caller, callee, method, payload))
        self._tasks.add(call)
        call.add_done_callback(self._delivered)
        done, _ = await asyncio.wait({call}, timeout=ANSWER_SECONDS_MAX)
        await caller.awake()
        if not done:
            raise PeerLost("no answer in time")
        return call.result()

    def _delivered(self, call: "asyncio.Task[bytes]") -> None:
        self._tasks.discard(call)
        if not call.cancelled():
            call.exception()

    async def _deliver(self, caller: Station, callee: str, method: str, payload: bytes) -> bytes:
        await caller.awake()
        rng, weather = self._rng, self.weather
        if rng.random() < weather.repeated:
            again = asyncio.ensure_future(self._arrive(callee, method, payload, LATE_SECONDS_MAX))
            self._tasks.add(again)
            again.add_done_callback(self._delivered)
        lost = rng.random()
        if lost < weather.lost / 2:
            raise PeerLost("lost on the way there")
        late = LATE_SECONDS_MAX if rng.random() < weather.late else weather.delay_seconds_max
        answer = await self._arrive(callee, method, payload, late)
        await asyncio.sleep(rng.random() ** 3 * weather.delay_seconds_max)
        if lost < weather.lost or not caller.alive:
            raise PeerLost("lost on the way back")
        return answer

    async def _arrive(self, callee: str, method: str, payload: bytes, seconds_max: float) -> bytes:
        await asyncio.sleep(self._rng.random() ** 3 * seconds_max)
        station = self.stations.get(callee)
        if station is None or not station.alive:
            raise PeerLost(f"nobody is {callee}")
        await station.awake()
        try:
            answer = await station.call(method, payload)
        except Exception as error:
            raise PeerLost(repr(error)) from error
        await station.awake()
        if not station.alive:
            raise PeerLost(f"{callee} is gone")
        return answer

    def close(self) -> None:
        """Carry nothing more."""
        for task in self._tasks:
            task.cancel()


class WeatherPeer(Peer):
    """A `Peer`."""

    def __init__(self, mesh: WeatherMesh, caller: Station, callee: str) -> None:
        self._mesh = mesh
        self._caller = caller
        self._callee = callee

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Peer.call`."""
        return await self._mesh.carry(self._caller, self._callee, method, payload)

    def close(self) -> None:
        """See `Peer.close`: nothing was opened."""


class Pausable:
    """What can be stopped and go on, as by SIGSTOP and SIGCONT: it neither hears nor says anything meanwhile."""

    def __init__(self) -> None:
        self._running = asyncio.Event()
        self._running.set()

    @property
    def paused(self) -> bool:
        """Whether it is stopped now."""
        return not self._running.is_set()

    def pause(self, seconds: float, call_later: Callable[[float, Callable[[], None]], object]) -> None:
        """Stop it for so long."""
        self._running.clear()
        call_later(seconds, self._running.set)

    def go_on(self) -> None:
        """Let it go on."""
        self._running.set()

    async def awake(self) -> None:
        """Return when it is not paused."""
        await self._running.wait()
