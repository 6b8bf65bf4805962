"""Ray as the carrier: a process of a cluster is one Ray actor with one method. The only file that imports Ray.

Ray reads how it authenticates, and whether it stays on the loopback interface, from the environment when it is
imported: so whoever imports this has set it before, see `server.cluster.local_ray`.
"""

import asyncio
import importlib
import logging
import os
from collections.abc import Callable
from typing import Any, Final, TypeVar

import ray
from ray._private.state import available_resources_per_node
from ray.exceptions import RayError, RayTaskError
from ray.util import list_named_actors
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from actors.runtime.beside import beside
from actors.runtime.carrier import (
    PID,
    PROCESS_MEMORY_BYTES,
    Carrier,
    CarrierError,
    Factory,
    Node,
    NodeId,
    ProcessName,
    Recipe,
    VersionDiffers,
)
from actors.runtime.direct import Door
from actors.runtime.line import Line
from actors.runtime.reach import require_reachable
from actors.runtime.release import release
from actors.runtime.transport import Peer, PeerLost, Service

CALLS_MAX: Final = 1_000
"""Calls that one process handles at once; Ray lets the next one wait."""
CALL_SECONDS_MAX: Final = 30.0
DIRECT_METHODS: Final = frozenset({"link", "health"})
START_SECONDS_MAX: Final = 60.0
"""From asking for a process to having its service: an interpreter starts, imports, and may wait for a database."""
CONTROL_SECONDS_MAX: Final = 10.0
"""A question to Ray's control store, which may be gone; play does not wait for it."""
JOIN_SECONDS_MAX: Final = 30.0
"""Ray itself tries for ever, also with a token that is not the right one."""

T = TypeVar("T")


class StartFailed(Exception):
    """The service of a process could not be made; the message is what its maker said."""


class Shell:
    """What Ray runs: one process's service behind one method.

    Made with nothing but names, because Ray keeps the arguments of that in its control store: what is secret comes
    with `start`.
    """

    def __init__(self, name: ProcessName, namespace: str) -> None:
        self._name = name
        self._namespace = namespace
        self._service: Service | None = None
        self._door: Door | None = None
        self._starting = asyncio.Lock()

    async def start(self, wanted: str, factory: str, config: bytes, secret: bytes) -> str | None:
        """Make the service, unless it is there; return the release that is installed here when it is another one."""
        installed = release()
        if installed != wanted:
            return installed
        async with self._starting:
            if self._service is None:
                self._service = await self._made(factory, config, secret)
                if secret:
                    self._door = Door(self._service, secret)
                    await self._door.open(ray.util.get_node_ip_address())  # type: ignore[no-untyped-call]
        return None

    async def _made(self, factory: str, config: bytes, secret: bytes) -> Service:
        try:
            return await _imported(factory)(self._name, config, RayCarrier(self._namespace, secret))
        except Exception as error:
            # Not every error can be taken apart and put together again by Ray, so its words go instead.
            raise StartFailed(f"{type(error).__name__}: {error}") from error

    async def door(self) -> tuple[str, int]:
        """Where this process is called directly."""
        if self._door is None:
            raise RuntimeError(f"{self._name} has no door")
        return self._door.address

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Service.call`."""
        if method == PID:
            return str(os.getpid()).encode()
        if self._service is None:
            raise RuntimeError(f"{self._name} has not been started")
        return await self._service.call(method, payload)


class RayPeer(Peer):
    """A process, by its Ray handle. What is said all the time goes over a connection, for a fifteenth of the cost."""

    __slots__ = ("_handle", "_line", "_name", "_namespace")

    def __init__(self, name: ProcessName, namespace: str, secret: bytes, handle: Any = None) -> None:
        self._name = name
        self._namespace = namespace
        self._handle = handle
        self._line = Line(self._find_door, secret) if secret else None

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Peer.call`. Ray repeats nothing."""
        try:
            async with asyncio.timeout(CALL_SECONDS_MAX):
                if self._line is not None and method in DIRECT_METHODS:
                    return await self._line.call(method, payload)
                handle = await self._found()
                answer: bytes = await handle.call.remote(method, payload)
        except Exception as error:
            # Ray raises what the service raised as an error of that very type.
            raise PeerLost(_told(f"{self._name} did not answer {method!r}", error)) from error
        return answer

    def close(self) -> None:
        """See `Peer.close`."""
        if self._line is not None:
            self._line.close()

    async def _found(self) -> Any:
        if self._handle is None:
            self._handle = await _control(lambda: ray.get_actor(self._name, self._namespace))
        return self._handle

    async def _find_door(self) -> tuple[str, int]:
        handle = await self._found()
        host, port = await handle.door.remote()
        return host, port


class RayCarrier(Carrier):
    """The processes of one namespace of the Ray that this process is connected to.

    `secret` is what they know each other by; without it every call goes through Ray.
    """

    def __init__(self, namespace: str, secret: bytes = b"") -> None:
        self._namespace = namespace
        self._secret = secret

    async def start(self, recipe: Recipe) -> Peer:
        """See `Carrier.start`. Ray neither restarts it nor waits for room: both are the directory's to decide."""
        ours = release()
        if recipe.node not in {node.id for node in await self.nodes()}:
            raise CarrierError(f"{recipe.name} cannot be started: there is no node {recipe.node}")
        try:
            handle = await _control(lambda: self._create(recipe))
        except (RayError, ValueError, TimeoutError) as error:
            # Ray's word for a name that is taken is a ValueError.
            taken = isinstance(error, ValueError)
            said = f"{recipe.name} runs already" if taken else _told(f"{recipe.name} cannot be started", error)
            raise CarrierError(said) from error
        try:
            async with asyncio.timeout(START_SECONDS_MAX):
                installed = await handle.start.remote(ours, recipe.factory, recipe.config, self._secret)
        except BaseException as error:
            await self._clean_up(recipe.name)
            if isinstance(error, Exception):
                raise CarrierError(_told(f"{recipe.name} does not start", error)) from error
            raise
        if installed is not None:
            await self._clean_up(recipe.name)
            raise VersionDiffers(ours, installed, recipe.node)
        return RayPeer(recipe.name, self._namespace, self._secret, handle)

    def _create(self, recipe: Recipe) -> Any:
        return _SHELL.options(
            name=recipe.name,
            namespace=self._namespace,
            lifetime="detached",
            num_cpus=0,
            memory=PROCESS_MEMORY_BYTES,
            max_concurrency=CALLS_MAX,
            max_restarts=0,
            max_task_retries=0,
            enable_task_events=False,
            scheduling_strategy=NodeAffinitySchedulingStrategy(recipe.node, soft=False),
        ).remote(recipe.name, self._namespace)

    async def _clean_up(self, name: ProcessName) -> None:
        try:
            await self.kill(name)
        except CarrierError:
            # It cannot be told now: the directory looks for processes that nobody knows.
            return

    def peer(self, name: ProcessName) -> Peer:
        """See `Carrier.peer`."""
        return RayPeer(name, self._namespace, self._secret)

    async def kill(self, name: ProcessName) -> None:
        """See `Carrier.kill`. Ray kills a stopped process too, through the node's own manager."""
        try:
            handle = await _control(lambda: ray.get_actor(name, self._namespace))
            await _control(lambda: ray.kill(handle))
        except ValueError:
            return  # there is none of this name
        except (RayError, TimeoutError) as error:
            raise CarrierError(_told(f"cannot end {name}", error)) from error

    async def names(self) -> frozenset[ProcessName]:
        """See `Carrier.names`."""
        try:
            found = await _control(lambda: list_named_actors(all_namespaces=True))
        except (RayError, TimeoutError) as error:
            raise CarrierError(_told("Ray does not tell which processes run", error)) from error
        return frozenset(ProcessName(one["name"]) for one in found if one["namespace"] == self._namespace)

    async def nodes(self) -> tuple[Node, ...]:
        """See `Carrier.nodes`. In the order of their ids, so that everybody sees the same first one."""
        try:
            found, free = await _control(_nodes_and_free)
        except (RayError, TimeoutError) as error:
            raise CarrierError(_told("Ray does not tell its nodes", error)) from error
        alive = [
            Node(
                NodeId(one["NodeID"]),
                one["NodeManagerAddress"],
                int(one["Resources"].get("memory", 0)),
                int(free.get(one["NodeID"], {}).get("memory", 0)),
            )
            for one in found
            if one["Alive"]
        ]
        return tuple(sorted(alive, key=lambda node: node.id))

    def here(self) -> NodeId:
        """See `Carrier.here`."""
        return NodeId(ray.get_runtime_context().get_node_id())


