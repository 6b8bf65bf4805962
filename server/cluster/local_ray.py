"""A Ray of our own on this machine: started, watched and stopped as processes, without importing Ray.

It listens on the loopback interface only, with token authentication, without a dashboard. Its control store keeps its
tables on disk, so that one which is killed is started again under the processes that it knows.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from server.cluster.ports import free_port

START_SECONDS_MAX: Final = 90.0
STOP_SECONDS_MAX: Final = 2.0
"""Ray's processes have nothing to finish: what they run has been stopped in order before, or is gone."""
KILL_SECONDS_MAX: Final = 5.0
OBJECT_STORE_BYTES: Final = 80 * 1024 * 1024
"""Ray takes no less; what we send is small and does not go through it."""
OUTAGE_SECONDS_MAX: Final = 30 * 86_400
"""How long Ray's processes wait for a control store that is gone, before they end themselves: play needs none."""
TOKEN_BYTES: Final = 32
CONTROL_STORE: Final = "gcs_server"
NODE_MANAGER: Final = "raylet"
_PREFIX: Final = "croupier-ray-"
_SHORT_PARENT: Final = Path("/tmp")  # noqa: S108 - Ray's sockets need a short path, and mkdtemp makes a folder of our own
_ADDRESS_FILE: Final = "ray_current_cluster"


class RayNotStarted(Exception):
    """Ray does not start here; the message has what it said last."""


def ray_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What a process needs in its environment to join a Ray: authentication, unless it is said otherwise, and quiet."""
    return {
        "RAY_AUTH_MODE": environ.get("RAY_AUTH_MODE", "token"),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": environ.get("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "1"),
        "RAY_gcs_rpc_server_reconnect_timeout_s": str(OUTAGE_SECONDS_MAX),
        "RAY_NUM_REDIS_GET_RETRIES": "3",  # how often the control store is asked to let us in
    }


@dataclass(frozen=True, slots=True)
class _Program:
    """How a process was started, so that it can be started again."""

    command: tuple[str, ...]
    environment: Mapping[str, str]


class LocalRay:
    """One head node. `folder` holds all that it writes, and is short-lived; `environment` is for whoever joins it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = ""
        self._control_store: _Program | None = None
        self._restarted: list[subprocess.Popen[bytes]] = []

    @classmethod
    def made(cls) -> "LocalRay":
        """A Ray with a folder of its own, not started yet."""
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_SHORT_PARENT))
        (folder / "token").touch(mode=0o600)
        (folder / "token").write_text(secrets.token_hex(TOKEN_BYTES), encoding="ascii")
        return cls(folder)

    @classmethod
    def found(cls, folder: Path) -> "LocalRay | None":
        """The Ray of a folder, if it runs; whoever has started it is gone."""
        ray = cls(folder)
        try:
            ray.find(NODE_MANAGER)
            ray._adopt()
        except (LookupError, OSError, psutil.Error):
            return None
        return ray

    def _adopt(self) -> None:
        """Know how it is reached, and how its control store was started."""
        self.address = (self.folder / _ADDRESS_FILE).read_text(encoding="utf-8").strip()
        store = self.find(CONTROL_STORE)
        self._control_store = _Program(tuple(store.cmdline()), store.environ())

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to join."""
        ours = ray_environment({"RAY_AUTH_MODE": "token", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"})
        return {**ours, "RAY_AUTH_TOKEN_PATH": str(self.folder / "token")}

    async def start(self) -> None:
        """Start the head node; when it fails, leave nothing running. Raises `RayNotStarted`."""
        control = self.folder / "control"
        control.mkdir(exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ray.scripts.scripts", "start", "--head", f"--port={free_port()}"),
            *(f"--temp-dir={self.folder}", f"--object-store-memory={OBJECT_STORE_BYTES}"),
            *("--node-ip-address=127.0.0.1", "--include-dashboard=false", "--include-log-monitor=false"),
            *("--no-monitor", "--disable-usage-stats", "--num-cpus=1", "--min-worker-port=0", "--max-worker-port=0"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                **self.environment,
                # Ray would have its workers give way to every other program of the machine.
                "RAY_worker_niceness": "0",
                "RAY_gcs_storage": "rocksdb",
                "RAY_gcs_storage_path": str(control),
            },
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(START_SECONDS_MAX):
                said, _ = await process.communicate()
            if process.returncode != 0:
                raise RayNotStarted(_last_lines(said))
            self._adopt()
        except BaseException as error:
            if process.returncode is None:
                process.kill()
                await process.wait()
            await self.stop()
            if isinstance(error, TimeoutError):
                raise RayNotStarted(f"it did not start within {START_SECONDS_MAX:.0f} s") from error
            if isinstance(error, OSError | LookupError | psutil.Error):
                raise RayNotStarted(f"it ended at once: {error}") from error
            raise

    def find(self, program: str) -> psutil.Process:
        """The running process of one of Ray's programs. Raises `LookupError`."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.name() == program and self._is_ours(process):
                    return process
        raise LookupError(f"no {program} runs in {self.folder}")

    async def ended(self) -> str:
        """Wait until the control store or the node's manager has ended, and say which."""
        programs = {program: self._pid(program) for program in (NODE_MANAGER, CONTROL_STORE)}
        for program, pid in programs.items():
            if pid is None:
                return program
        waits = {asyncio.create_task(_process_end(pid)): program for program, pid in programs.items() if pid}
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return waits[next(iter(done))]

    def _pid(self, program: str) -> int | None:
        try:
            return self.find(program).pid
        except LookupError:
            return None

    def restart_control_store(self) -> None:
        """Start the control store again as it was: it reads its tables, and the others find it again."""
        if self._control_store is None:
            raise RuntimeError("this Ray was never started")
        with (self.folder / "control-store.log").open("ab") as log:
            self._restarted.append(
                subprocess.Popen(
                    self._control_store.command,
                    env=dict(self._control_store.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    async def stop(self) -> None:
        """End every process of this Ray, those too that are stopped or do not listen, and remove its folder."""
        ending = self.processes()
        for process in ending:
            _signal(process, signal.SIGTERM)
        _, stubborn = await asyncio.to_thread(psutil.wait_procs, ending, STOP_SECONDS_MAX)
        stubborn += [process for process in self.processes() if process not in stubborn]
        for process in stubborn:
            _signal(process, signal.SIGKILL)
        await asyncio.to_thread(psutil.wait_procs, stubborn, KILL_SECONDS_MAX)
        for child in self._restarted:
            child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self) -> list[psutil.Process]:
        """Every process of this Ray."""
        found: dict[int, psutil.Process] = {}
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE and self._is_ours(process):
                    found[process.pid] = process
                    found |= {child.pid: child for child in process.children(recursive=True)}
        found.pop(os.getpid(), None)
        return list(found.values())

    def _is_ours(self, process: psutil.Process) -> bool:
        """Ray's programs name its folder in their command lines; its workers write their logs there."""
        folder = str(self.folder)
        if any(folder in part for part in process.cmdline()):
            return True
        return process.name().startswith("ray::") and any(file.path.startswith(folder) for file in process.open_files())


async def _process_end(pid: int) -> None:
    """Wait for the end of a process that need not be our child."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_reader(descriptor, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)


def _last_lines(said: bytes) -> str:
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    return " | ".join(lines[-3:]) or "it said nothing"
