"""The way to a cluster's directory for a command: through the Ray that its supervisor has written down, or another."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from actors.runtime.carrier import CarrierError
from actors.runtime.transport import PeerLost
from server.cluster.keeper import ask, find_directory
from server.cluster.local_ray import ray_environment
from server.cluster.whereabouts import left_behind, supervisor_of

if TYPE_CHECKING:
    from actors.runtime.ray import RayCarrier

FOLLOW_SECONDS: Final = 0.25

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


@contextlib.asynccontextmanager
async def reached(data_dir: Path, name: str, address: str | None) -> AsyncIterator[Ask]:
    """Questions to the directory of a cluster. Raises `CannotReach`."""
    async with joined(data_dir, name, address) as carrier:
        directory = await find_directory(carrier)
        if directory is None:
            raise CannotReach(f"no cluster {name!r} is on the Ray that was joined")
        peer = carrier.peer(directory)
        yield lambda method, **arguments: ask(peer, method, **arguments)


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
        work = await ask("work")
    if work["error"] is not None:
        raise CannotReach(f"{work['what']}: {work['error']}")
    return f"{work['what']}: {work['done'] or 'done'}"