async def connect(address: str, *, namespace: str, secret: bytes = b"") -> RayCarrier:
    """Join the Ray at an address (`auto`, `host:port` or `ray://host:port`). Raises `CarrierError`, at once.

    Without a token that is good it takes `JOIN_SECONDS_MAX` until that is told.
    """
    await require_reachable(address)
    # It would say each time that it does not handle SIGTERM: we do.
    logging.getLogger("ray._private.worker").setLevel(logging.ERROR)
    try:
        async with asyncio.timeout(JOIN_SECONDS_MAX):
            await beside(lambda: ray.init(address, namespace=namespace, log_to_driver=False, configure_logging=False))
    except ImportError as error:
        raise CarrierError(f"an address of the form ray:// needs Ray's client, ray[client]: {error}") from error
    except Exception as error:
        raise CarrierError(_told(f"cannot join the Ray at {address}", error)) from error
    return RayCarrier(namespace, secret)


def disconnect() -> None:
    """Leave Ray; detached processes go on."""
    ray.shutdown()


async def _control(question: Callable[[], T]) -> T:
    """Ask Ray's control store, not for ever: it may be gone."""
    async with asyncio.timeout(CONTROL_SECONDS_MAX):
        return await beside(question)


def _nodes_and_free() -> tuple[list[dict[str, Any]], dict[str, dict[str, float]]]:
    """Ray's own descriptions of its nodes, and what each has left."""
    return ray.nodes(), available_resources_per_node()  # type: ignore[no-untyped-call]


def _imported(factory: str) -> Factory:
    module, _, function = factory.partition(":")
    made: Factory = getattr(importlib.import_module(module), function)
    return made


def _told(doing: str, error: BaseException) -> str:
    """An error of Ray in one line: its own text has the remote stack in it, many lines long."""
    cause = error.cause if isinstance(error, RayTaskError) else error
    if isinstance(cause, StartFailed):
        return f"{doing}: {cause.args[0]}"
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return f"{doing}: {type(cause).__name__}{f': {lines[-1]}' if lines else ''}"


_SHELL: Final = ray.remote(Shell)
