"""What can happen to the processes of a cluster, and between them."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import psutil
import redis.asyncio

from persistence.embedded import owner
from server.cluster.local_ray import CONTROL_STORE, NODE_MANAGER
from tests.support.chaos.ground import NODES, PLAYERS, STORES
from tests.support.chaos.stage import Stage

SHORT, LONG, LONGEST = 0.5, 5.0, 60.0
"""Seconds: shorter than a host may be silent; longer; longer than anybody waits for it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that happens, and is over when `happens` returns.

    `cuts_wires` says that sockets of players end with it. `fences` says that somebody goes on for certain who is not
    an owner any more.
    """

    name: str
    happens: Callable[[Stage], Awaitable[None]]
    cuts_wires: bool = False
    fences: bool = False

    def __str__(self) -> str:
        return self.name


def kill(pid: int) -> None:
    """As a crash, or a kernel without memory, does it."""
    os.kill(pid, signal.SIGKILL)


@asynccontextmanager
async def stopped(pid: int, seconds: float) -> AsyncIterator[None]:
    """A process that stands still for so long, or longer when the block takes longer: then it goes on as if nothing
    had happened."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
        await asyncio.sleep(seconds)
    finally:
        # Who stands still for too long is killed, and replaced.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


# --- processes ---


async def _kill_a_host(stage: Stage) -> None:
    host = (await stage.hosts())[0]
    kill(await stage.pid(host))
    await stage.order("fenced", host=host)


async def _kill_both_hosts(stage: Stage) -> None:
    pids = [await stage.pid(host) for host in await stage.hosts()]
    for pid in pids:
        kill(pid)


def _stop_a_host(seconds: float) -> Callable[[Stage], Awaitable[None]]:
    async def happens(stage: Stage) -> None:
        async with stopped(await stage.pid((await stage.hosts())[0]), seconds):
            pass

    return happens


async def _kill_a_gateway(stage: Stage) -> None:
    kill(await stage.pid(await stage.gateway()))


def _stop_a_gateway(seconds: float) -> Callable[[Stage], Awaitable[None]]:
    async def happens(stage: Stage) -> None:
        async with stopped(await stage.pid(await stage.gateway()), seconds):
            pass

    return happens


async def _kill_the_directory(stage: Stage) -> None:
    kill(await stage.pid(await stage.directory()))


def _stop_the_directory(seconds: float) -> Callable[[Stage], Awaitable[None]]:
    async def happens(stage: Stage) -> None:
        async with stopped(await stage.pid(await stage.directory()), seconds):
            pass

    return happens


# --- Ray ---


async def _kill_the_control_store(stage: Stage) -> None:
    await stage.ground.kill_control_store()


def _stop_of_ray(program: str, seconds: float) -> Callable[[Stage], Awaitable[None]]:
    async def happens(stage: Stage) -> None:
        async with stopped(stage.ground.ray_pid(program), seconds):
            pass

    return happens


def _kill_a_node(machine: str) -> Callable[[Stage], Awaitable[None]]:
    async def happens(stage: Stage) -> None:
        stage.keep_logs()
        await stage.ground.kill_node(machine)

    return happens


# --- stores ---


async def _stop_postgres(stage: Stage) -> None:
    main = psutil.Process(stage.ground.engine_pid("postgres"))
    async with contextlib.AsyncExitStack() as stack:
        for process in (main, *main.children()):
            await stack.enter_async_context(stopped(process.pid, 0.0))
        await asyncio.sleep(LONG)


async def _restart_postgres(stage: Stage) -> None:
    await stage.ground.restart_engine("postgres")


async def _wipe_valkey(stage: Stage) -> None:
    engines = owner(stage.ground.data_dir)
    assert engines is not None
    async with redis.asyncio.Redis.from_url(engines.redis_url) as valkey:
        await valkey.flushall()


async def _restart_valkey(stage: Stage) -> None:
    await stage.ground.restart_engine("valkey")


async def force_two_owners(stage: Stage) -> None:
    host, by = await stage.hosts()
    taken = await stage.order("usurp", host=host, by=by)
    assert taken["shards"]
    await stage.logs("recovered", process=host)
    # Nobody has died, so the directory sees no reason to do that by itself.
    await stage.order("work", method="rebalance")


# --- the network ---


def _cut_a_host_from_postgres(seconds: float) -> Callable[[Stage], Awaitable[None]]:
    async def happens(stage: Stage) -> None:
        with stage.machines.network.cut(await _machine_of_a_host(stage, with_directory=False), [STORES]):
            await asyncio.sleep(seconds)

    return happens


