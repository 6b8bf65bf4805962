"""Where a cluster stands that is to be hurt: on this one machine, or on several with a network between them."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import psutil

from persistence.embedded import owner
from server.bench.child import CROUPIER, Child
from server.bench.cluster.ground import (
    DOWN_SECONDS_MAX,
    OPERATOR,
    ORDER_SECONDS_MAX,
    UP_SECONDS_MAX,
    Cluster,
    clustered,
    ray_folder,
)
from server.cluster.local_ray import CONTROL_STORE, NODE_MANAGER, LocalRay
from tests.support.chaos.network import Network
from tests.support.chaos.ray_nodes import RayNodes
from tests.support.chaos.stores import Stores
from tests.support.server import no_leftovers, until

PLAYERS: Final = "players"
STORES: Final = "stores"
NODES: Final = ("one", "two", "three")
GATEWAY_PORT: Final = 8080
ANEW_SECONDS_MAX: Final = 120.0
PROGRAMS: Final = {"postgres": "postgres", "valkey": "valkey-server"}


class Ground(Protocol):
    """A cluster that is up. `url` has the addresses of its gateways, `ray_folder` what its processes write."""

    data_dir: Path
    url: str
    ray_folder: Path

    def order(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Have the operator do something; see `server.bench.cluster.operator`."""

    def ray_pid(self, program: str) -> int:
        """The process of one of Ray's programs; of several, that on the first machine."""

    def engine_pid(self, name: str) -> int:
        """The main process of `postgres` or `valkey`."""

    async def restart_engine(self, name: str) -> None:
        """Have one of them end, and wait until another takes its place."""

    async def kill_control_store(self) -> None:
        """Kill Ray's; whoever sees to that starts it again."""

    async def kill_node(self, machine: str) -> None:
        """Kill Ray's manager on a machine, and all that it runs; whoever sees to that starts it again."""


class OneMachine:
    """Everything comes along: the engines, and a Ray of one node, all kept running by the cluster's own supervisor."""

    def __init__(self, cluster: Cluster) -> None:
        folder = ray_folder(cluster.data_dir)
        assert folder is not None, "the supervisor is gone"
        self.data_dir = cluster.data_dir
        self.url = cluster.url
        self.ray_folder = folder
        self._cluster = cluster
        self._operator = cluster.operator
        self._more = contextlib.ExitStack()

    def order(self, do: str, **arguments: Any) -> dict[str, Any]:
        """See `Ground`."""
        self._operator.tell({"do": do, **arguments})
        return _answered(do, self._operator)

    def ray_pid(self, program: str) -> int:
        """See `Ground`."""
        folder = ray_folder(self.data_dir)  # another one, when Ray was started anew
        assert folder is not None, "the supervisor is gone"
        self.ray_folder = folder
        return LocalRay(folder).find(program).pid

    def engine_pid(self, name: str) -> int:
        """See `Ground`."""
        children = psutil.Process(self._cluster.supervisor.pid).children()
        return next(child.pid for child in children if child.name() == PROGRAMS[name])

    async def restart_engine(self, name: str) -> None:
        """See `Ground`. It is killed, and the supervisor does the rest."""
        before = self.engine_pid(name)
        psutil.Process(before).kill()
        await until(lambda: self._has_another(name, before))

    def _has_another(self, name: str, before: int) -> bool:
        with contextlib.suppress(StopIteration):
            return self.engine_pid(name) != before
        return False

    async def kill_control_store(self) -> None:
        """See `Ground`."""
        psutil.Process(self.ray_pid(CONTROL_STORE)).kill()

    async def kill_node(self, machine: str) -> None:
        """See `Ground`."""
        before = self.ray_folder
        psutil.Process(self.ray_pid(NODE_MANAGER)).kill()
        # Whoever had joined that Ray is of no use any more.
        await until(lambda: ray_folder(self.data_dir) not in (None, before), ANEW_SECONDS_MAX)
        command = (*OPERATOR, "--data-dir", str(self.data_dir))
        self._operator = self._more.enter_context(Child("operator", command, self.data_dir.parent))
        await asyncio.to_thread(self._operator.hear, UP_SECONDS_MAX)
        self.ray_folder = ray_folder(self.data_dir) or before

    def close(self) -> None:
        """End whom it has started."""
        self._more.close()


@contextlib.asynccontextmanager
async def on_one_machine(folder: Path, *, hosts: int, gateways: int, more: list[str]) -> AsyncIterator[OneMachine]:
    """A cluster on `folder/data`; at the end it is stopped, and nothing of it may be left."""
    with contextlib.ExitStack() as stack:
        cluster = await asyncio.to_thread(
            stack.enter_context, clustered(folder, hosts=hosts, gateways=gateways, more=more)
        )
        ground = OneMachine(cluster)
        try:
            yield ground
        finally:
            await asyncio.to_thread(ground.close)
            await asyncio.to_thread(stack.close)
    await no_leftovers(folder)
    assert not ground.ray_folder.exists()


