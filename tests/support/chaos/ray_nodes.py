"""Nodes of one Ray on machines of their own, started and watched over as a system's own supervisor does it there."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import psutil

from server.cluster.local_ray import CONTROL_STORE, NODE_MANAGER, OBJECT_STORE_BYTES, LocalRay
from tests.support.chaos.network import Network
from tests.support.server import until

PORT: Final = 6379
NODES_SECONDS_MAX: Final = 120.0
LOOK_SECONDS: Final = 0.5
"""Between two looks whether a node has ended."""
_KEPT: Final = frozenset({"PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "PYTHONPATH"})


class RayNodes:
    """A Ray whose first machine has the control store; they share a folder, as they share a disk."""

    def __init__(self, network: Network, machines: Sequence[str]) -> None:
        self._network = network
        self._machines = tuple(machines)
        self._ray = LocalRay.made()
        self._again: list[subprocess.Popen[bytes]] = []
        self.address = f"{network.addresses[machines[0]]}:{PORT}"

    @property
    def folder(self) -> Path:
        """Where they write, and so do the processes that they start."""
        return self._ray.folder

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process needs to join."""
        return {**self._ray.environment, "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1"}  # Ray's word for several machines

    async def start(self) -> None:
        """Start them all."""
        first, *others = self._machines
        (self.folder / "control").mkdir()
        await self._start(first, "--head", f"--port={PORT}", "--include-dashboard=false", "--no-monitor")
        for machine in others:
            await self._join(machine)

    @contextlib.asynccontextmanager
    async def kept_running(self) -> AsyncIterator[None]:
        """Start a node again whose manager has ended, as what started it on its machine would, until the block ends.

        Ray ends a node that its control store has not heard of for long. The first machine's node is not watched over:
        with it the control store would begin anew.
        """
        keeping = asyncio.create_task(self._keep_running())
        try:
            yield
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping

    async def _keep_running(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for machine in self._machines[1:]:
                if not await asyncio.to_thread(self._has_node, machine):
                    # It may be cut off at the moment: then the next look finds it missing again.
                    with contextlib.suppress(AssertionError, TimeoutError):
                        await self._join(machine)

    def _has_node(self, machine: str) -> bool:
        with contextlib.suppress(LookupError, psutil.NoSuchProcess):
            self._find(NODE_MANAGER, machine)
            return True
        return False

    async def _join(self, machine: str) -> None:
        await self._start(machine, f"--address={self.address}")

    async def _start(self, machine: str, *how: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *(*self._network.inside(machine), sys.executable, "-m", "ray.scripts.scripts", "start", *how),
            *(f"--temp-dir={self.folder}", f"--object-store-memory={OBJECT_STORE_BYTES}", "--num-cpus=1"),
            *(f"--node-ip-address={self._network.addresses[machine]}", "--include-log-monitor=false"),
            *("--disable-usage-stats", "--min-worker-port=0", "--max-worker-port=0"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={
                **{name: value for name, value in os.environ.items() if name in _KEPT},
                **self.environment,
                "RAY_worker_niceness": "0",
                "RAY_gcs_storage": "rocksdb",
                "RAY_gcs_storage_path": str(self.folder / "control"),
            },
            start_new_session=True,
        )
        async with asyncio.timeout(NODES_SECONDS_MAX):
            said, _ = await process.communicate()
        assert process.returncode == 0, said.decode(errors="replace")

    def pid(self, program: str, machine: str) -> int:
        """The process of one of Ray's programs on a machine."""
        return self._find(program, machine).pid

    def _find(self, program: str, machine: str) -> psutil.Process:
        address = self._network.addresses[machine]
        for process in self._ray.processes():
            if process.name() == program and any(part.endswith(f"={address}") for part in process.cmdline()):
                return process
        raise LookupError(f"no {program} runs on {machine}")

    def kill_control_store(self) -> None:
        """Kill the control store, and start it again as it was."""
        first = self._machines[0]
        store = self._find(CONTROL_STORE, first)
        command, environment = store.cmdline(), store.environ()
        store.kill()
        psutil.wait_procs([store])
        self._again.append(
            subprocess.Popen(
                (*self._network.inside(first), shutil.which(command[0]) or command[0], *command[1:]),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )

    async def kill_node(self, machine: str) -> None:
        """Kill a node's manager, with which all that the node runs ends, and wait until there is another."""
        manager = self._find(NODE_MANAGER, machine)
        manager.kill()
        await asyncio.to_thread(psutil.wait_procs, [manager])
        await until(lambda: self._has_node(machine), NODES_SECONDS_MAX)

    async def stop(self) -> None:
        """End all of it."""
        await self._ray.stop()
        for process in self._again:
            await asyncio.to_thread(process.wait)
