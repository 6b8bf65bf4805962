"""A real server in a process of its own: started, stopped, killed and started again on one data dir."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import psutil

from server.cluster.ports import free_port

ROOT: Final = Path(__file__).resolve().parents[2]
COMMAND: Final = (sys.executable, "-c", "from server.cli.entry import main; main()")
READY_SECONDS_MAX: Final = 180.0
END_SECONDS_MAX: Final = 180.0
WAIT_SECONDS_MAX: Final = 180.0
POLL_SECONDS: Final = 0.02
LOG_LINE_BYTES_MAX: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code (negative: a signal), what it printed, and how long that took."""

    code: int
    stdout: str
    stderr: str
    seconds: float


class NotReady(Exception):
    """The server ended instead of becoming ready."""

    def __init__(self, ended: Ended) -> None:
        self.ended = ended
        super().__init__(f"ended with code {ended.code} after {ended.seconds:.1f} s:\n{ended.stdout}{ended.stderr}")


def environment(**more: str) -> dict[str, str]:
    """Our own environment without any configuration in it, and `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CROUPIER_")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


async def croupier(
    *arguments: str | Path,
    prefix: tuple[str, ...] = (),
    cwd: Path | None = None,
    seconds: float = WAIT_SECONDS_MAX,
    **variables: str,
) -> Ended:
    """Run a command of `croupier` to its end, at most `seconds`."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *prefix,
        *COMMAND,
        *map(str, arguments),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        cwd=cwd or "/",
        env=environment(**variables),
    )
    try:
        stdout, stderr = await asyncio.wait_for(process.communicate(), seconds)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Ended(process.returncode or 0, stdout.decode(), stderr.decode(), time.monotonic() - began)


