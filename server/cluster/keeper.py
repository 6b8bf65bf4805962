"""Keeps a directory running: a process that has joined Ray, so that the supervisor need not.

It reads its job from stdin, says on stdout what came of it, one JSON line each, and ends with 0 when the cluster was
stopped in order, with 2 when it could not be begun.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from actors.runtime.carrier import Carrier, CarrierError, NodeId, ProcessName, Recipe
from actors.runtime.transport import Peer, PeerLost
from server.cluster.room import TooFewResources, room_on

PREFIX: Final = "directory-"
LOOK_SECONDS: Final = 0.5
ANSWER_SECONDS_MAX: Final = 2.0
SILENCES_MAX: Final = 2
"""Unanswered questions after which a directory is replaced. Play does not wait for it."""
RETRY_SECONDS: Final = 1.0
ABANDONED: Final = 3
"""The exit code of a keeper whose supervisor has died: the next one brings its own."""


async def directories(carrier: Carrier) -> list[ProcessName]:
    """The directories that run, the newest first. Raises `CarrierError`."""
    found = [name for name in await carrier.names() if name.startswith(PREFIX)]
    return sorted(found, key=lambda name: -int(name.removeprefix(PREFIX)))


async def find_directory(carrier: Carrier) -> ProcessName | None:
    """The newest directory that runs. Raises `CarrierError`."""
    return next(iter(await directories(carrier)), None)


async def ask(peer: Peer, method: str, **arguments: Any) -> dict[str, Any]:
    """A question to a directory. Raises `PeerLost`."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            answer: dict[str, Any] = json.loads(await peer.call(method, json.dumps(arguments).encode()))
            return answer
    except TimeoutError as error:
        raise PeerLost(f"the directory did not answer {method!r} in time") from error