class Machines:
    """Three nodes of a Ray, stores, and players: each on a machine of its own. See `network`."""

    def __init__(self, network: Network, stores: Stores, ray: RayNodes, operator: Child, data_dir: Path) -> None:
        self.network = network
        self.data_dir = data_dir
        self.url = ",".join(f"ws://{network.addresses[node]}:{GATEWAY_PORT}/ws" for node in NODES)
        self.ray_folder = ray.folder
        self._stores = stores
        self._ray = ray
        self._operator = operator

    def order(self, do: str, **arguments: Any) -> dict[str, Any]:
        """See `Ground`."""
        self._operator.tell({"do": do, **arguments})
        return _answered(do, self._operator)

    def ray_pid(self, program: str) -> int:
        """See `Ground`."""
        return self._ray.pid(program, NODES[0])

    def engine_pid(self, name: str) -> int:
        """See `Ground`."""
        return self._stores.engine(name).pid

    async def restart_engine(self, name: str) -> None:
        """See `Ground`. It is stopped in order."""
        await self._stores.restart(name)

    async def kill_control_store(self) -> None:
        """See `Ground`."""
        await asyncio.to_thread(self._ray.kill_control_store)

    async def kill_node(self, machine: str) -> None:
        """See `Ground`."""
        await self._ray.kill_node(machine)


@contextlib.asynccontextmanager
async def on_machines(folder: Path, *, hosts: int, gateways: int, more: list[str]) -> AsyncIterator[Machines]:
    """The same on machines of their own; this thread, and what it starts, is where players are until the end."""
    data_dir = folder / "data"
    async with contextlib.AsyncExitStack() as stack:
        network = stack.enter_context(Network((PLAYERS, STORES, *NODES)))
        stack.enter_context(network.entered(PLAYERS))
        stores = Stores(network, STORES, data_dir)
        await stack.enter_async_context(stores.running())
        ray = RayNodes(network, NODES)
        stack.push_async_callback(ray.stop)
        await ray.start()
        await stack.enter_async_context(ray.kept_running())
        enter = _inside(network, NODES[0], ray.environment)
        arguments = (
            *(*enter, sys.executable, *CROUPIER, "cluster", "up", "--foreground", "--address", ray.address),
            *("--hosts", str(hosts), "--gateways", str(gateways), "--data-dir", str(data_dir)),
            *("--host", "0.0.0.0", "--port", str(GATEWAY_PORT), "--set", "guest_enabled=true"),
            *("--database-url", stores.database_url, "--redis-url", stores.redis_url, *_secrets(data_dir), *more),
        )
        supervisor = Child("cluster", arguments, folder, stop_seconds_max=DOWN_SECONDS_MAX)
        stack.push_async_callback(asyncio.to_thread, supervisor.stop)
        await asyncio.to_thread(supervisor.hear, UP_SECONDS_MAX)
        arguments = (*enter, sys.executable, *OPERATOR, "--data-dir", str(data_dir))
        operator = Child("operator", arguments, folder)
        stack.push_async_callback(asyncio.to_thread, operator.stop)
        await asyncio.to_thread(operator.hear, UP_SECONDS_MAX)
        yield Machines(network, stores, ray, operator, data_dir)
    await no_leftovers(folder)


def _answered(do: str, operator: Child) -> dict[str, Any]:
    answer = operator.hear(ORDER_SECONDS_MAX)
    assert "error" not in answer, f"{do}: {answer}"
    return answer


def _inside(network: Network, machine: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """What a Python is told to have a command run on a machine, with this in its environment."""
    return (*network.inside(machine)[1:], "/usr/bin/env", *(f"{name}={value}" for name, value in environment.items()))


def _secrets(data_dir: Path) -> list[str]:
    """What a data dir has in its files, as flags."""
    names = ("seed_key", "token_secret")
    return [f"--set={name}={(data_dir / 'secrets' / name).read_text(encoding='ascii')}" for name in names]


def database_url_of(data_dir: Path) -> str:
    """Where the database is, for whoever looks from this machine: over its socket, whatever the network does."""
    engines = owner(data_dir)
    assert engines is not None
    return engines.database_url


def logged_by(ray_folder: Path) -> list[dict[str, Any]]:
    """What the processes that Ray has started have logged, so far."""
    entries = []
    for file in sorted(ray_folder.glob("session_2*/logs/worker-*.err")):
        for line in file.read_text(errors="replace").splitlines():
            with contextlib.suppress(ValueError):
                entry = json.loads(line)
                if isinstance(entry, dict):
                    entries.append(entry)
    return entries
