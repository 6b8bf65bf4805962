"""Starts and kills processes that run engines, also as an ordinary user."""

import asyncio
import json
import os
import pwd
import shutil
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("engine_host.py")
READY_SECONDS_MAX = 180
END_SECONDS_MAX = 120
ORDINARY_USER = "nobody"


@dataclass(frozen=True, slots=True)
class HostProcess:
    """A running `engine_host.py` and the line it printed."""

    process: asyncio.subprocess.Process
    said: dict[str, Any]


@asynccontextmanager
async def host_process(data_dir: Path, *prefix: str) -> AsyncIterator[HostProcess]:
    """Yield a host of engines that has printed its line; at the end stop it, and wait for its engines."""
    process = await asyncio.create_subprocess_exec(
        *prefix,
        sys.executable,
        str(SCRIPT),
        str(data_dir),
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=PIPE,
        stderr=PIPE,
    )
    if process.stdout is None or process.stderr is None:
        raise RuntimeError("no pipes")
    said: dict[str, Any] = {}
    try:
        line = await asyncio.wait_for(process.stdout.readline(), READY_SECONDS_MAX)
        if not line:
            raise RuntimeError((await process.stderr.read()).decode())
        said.update(json.loads(line))
        yield HostProcess(process, said)
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.communicate(), END_SECONDS_MAX)
        await asyncio.to_thread(_wait_for_the_end, said.get("engine_pids", []))


def _wait_for_the_end(pids: list[int]) -> None:
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], END_SECONDS_MAX)
    if alive:
        raise RuntimeError(f"still running: {alive}")


def as_ordinary_user() -> tuple[str, ...]:
    """Return the command prefix that leaves root, empty when there is nothing to leave.

    The user may read everything (a capability that gives no right to write): the interpreter or the checkout can
    well lie in the home of root.
    """
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise RuntimeError("leaving root needs setpriv, of util-linux")
    user = pwd.getpwnam(ORDINARY_USER)
    read_all = ("--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search")
    return (setpriv, "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups", *read_all)


@contextmanager
def folder_of_ordinary_user() -> Iterator[Path]:
    """Yield a folder that the ordinary user owns, reachable for everybody."""
    folder = Path(tempfile.mkdtemp(prefix="croupier-tests-"))
    folder.chmod(0o755)
    try:
        if os.geteuid() == 0:
            user = pwd.getpwnam(ORDINARY_USER)
            os.chown(folder, user.pw_uid, user.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder)