class OtherCluster(CarrierError):
    """Another cluster of this name is on the Ray that was joined."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"a cluster named {name!r} is on this Ray already, and plays on another database: give this one another"
            " name (--name), or stop that one first"
        )


class Keeper:
    """Sees that there is a directory. `assignment` makes one; `now_ms` gives it a name that none has had."""

    def __init__(self, carrier: Carrier, factory: str, assignment: bytes, now_ms: Callable[[], int]) -> None:
        self._carrier = carrier
        self._factory = factory
        self._assignment: dict[str, Any] = json.loads(assignment)
        self._now_ms = now_ms
        self._name: ProcessName | None = None
        self._way: tuple[ProcessName, Peer] | None = None
        self._closed: frozenset[str] = frozenset()
        self._tried: set[NodeId] = set()

    async def begin(self, last_instance: str | None = None) -> dict[str, Any]:
        """See that there is a directory, and return its status; `last_instance` is the cluster that the database has.

        Raises `OtherCluster` when the one that is there is not of that cluster, `CarrierError`, `PeerLost`.
        """
        self._name = before = await find_directory(self._carrier)
        found = await self._found()
        if found is not None and found["cluster"]["instance"] != last_instance:
            raise OtherCluster(found["cluster"]["name"])
        if found is None:
            await self._start()
            if before is not None:
                await self._end(before)
            found = await ask(self._peer(), "status")
        # Whoever comes after it is of the same cluster.
        self._assignment["charter"]["instance"] = found["cluster"]["instance"]
        return found

    async def _found(self) -> dict[str, Any] | None:
        """The status of the directory that runs; nothing when there is none, or none that answers or has work to do."""
        for _ in range(SILENCES_MAX if self._name is not None else 0):
            with contextlib.suppress(PeerLost):
                health = await ask(self._peer(), "health")
                return None if health["down"] else await ask(self._peer(), "status")
        return None

    async def keep(self) -> None:
        """Replace the directory whenever it is gone, until the cluster has been stopped in order."""
        silences = 0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                health = await ask(self._peer(), "health")
                self._closed = frozenset(health["closed"])
                if health["down"]:
                    await self._end(self._peer_name())
                    return
                if health["cut_off"]:
                    raise PeerLost("the directory cannot reach the store, and hosts can")
                silences = 0
                if health["superseded"]:
                    self._name = await find_directory(self._carrier)
                elif health["renew"]:
                    await self._replaced()
            except CarrierError:
                continue
            except PeerLost:
                silences += 1
                if silences >= SILENCES_MAX and await self._replaced():
                    silences = 0

    async def stop(self) -> None:
        """Have the cluster stopped in order. Raises `PeerLost` when the directory cannot do it."""
        await ask(self._peer(), "down")  # or that it is under way already

    async def _replaced(self) -> bool:
        """Start another; the one before, if it lives on, does nothing any more once that has begun."""
        before = self._name
        try:
            await self._start()
            if before is not None:
                await self._end(before)
        except CarrierError as error:
            print(json.dumps({"trouble": str(error)}), flush=True)  # noqa: T201 - stdout is where it reports
            await asyncio.sleep(RETRY_SECONDS)
            return False
        print(json.dumps({"directory": self._name}), flush=True)  # noqa: T201
        return True

    async def _start(self) -> None:
        name = ProcessName(f"{PREFIX}{self._now_ms()}")
        nodes = await self._carrier.nodes()
        room = [node for node in nodes if node.room and node.id not in self._closed]
        if not room:
            raise TooFewResources(["a directory"], room_on(nodes, self._closed))
        # Each time on another node: what kept a directory from its work may be where it was.
        others = [node for node in room if node.id not in self._tried]
        if not others:
            self._tried.clear()
        node = max(others or room, key=lambda one: one.room)
        self._tried.add(node.id)
        await self._carrier.start(Recipe(name, node.id, self._factory, json.dumps(self._assignment).encode()))
        self._name = name

    async def _end(self, name: ProcessName) -> None:
        await self._carrier.kill(name)

    def _peer_name(self) -> ProcessName:
        if self._name is None:
            raise PeerLost("there is no directory yet")
        return self._name

    def _peer(self) -> Peer:
        """The way to the directory: one for all questions, because each has a connection of its own."""
        name = self._peer_name()
        if self._way is None or self._way[0] != name:
            if self._way is not None:
                self._way[1].close()
            self._way = (name, self._carrier.peer(name))
        return self._way[1]


async def run(job: dict[str, Any]) -> int:
    """Do a job: see `server.cluster.supervisor`. Returns the exit code."""
    # Ray reads the environment when it is imported: by then it must be there.
    from actors.runtime.ray import connect  # noqa: PLC0415

    try:
        carrier = await connect(job["address"], namespace=job["namespace"], secret=bytes.fromhex(job["secret"]))
        keeper = Keeper(carrier, job["factory"], job["assignment"].encode(), lambda: time.time_ns() // 1_000_000)
        status = await keeper.begin(job["last_instance"])
    except (CarrierError, PeerLost) as error:
        print(json.dumps({"error": str(error)}), flush=True)  # noqa: T201
        return 2
    print(json.dumps({"ready": status}), flush=True)  # noqa: T201
    keeping = asyncio.create_task(keeper.keep())
    told = asyncio.create_task(_told_to_stop())
    await asyncio.wait({keeping, told}, return_when=asyncio.FIRST_COMPLETED)
    if told.done() and not told.result():
        return ABANDONED
    while not keeping.done():
        with contextlib.suppress(PeerLost):
            await keeper.stop()
        await asyncio.wait({keeping}, timeout=LOOK_SECONDS)
    keeping.result()
    return 0


async def _told_to_stop() -> bool:
    """A line on stdin is the word to stop the cluster; its end is the end of the supervisor, and no such word."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return bool(await reader.readline())


def main() -> None:
    """Read the job, one line of JSON, and do it."""
    job = json.loads(sys.stdin.readline())
    sys.exit(asyncio.run(run(job)))


if __name__ == "__main__":
    main()