class Server:
    """The server of one data dir, in one process after another. `settings` are keys of the configuration.

    `prefix` is put before its command line. What it logs is kept in `log`, of all its processes.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        settings: Mapping[str, object] | None = None,
        variables: Mapping[str, str] | None = None,
        prefix: tuple[str, ...] = (),
        port: int | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.settings = dict(settings or {})
        self.variables = dict(variables or {})
        self.prefix = prefix
        self.port = free_port() if port is None else port
        self.ready: dict[str, Any] = {}
        self.log: list[dict[str, Any]] = []
        self._logged = asyncio.Condition()
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.running:
            await self.stop()

    # --- its life ---

    @property
    def running(self) -> bool:
        """Whether there is a process that has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Of the process, which a prefix must have become."""
        return self._started().pid

    @property
    def ws(self) -> str:
        """The WebSocket address."""
        url: str = self.ready["ws"]
        return url

    @property
    def http(self) -> str:
        """The HTTP address."""
        url: str = self.ready["http"]
        return url

    async def launch(self) -> None:
        """Start a process, without waiting until it is ready."""
        flags = [f"--set={key}={_typed(value)}" for key, value in self.settings.items()]
        self._process = await asyncio.create_subprocess_exec(
            *self.prefix,
            *COMMAND,
            *("serve", "--data-dir", str(self.data_dir), "--port", str(self.port), *flags),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            cwd="/",
            env=environment(**self.variables),
            limit=LOG_LINE_BYTES_MAX,
        )
        self._reading = asyncio.create_task(self._read_log(self._process))

    async def start(self) -> None:
        """Start a process and wait for its line. The port stays the same from then on. Raises `NotReady`."""
        began = time.monotonic()
        await self.launch()
        process = self._started()
        try:
            line = await asyncio.wait_for(_output(process).readline(), READY_SECONDS_MAX)
        except BaseException:
            await self.kill()
            raise
        if not line:
            raise NotReady(await self._ended(began))
        self.ready = json.loads(line)
        self.port = int(self.http.rpartition(":")[2])

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> Ended:
        """Ask it to end, and wait until it has."""
        began = time.monotonic()
        os.kill(self.pid, number)
        return await self._ended(began)

    async def ended(self) -> Ended:
        """Wait for it to end by itself."""
        return await self._ended(time.monotonic())

    async def kill(self) -> None:
        """Kill it with SIGKILL, and wait until it is dead. Its engines end by themselves, a little later."""
        process = self._started()
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await self._ended(began)

    async def _ended(self, began: float) -> Ended:
        process = self._started()
        try:
            stdout = await asyncio.wait_for(_output(process).read(), END_SECONDS_MAX)
            await asyncio.wait_for(process.wait(), END_SECONDS_MAX)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        seconds = time.monotonic() - began
        if self._reading is not None:
            await asyncio.wait_for(self._reading, END_SECONDS_MAX)
        stderr = "".join(entry.get("line", "") for entry in self.log)
        return Ended(process.returncode or 0, stdout.decode(), stderr, seconds)

    def _started(self) -> Process:
        if self._process is None:
            raise RuntimeError("the server was never started")
        return self._process

    # --- what it logs ---

    async def stop_listening(self) -> None:
        """Close our end of what it logs to: from now on it cannot write a line."""
        transport = self._started()._transport.get_pipe_transport(2)  # type: ignore[attr-defined]
        transport.close()
        if self._reading is not None:
            await asyncio.wait_for(self._reading, END_SECONDS_MAX)

    async def _read_log(self, process: Process) -> None:
        if process.stderr is None:
            raise RuntimeError("no pipe")
        async for line in process.stderr:
            text = line.decode()
            try:
                entry = json.loads(text)
            except ValueError:
                entry = {"line": text}
            async with self._logged:
                self.log.append(entry)
                self._logged.notify_all()

    def logged(self, event: str, since: int = 0) -> list[dict[str, Any]]:
        """The entries of this event, from the `since`-th entry of the log on."""
        return [entry for entry in self.log[since:] if entry.get("event") == event]

    async def logs(self, event: str, *, count: int = 1, since: int = 0) -> dict[str, Any]:
        """Wait until an event is logged, for the `count`-th time since; return that entry."""
        async with asyncio.timeout(WAIT_SECONDS_MAX), self._logged:
            await self._logged.wait_for(lambda: len(self.logged(event, since)) >= count)
        return self.logged(event, since)[count - 1]

    def complaints(self) -> list[dict[str, Any]]:
        """Everything that says that something is wrong, and whatever is no log entry at all."""
        return [entry for entry in self.log if entry.get("level") not in ("debug", "info")]

    # --- its surroundings ---

    @property
    def owner(self) -> dict[str, Any]:
        """What the server has written down for others: where its engines are."""
        found: dict[str, Any] = json.loads((self.data_dir / "lock").read_bytes())
        return found

    @property
    def database_url(self) -> str:
        """Where its embedded database is."""
        url: str = self.owner["database_url"]
        return url

    @property
    def redis_url(self) -> str:
        """Where its embedded Valkey is."""
        url: str = self.owner["redis_url"]
        return url

    def engine_pid(self, name: str) -> int:
        """The main process of `postgres` or `valkey-server`, which is a child of the server."""
        for child in psutil.Process(self.pid).children():
            if child.name() == name:
                return child.pid
        raise LookupError(f"the server runs no {name}")

    async def audit(self) -> dict[str, Any]:
        """What `croupier audit` says; the test fails unless every invariant holds."""
        ended = await croupier("audit", "--data-dir", self.data_dir, "--json", prefix=self.prefix)
        assert ended.code == 0, ended.stdout + ended.stderr
        report: dict[str, Any] = json.loads(ended.stdout)
        assert report["ok"] is True
        return report


def _typed(value: object) -> str:
    """A value as a flag takes it."""
    return value if isinstance(value, str) else json.dumps(value)


def _output(process: Process) -> asyncio.StreamReader:
    if process.stdout is None:
        raise RuntimeError("no pipe")
    return process.stdout


@asynccontextmanager
async def serving(data_dir: Path, **more: Any) -> AsyncIterator[Server]:
    """A running server; at the end it is stopped, and nothing of it may be left."""
    server = Server(data_dir, **more)
    try:
        await server.start()
        yield server
        if server.running:
            ended = await server.stop()
            assert ended.code == 0, server.log
    finally:
        if server.running:
            await server.kill()
        await no_leftovers(data_dir)


async def until(condition: Callable[[], object], seconds: float = WAIT_SECONDS_MAX) -> None:
    """Wait for what nothing tells of: other processes, files, rows."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)


def processes_in(folder: Path) -> list[psutil.Process]:
    """Live processes that work in a folder or below it, as engines do."""
    found = []
    wanted = folder.resolve()
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(wanted) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def users_of(processes: Iterable[psutil.Process]) -> set[str]:
    """Whose processes they are; those of PostgreSQL come and go."""
    users = set()
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            users.add(process.username())
    return users


async def no_leftovers(data_dir: Path) -> None:
    """See that no process works in the data dir any more; what is left of a killed server ends by itself."""
    try:
        await until(lambda: not processes_in(data_dir), END_SECONDS_MAX)
    except TimeoutError:
        raise AssertionError(f"still running: {processes_in(data_dir)}") from None


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """A folder with a short path that everybody may enter: pytest's own may be too long for a socket, or closed."""
    folder = Path(tempfile.mkdtemp(prefix="croupier-tests-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
