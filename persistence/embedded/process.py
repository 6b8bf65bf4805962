"""A child process that is an engine, or one of its tools: spawned through the shim, watched until it ends."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from persistence.embedded import shim
from persistence.embedded.account import Account
from persistence.embedded.errors import EngineStartFailed
from persistence.embedded.leftovers import Steps
from persistence.embedded.logfile import LogFile

__all__ = ["Child", "Exit", "run_tool"]

LOG_CHECK_SECONDS = 30.0
READY_POLL_SECONDS = 0.01
KILL_SECONDS_MAX = 5.0
ENVIRONMENT_KEPT = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
"""Nothing else of ours may steer an engine: PGPORT, PGDATA, LC_ALL and the like would."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How an engine's process ended: asked to (`expected`) or not. A negative return code is the signal's number."""

    name: str
    pid: int
    returncode: int
    expected: bool
    log_tail: str


class Child:
    """One running engine process.

    It leads a session of its own, so that a Ctrl-C at the terminal reaches the server alone, which stops its engines
    in order. On Linux it gets the death signal when the thread that spawned it ends, however that happens: spawn
    from the main thread.
    """

    def __init__(self, name: str, process: Process, log: LogFile, log_start: int) -> None:
        self.name = name
        self.pid = process.pid
        self.exited: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
        self._process = process
        self._log = log
        self._log_start = log_start
        self._stopping = False
        self._watcher = asyncio.create_task(self._watch(), name=f"watch {name}")

    @classmethod
    async def spawn(
        cls,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        account: Account,
        log: LogFile,
        death_signal: signal.Signals,
    ) -> "Child":
        """Start `command` in `folder` as `account`, its output appended to the log."""
        log.trim()
        log_start = log.position()
        with log.open() as output:
            process = await asyncio.create_subprocess_exec(
                *_through_shim(command, account, death_signal),
                cwd=folder,
                env=_environment(),
                stdin=DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return cls(name, process, log, log_start)

    async def ready(self, is_ready: Callable[[], bool], seconds: float) -> None:
        """Wait until the predicate holds; raises EngineStartFailed with the log, the process then having ended."""
        try:
            async with asyncio.timeout(seconds):
                while not is_ready():
                    if self.exited.done():
                        raise EngineStartFailed(self.name, _ending(self.exited.result().returncode), self.log_tail())
                    await asyncio.sleep(READY_POLL_SECONDS)
        except TimeoutError:
            await self.stop(((signal.SIGKILL, KILL_SECONDS_MAX),))
            raise EngineStartFailed(self.name, f"not ready within {seconds:g} s", self.log_tail()) from None
        except asyncio.CancelledError:
            await self.stop(((signal.SIGKILL, KILL_SECONDS_MAX),))
            raise

    async def stop(self, steps: Steps) -> Exit:
        """End the process, sending each signal in turn until it has ended. The last step should be SIGKILL."""
        self._stopping = True
        for number, seconds in steps:
            if self.exited.done():
                break
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
            await asyncio.wait([self.exited], timeout=seconds)
        return await self.exited

    def log_tail(self) -> str:
        """Return the end of what this process has logged."""
        return self._log.tail(self._log_start)

    async def _watch(self) -> None:
        ended = asyncio.create_task(self._process.wait())
        while not ended.done():
            await asyncio.wait([ended], timeout=LOG_CHECK_SECONDS)
            self._log.trim()
        self.exited.set_result(Exit(self.name, self.pid, ended.result(), self._stopping, self.log_tail()))


async def run_tool(command: Sequence[str], *, folder: Path, account: Account, seconds: float, stdin: str = "") -> str:
    """Run a tool to its end in `folder` as `account` and return what it printed.

    Raises EngineStartFailed with its output when it fails or takes longer than `seconds`.
    """
    name = Path(command[0]).name
    process = await asyncio.create_subprocess_exec(
        *_through_shim(command, account, signal.SIGKILL),
        cwd=folder,
        env=_environment(),
        stdin=PIPE,
        stdout=PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            printed, _ = await process.communicate(stdin.encode())
    except TimeoutError:
        raise EngineStartFailed(name, f"not done within {seconds:g} s", "") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    output = printed.decode("utf-8", "replace").strip()
    if process.returncode != 0:
        raise EngineStartFailed(name, _ending(process.returncode), output)
    return output


def _through_shim(command: Sequence[str], account: Account, death_signal: signal.Signals) -> list[str]:
    identity = (
        [str(account.uid), str(account.gid), ",".join(map(str, account.groups))] if account.switch else ["-", "-", "-"]
    )
    interpreter = [sys.executable, "-I", "-S", str(Path(shim.__file__).resolve())]
    return [*interpreter, str(os.getpid()), str(int(death_signal)), *identity, *command]


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ENVIRONMENT_KEPT if name in os.environ}
    return {"PATH": os.defpath, **kept, "LC_ALL": "C", "TZ": "UTC"}


def _ending(returncode: int | None) -> str:
    if returncode is not None and returncode < 0:
        return f"killed by {signal.Signals(-returncode).name}"
    return f"ended with code {returncode}"
