"""A child process that speaks lines of JSON, and is always ended."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from server.config.settings import ENVIRONMENT_PREFIX

STOP_SECONDS_MAX: Final = 20.0
LOG_CHARACTERS_MAX: Final = 2_000
CROUPIER: Final = ("-c", "from server.cli.entry import main; main()")
"""The command `croupier`, in the Python of this process wherever it is installed."""


class DidNotWork(Exception):
    """A part of the benchmark ended, was silent for too long, or gave what cannot be."""


class Child:
    """A Python process in `folder`; what it writes to stderr is kept there, and shown when it fails."""

    def __init__(
        self, name: str, arguments: Sequence[str], folder: Path, *, stop_seconds_max: float = STOP_SECONDS_MAX
    ) -> None:
        self.name = name
        self._stop_seconds_max = stop_seconds_max
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / f"{name}.log"
        # Nothing of the caller's own configuration may change what is measured: neither its folder nor its environment.
        environment = {key: value for key, value in os.environ.items() if not key.startswith(ENVIRONMENT_PREFIX)}
        # Without a buffer Python takes a pipe that is full for one that has taken everything, and a long line is cut.
        environment.pop("PYTHONUNBUFFERED", None)
        self.heard_after_seconds = 0.0
        """From its start to the line that was heard last."""
        self._started_at = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._lines: queue.SimpleQueue[tuple[str | None, float]] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def tell(self, message: dict[str, Any]) -> None:
        """Send a line to its stdin."""
        if self._process.stdin is None:
            raise DidNotWork(f"{self.name} takes no input")
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise DidNotWork(f"{self.name} has ended: {self._last_words()}") from error

    def hear(self, seconds_max: float) -> dict[str, Any]:
        """Return its next line. Raises `DidNotWork` when none comes in time."""
        try:
            line, at = self._lines.get(timeout=seconds_max)
        except queue.Empty:
            raise DidNotWork(f"{self.name} said nothing for {seconds_max:g} s: {self._last_words()}") from None
        if line is None:
            raise DidNotWork(f"{self.name} ended with {self._process.wait()}: {self._last_words()}")
        self.heard_after_seconds = at - self._started_at
        try:
            message: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise DidNotWork(f"{self.name} said {line[:LOG_CHARACTERS_MAX]!r}") from error
        return message

    def interrupt(self) -> None:
        """Do what Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end, and see that it does. Safe to call twice."""
        try:
            if self._process.poll() is None:
                self._process.terminate()
                self._process.wait(self._stop_seconds_max)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            self._reader.join()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None and not pipe.closed:
                    _close(pipe)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _read(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                # Half a line is the last of a process that was killed: that it has ended is what is to be told.
                if line.endswith("\n"):
                    self._lines.put((line, time.monotonic()))
        self._lines.put((None, time.monotonic()))

    def _last_words(self) -> str:
        text = self._log.read_text(encoding="utf-8", errors="replace")
        return text[-LOG_CHARACTERS_MAX:].strip() or "it wrote nothing"


def _close(pipe: Any) -> None:
    """Close a pipe whose other end may be gone with something unsent."""
    try:
        pipe.close()
    except BrokenPipeError:
        return


def ask(name: str, arguments: Sequence[str], folder: Path, seconds_max: float) -> dict[str, Any]:
    """Run a process to its one line of JSON."""
    with Child(name, arguments, folder) as child:
        return child.hear(seconds_max)