def _cut_the_directory_from_postgres(seconds: float) -> Callable[[Stage], Awaitable[None]]:
    async def happens(stage: Stage) -> None:
        with stage.machines.network.cut(await _machine_of_a_host(stage, with_directory=True), [STORES]):
            await asyncio.sleep(seconds)

    return happens


def _cut_a_gateway_from_a_host(seconds: float) -> Callable[[Stage], Awaitable[None]]:
    async def happens(stage: Stage) -> None:
        gateways = [gateway["name"] for gateway in (await stage.status())["gateways"]]
        with_hosts = {await stage.machine_of(host) for host in await stage.hosts()}
        alone = next(one for one in [await stage.machine_of(gateway) for gateway in gateways] if one not in with_hosts)
        with stage.machines.network.cut(alone, [await _machine_of_a_host(stage, with_directory=False)]):
            await asyncio.sleep(seconds)

    return happens


async def _machine_of_a_host(stage: Stage, *, with_directory: bool) -> str:
    directory = await stage.machine_of(await stage.directory())
    machines = [await stage.machine_of(host) for host in await stage.hosts()]
    return next(machine for machine in machines if (machine == directory) == with_directory)


def _cut_hosts_from_each_other(seconds: float) -> Callable[[Stage], Awaitable[None]]:
    async def happens(stage: Stage) -> None:
        one, other = [await stage.machine_of(host) for host in await stage.hosts()]
        with stage.machines.network.cut(one, [other]):
            await asyncio.sleep(seconds)

    return happens


def _cut_a_machine_off(seconds: float) -> Callable[[Stage], Awaitable[None]]:
    async def happens(stage: Stage) -> None:
        # Not the one with Ray's control store, which has its own faults.
        machines = [await stage.machine_of(host) for host in await stage.hosts()]
        machine = next(one for one in machines if one != NODES[0])
        with stage.machines.network.cut(machine, [one for one in (PLAYERS, STORES, *NODES) if one != machine]):
            await asyncio.sleep(seconds)

    return happens


FAULTS: Final = (
    Fault("kill -9 of a host", _kill_a_host),
    Fault("kill -9 of both hosts", _kill_both_hosts),
    Fault("stop of a host, 0.5 s", _stop_a_host(SHORT)),
    Fault("stop of a host, 5 s", _stop_a_host(LONG)),
    Fault("stop of a host, 60 s", _stop_a_host(LONGEST)),
    Fault("kill -9 of a gateway", _kill_a_gateway, cuts_wires=True),
    Fault("stop of a gateway, 0.5 s", _stop_a_gateway(SHORT)),
    Fault("stop of a gateway, 5 s", _stop_a_gateway(LONG), cuts_wires=True),
    Fault("stop of a gateway, 60 s", _stop_a_gateway(LONGEST), cuts_wires=True),
    Fault("kill -9 of the directory", _kill_the_directory),
    Fault("stop of the directory, 0.5 s", _stop_the_directory(SHORT)),
    Fault("stop of the directory, 60 s", _stop_the_directory(LONGEST)),
    Fault("kill -9 of the control store", _kill_the_control_store),
    Fault("stop of the control store, 5 s", _stop_of_ray(CONTROL_STORE, LONG)),
    Fault("stop of the control store, 60 s", _stop_of_ray(CONTROL_STORE, LONGEST)),
    Fault("kill -9 of a node manager", _kill_a_node(NODES[1]), cuts_wires=True),
    Fault("stop of a node manager, 5 s", _stop_of_ray(NODE_MANAGER, LONG)),
    Fault("two owners forced", force_two_owners, fences=True),
    Fault("stop of PostgreSQL, 5 s", _stop_postgres),
    Fault("restart of PostgreSQL", _restart_postgres),
    Fault("Valkey wiped", _wipe_valkey),
    Fault("restart of Valkey, empty", _restart_valkey),
)

NETWORK_FAULTS: Final = (
    Fault("host cut off from PostgreSQL, 5 s", _cut_a_host_from_postgres(LONG)),
    Fault("host cut off from PostgreSQL, 60 s", _cut_a_host_from_postgres(LONGEST)),
    Fault("host and directory cut off from PostgreSQL, 60 s", _cut_the_directory_from_postgres(LONGEST)),
    Fault("gateway cut off from a host, 5 s", _cut_a_gateway_from_a_host(LONG)),
    # For so long that Ray may end a machine that its control store does not hear of.
    Fault("gateway cut off from a host, 60 s", _cut_a_gateway_from_a_host(LONGEST), cuts_wires=True),
    Fault("hosts cut off from each other, 5 s", _cut_hosts_from_each_other(LONG)),
    Fault("machine cut off from all, 10 s", _cut_a_machine_off(2 * LONG), cuts_wires=True),
)
