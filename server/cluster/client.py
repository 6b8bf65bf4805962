"""The way to a cluster's directory for a command: through the Ray that its supervisor has written down, or another."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from actors.runtime.carrier import Carrier, CarrierError, ProcessName
from actors.runtime.transport import PeerLost
from server.cluster.keeper import PREFIX, ask, directories
from server.cluster.local_ray import ray_environment
from server.cluster.whereabouts import left_behind, supervisor_of

if TYPE_CHECKING:
    from actors.runtime.ray import RayCarrier

FOLLOW_SECONDS: Final = 0.25

FIND_SECONDS_MAX: Final = 15.0
"""A directory that died is replaced within a few seconds, if there is a supervisor."""
RENEW_SECONDS_MAX: Final = 90.0
LOST: Final = (
    "the cluster's directory does not answer, and no other one has come: is the supervisor running? Play goes on"
    " meanwhile; start it again with croupier cluster up"
)
STOPPED: Final = "stop: every process has ended"
ASK_AGAIN: Final = "see croupier cluster status, and ask for it again; what is done already is not done twice"
NOT_RENEWED: Final = (
    "the directory was not replaced: is the supervisor running, and has a node room for another process? Nothing else"
    " was restarted"
)

Ask = Callable[..., Coroutine[Any, Any, dict[str, Any]]]


class CannotReach(Exception):
    """The cluster is not there, or does not do what is asked; the message says why, for a person."""


@contextlib.asynccontextmanager
async def joined(data_dir: Path, name: str, address: str | None) -> "AsyncIterator[RayCarrier]":
    """The Ray of a cluster. Raises `CannotReach`."""
    environment = ray_environment(os.environ)
    if address is None:
        there = supervisor_of(data_dir) or left_behind(data_dir)
        if there is None:
            raise CannotReach(
                f"no cluster of {data_dir} is up on this machine: start one with croupier cluster up, or name a Ray"
                " with --address"
            )
        name, address, environment = there.name, there.address, dict(there.environment)
    os.environ.update(environment)
    # Ray reads the environment when it is imported: by now it is there.
    from actors.runtime.ray import connect, disconnect  # noqa: PLC0415

    try:
        carrier = await connect(address, namespace=name)
        try:
            yield carrier
        finally:
            disconnect()
    except (CarrierError, PeerLost) as error:
        raise CannotReach(str(error)) from error


class DirectoryLine:
    """Questions to the directory of a cluster, whichever it is at the time. Calling it asks; see `keeper.ask`."""

    def __init__(self, carrier: Carrier, cluster: str) -> None:
        self._carrier = carrier
        self._cluster = cluster
        self._name: ProcessName | None = None

    async def __call__(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Ask the directory that was found. Raises `PeerLost`, and `CannotReach` with its reason when it refuses."""
        if self._name is None:
            raise PeerLost("no directory was found yet")
        answer = await self._ask(self._name, method, **arguments)
        if "refused" in answer:
            raise CannotReach(answer["refused"])
        return answer

    async def find(self) -> None:
        """Find the one that directs; it may be just being replaced. Raises `CannotReach`, `CarrierError`."""
        await self._find(after=None, seconds=FIND_SECONDS_MAX)

    async def status(self) -> dict[str, Any]:
        """The cluster's, by whichever directory there is now. Raises `CannotReach`, `CarrierError`, `PeerLost`."""
        try:
            return await self("status")
        except PeerLost:
            await self.find()
            return await self("status")

    async def renew(self) -> None:
        """Have another one in its place, and go on with that. Raises `CannotReach`, `CarrierError`, `PeerLost`."""
        before = self._name
        await self("renew")
        await self._find(after=before, seconds=RENEW_SECONDS_MAX)

    async def stop(self, say: Callable[[str], None]) -> str:
        """Have the cluster stopped in order; see `followed`. Raises `CannotReach`, `CarrierError`, `PeerLost`."""
        try:
            return await followed(self, "down", {}, say)
        except CannotReach:
            # The directory is the last to end, and may have done so before it was asked how far it is.
            if any(not name.startswith(PREFIX) for name in await self._carrier.names()):
                raise
            return STOPPED

    async def _ask(self, name: ProcessName, method: str, **arguments: Any) -> dict[str, Any]:
        with contextlib.closing(self._carrier.peer(name)) as peer:
            return await ask(peer, method, **arguments)

    async def _find(self, *, after: ProcessName | None, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            found = [name for name in await directories(self._carrier) if name != after]
            for name in found:
                with contextlib.suppress(PeerLost):
                    health = await self._ask(name, "health")
                    if not health["superseded"] and not health["down"]:
                        self._name = name
                        return
            if not found and not await self._carrier.names():
                raise CannotReach(f"no cluster {self._cluster!r} is on the Ray that was joined")
            if loop.time() >= deadline:
                raise CannotReach(LOST if after is None else NOT_RENEWED)
            await asyncio.sleep(FOLLOW_SECONDS)


@contextlib.asynccontextmanager
async def reached(data_dir: Path, name: str, address: str | None) -> AsyncIterator[DirectoryLine]:
    """The way to the directory of a cluster. Raises `CannotReach`."""
    async with joined(data_dir, name, address) as carrier:
        line = DirectoryLine(carrier, name)
        await line.find()
        yield line


async def followed(ask: Ask, method: str, arguments: dict[str, Any], say: Callable[[str], None]) -> str:
    """Have a work done, telling how far it is, and return what was done. Raises `CannotReach` when it was not."""
    work = await ask(method, **arguments)
    if "refused" in work:
        raise CannotReach(work["refused"])
    told = ""
    while work["running"]:
        if work["done"] != told:
            told = work["done"]
            say(told)
        await asyncio.sleep(FOLLOW_SECONDS)
        try:
            work = await ask("work")
        except PeerLost as error:
            raise CannotReach(f"{work['what']}: it is not known how it goes on ({error}): {ASK_AGAIN}") from error
    if work["error"] is not None:
        raise CannotReach(f"{work['what']}: {work['error']}")
    return f"{work['what']}: {work['done'] or 'done'}"
