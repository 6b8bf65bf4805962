"""The supervisor of a cluster: engines, a Ray of our own and the keeper of the directory, all of them kept running.

It imports no Ray, whose processes end those that have joined it when something is badly wrong.
"""

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from actors.runtime.carrier import CarrierError
from actors.runtime.reach import require_reachable
from actors.runtime.release import release
from persistence.clusters import LastCluster
from server.bootstrap import (
    CannotStart,
    EngineRoom,
    Watchers,
    last_cluster,
    prepare,
    require_redis,
    require_schema,
    whole_or_not,
)
from server.cluster.charter import OTHER_CLUSTER_SILENCE_SECONDS
from server.cluster.local_ray import CONTROL_STORE, LocalRay, RayNotStarted, ray_environment
from server.cluster.parcel import process_secret, shared, with_local_ports
from server.cluster.ports import CannotListen, free_port, require_free_port
from server.cluster.processes import DIRECTORY, assigned
from server.cluster.whereabouts import ClusterRuns, Post, Whereabouts
from server.config import Config

BEGIN_SECONDS_MAX: Final = 180.0
STOP_SECONDS_MAX: Final = 60.0
RETRY_SECONDS: Final = 1.0
INSTANCE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for. Without an address it is a Ray of our own."""

    name: str
    hosts: int
    gateways: int
    address: str | None


class Supervisor:
    """One cluster, from `start` to `stop`."""

    def __init__(self, config: Config, plan: Plan, log: FilteringBoundLogger) -> None:
        self._config = config
        self._plan = plan
        self._log = log
        self._stack = contextlib.AsyncExitStack()
        self._watchers = Watchers(log)
        self._engine_room = EngineRoom(config, self._watchers, log)
        self._post = Post(config.data_dir)
        self._ray: LocalRay | None = None
        self._before: Whereabouts | None = None
        self._is_found = False
        self._keeper: Process | None = None
        self._assignment = b""
        self._instance = os.urandom(INSTANCE_BYTES).hex()
        """Of the cluster, if it begins with us."""
        self._last: LastCluster | None = None
        self._secret = b""
        self._stopping = False
        self._ray_is_up = asyncio.Event()
        self._ray_is_up.set()
        self.stopped = asyncio.Event()
        """The cluster was stopped in order, by somebody else."""

    # --- life ---

    async def start(self) -> dict[str, Any]:
        """Start everything in order, and return the cluster's status. Raises `CannotStart`; then nothing is left."""
        async with whole_or_not(self._undo):
            try:
                return await self._start()
            except (CannotListen, CarrierError, ClusterRuns, RayNotStarted, TimeoutError) as error:
                raise CannotStart(str(error) or "the cluster did not start in time") from error

    async def _start(self) -> dict[str, Any]:
        config, plan = self._config, self._plan
        if plan.hosts < len(config.databases):
            raise CannotStart(
                f"{len(config.databases)} databases need a host each, and there are to be {plan.hosts}: --hosts"
                f" {len(config.databases)}, or more"
            )
        self._before = before = self._post.take()
        self._stack.callback(self._post.leave)
        if plan.address is not None:
            await require_reachable(plan.address)
        databases, redis_url = await self._engine_room.start(self._stack)
        if config.databases:
            await require_schema(databases)
        fleet = await prepare(config, databases, self._log)
        if plan.address is None:
            config = with_local_ports(config, free_port)
            self._ray = LocalRay.found(Path(before.folder)) if before is not None and before.folder else None
            self._is_found = self._ray is not None
        whole = shared(config, databases={one.shards: one.dsn for one in databases}, redis_url=redis_url)
        self._secret = process_secret(whole, plan.name)
        self._last = await last_cluster(whole)
        await self._check(whole, redis_url)
        self._assignment = assigned(whole, fleet, self._charter())
        if plan.address is None and self._ray is None:
            await self._start_ray()
        async with asyncio.timeout(BEGIN_SECONDS_MAX):
            status = await self._start_keeper()
        if self._last is not None and status["cluster"]["instance"] == self._last.instance:
            self._log.warning("taking care of a cluster that plays already")
        self._publish()
        self._watchers.start(self._watch_keeper(), "watch keeper")
        if plan.address is None:
            self._watchers.start(self._watch_ray(), "watch ray")
        return status

    async def _check(self, config: Config, redis_url: str) -> None:
        """See that a cluster can begin, or that it is ours that plays. Raises `StoreError`, `CannotStart`, and more."""
        if self._ray is not None:
            return
        if self._plan.address is None and self._last is not None:
            # A Ray that is not there yet has no process of it.
            self._last.require_over(self._silence_seconds)
        if self._last is None or self._last.is_down:
            # Who takes care of a cluster that plays does so without Redis, as the cluster does.
            await require_redis(redis_url)
            if self._plan.address is None:
                require_free_port(config.host, config.port)

    @property
    def _silence_seconds(self) -> float:
        """Nobody else can play on a database that this process has just started."""
        return 0.0 if not self._config.databases else OTHER_CLUSTER_SILENCE_SECONDS

    def _charter(self) -> dict[str, Any]:
        plan = self._plan
        return {
            "instance": self._instance,
            "name": plan.name,
            "release": release(),
            "hosts": plan.hosts,
            "gateways": plan.gateways,
            "silence_seconds": self._silence_seconds,
        }

    async def ended(self) -> None:
        """Wait until the cluster was stopped by somebody else, or a part of this supervisor has failed."""
        waits = [asyncio.create_task(self.stopped.wait()), asyncio.create_task(self._watchers.failed.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def stop(self) -> None:
        """Stop the cluster in order, then what it stands on; by force what does not end by itself."""
        self._stopping = True
        keeper = self._keeper
        if keeper is not None and keeper.returncode is None and keeper.stdin is not None and not self.stopped.is_set():
            keeper.stdin.write(b"stop\n")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(keeper.wait(), STOP_SECONDS_MAX)
        await self._end()

    async def _undo(self) -> None:
        """Leave what was there before: a Ray that we have found, and whoever plays on it, is not ours to end yet."""
        if self._before is not None and self._is_found:
            self._ray = None
            self._post.hand_back(self._before)
        await self._end()

    async def _end(self) -> None:
        self._stopping = True
        await self._watchers.stop()
        if self._keeper is not None and self._keeper.returncode is None:
            self._keeper.kill()
            await self._keeper.wait()
        if self._ray is not None:
            await self._ray.stop()
        await self._stack.aclose()

    def _publish(self) -> None:
        folder = str(self._ray.folder) if self._ray is not None else None
        self._post.publish(Whereabouts(os.getpid(), self._plan.name, self._address, self._environment, folder))

    # --- Ray ---

    @property
    def _address(self) -> str:
        return self._ray.address if self._ray is not None else self._plan.address or ""

    @property
    def _environment(self) -> Mapping[str, str]:
        return self._ray.environment if self._ray is not None else ray_environment(os.environ)

    async def _start_ray(self) -> None:
        ray = LocalRay.made()
        await ray.start()
        self._ray = ray

    async def _watch_ray(self) -> None:
        """Start what ends of our own Ray: its control store as it was, or else everything anew."""
        while self._ray is not None:
            program = await self._ray.ended()
            if self._stopping:
                return
            self._log.error("a part of Ray ended, starting it again", program=program)
            if program == CONTROL_STORE:
                self._ray.restart_control_store()
                continue
            self._ray_is_up.clear()
            if self._keeper is not None and self._keeper.returncode is None:
                self._keeper.kill()  # it has joined the Ray that is gone; another one joins the next
            await self._ray.stop()
            await self._start_ray_again()
            self._ray_is_up.set()

    async def _start_ray_again(self) -> None:
        while True:
            try:
                await self._start_ray()
            except RayNotStarted as error:
                self._log.error("Ray does not start", error=str(error), again_in_seconds=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    # --- the keeper ---

    async def _start_keeper(self) -> dict[str, Any]:
        """Raises `CannotStart` when the cluster cannot be begun."""
        keeper = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.cluster.keeper"),
            stdin=PIPE,
            stdout=PIPE,
            env={**os.environ, **self._environment},
            limit=1 << 20,
        )
        self._keeper = keeper
        job = {
            "address": self._address,
            "namespace": self._plan.name,
            "secret": self._secret.hex(),
            "last_instance": None if self._last is None or self._last.is_down else self._last.instance,
            "factory": DIRECTORY,
            "assignment": self._assignment.decode(),
        }
        if keeper.stdin is None or keeper.stdout is None:
            raise RuntimeError("no pipes to the keeper")
        keeper.stdin.write(json.dumps(job).encode() + b"\n")
        async for line in keeper.stdout:
            said = _said(line)
            if "error" in said:
                await keeper.wait()
                raise CannotStart(said["error"])
            if "ready" in said:
                status: dict[str, Any] = said["ready"]
                return status
        raise CannotStart(f"the keeper of the directory ended with code {await keeper.wait()}")

    async def _watch_keeper(self) -> None:
        """Say what the keeper says, and start another when it ends without an order."""
        while self._keeper is not None and self._keeper.stdout is not None:
            async for line in self._keeper.stdout:
                self._log.info("keeper", **_said(line))
            code = await self._keeper.wait()
            if code == 0:
                self.stopped.set()
            if code == 0 or self._stopping:
                return
            self._log.error("the keeper ended, starting another", code=code)
            await asyncio.sleep(RETRY_SECONDS)
            await self._ray_is_up.wait()
            try:
                await self._start_keeper()
                self._publish()
            except CannotStart as error:
                self._log.error("the keeper does not start", error=str(error))


def _said(line: bytes) -> dict[str, Any]:
    """What the keeper says; Ray, which it has joined, says things in between."""
    with contextlib.suppress(ValueError):
        said = json.loads(line)
        if isinstance(said, dict):
            return said
    return {"said": line.decode(errors="replace").strip()}
