"""The shim becomes the engine, or nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from persistence.embedded import shim

RUN_SECONDS_MAX = 120


def run(parent: int, *command: str) -> subprocess.CompletedProcess[str]:
    arguments = [str(parent), str(int(signal.SIGKILL)), "-", "-", "-", *command]
    return subprocess.run(
        [sys.executable, "-I", "-S", str(Path(shim.__file__)), *arguments],
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS_MAX,
        check=False,
    )


def test_it_executes_the_command_with_files_closed_to_others() -> None:
    result = run(os.getpid(), "/bin/sh", "-c", "umask; echo $0 done", "sh")
    assert (result.returncode, result.stdout) == (0, "0077\nsh done\n")


def test_it_stays_the_same_process() -> None:
    with subprocess.Popen(
        [sys.executable, "-I", "-S", shim.__file__, str(os.getpid()), "9", "-", "-", "-", "/bin/cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        process.stdin.write(b"x")
        process.stdin.flush()
        assert process.stdout.read(1) == b"x"
        assert psutil.Process(process.pid).name() == "cat"
        process.stdin.close()


def test_it_starts_nothing_for_a_parent_that_is_gone() -> None:
    result = run(1, "/bin/sh", "-c", "echo started")
    assert (result.returncode, result.stdout) == (1, "")
    assert "the server ended" in result.stderr


def test_a_broken_pipe_ends_a_tool_as_it_would_anywhere() -> None:
    result = run(os.getpid(), "/bin/sh", "-c", "kill -PIPE $$; echo survived")
    assert (result.returncode, result.stdout) == (-signal.SIGPIPE, "")


def test_a_command_that_cannot_be_executed_is_an_error() -> None:
    result = run(os.getpid(), "/no/such/program")
    assert result.returncode == 1
    assert "No such file" in result.stderr
