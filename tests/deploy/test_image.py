"""The image is made of what is in the repository and of pinned packages, and its scripts do what they say."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, cast

import psutil
import pytest

from server.cluster import client
from tests.support.manifests import DEPLOY, ROOT, pods, text

IMAGE = DEPLOY / "image"
DOCKERFILE = text(IMAGE / "Dockerfile")
SECONDS_MAX = 120


def test_it_copies_what_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = [source for words in copied for source in words.split()]

    assert {"requirements.txt", "pyproject.toml", "protocol", "persistence", "actors", "server", "clients"} <= set(
        sources
    )
    for source in sources:
        assert list(ROOT.glob(source)), source


def test_it_installs_pinned_packages_from_nowhere_in_particular() -> None:
    installs = re.findall(r"pip install ([^\n&]+)", DOCKERFILE)

    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)
    assert re.findall(r"\w+://|index|find-links|trusted", DOCKERFILE) == []


def test_it_runs_as_the_account_of_the_pods() -> None:
    (account,) = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)

    assert account[0] in re.findall(r"--uid (\d+)", DOCKERFILE)
    assert {one.spec["securityContext"]["runAsUser"] for one in pods()} == {int(account[0])}


def test_the_scripts_that_pods_run_are_in_it() -> None:
    scripts = {path.name for path in IMAGE.glob("*.sh")}
    run = {container["command"][0] for one in pods() for container in one.containers}
    hooks = {
        container["lifecycle"]["preStop"]["exec"]["command"][0]
        for one in pods()
        for container in one.containers
        if "lifecycle" in container
    }

    assert run | hooks <= scripts | {"croupier"}
    for script in IMAGE.glob("*.sh"):
        subprocess.run(["bash", "-n", script], check=True)


Program = Callable[[str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "programs"
    made.mkdir()
    return made


@pytest.fixture
def program(folder: Path) -> Program:
    def write(name: str, body: str) -> None:
        """Put a program in the path: it says its arguments, does what `body` says, and says when it is told to stop."""
        path = folder / name
        said = f"trap 'echo told to stop; exit 0' TERM\necho {name} \"$@\""
        path.write_text(f"#!/usr/bin/env bash\n{said}\n{body}\n", encoding="utf-8")
        path.chmod(0o755)

    return write


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    with ExitStack() as running:

        def start_(script: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
            """Run a script of the image with these programs before all others; whatever is left of it is ended."""
            path = f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"
            process = running.enter_context(
                subprocess.Popen(
                    ["bash", IMAGE / script, *arguments],
                    env={"PATH": path, **variables},
                    text=True,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
            )
            running.callback(end_group, process.pid)
            return process

        yield start_


def end_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


WAITS = "while :; do read -t 1 <> <(:) || true; done"
HEALTHY = """
case "$1" in
    health-check) [ -e "$0.started" ]; exit;;
    start) touch "$0.started";;
esac
"""
HEAD = {"KUBERAY_GEN_RAY_START_CMD": "ray start --head --block --resources='{\"a b\": 1}'"}


def read_until(process: subprocess.Popen[str], word: str) -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or word not in lines[-1]:
        line = process.stdout.readline()
        assert line, lines
        lines.append(line.strip())
    return lines


def test_the_head_starts_ray_as_it_was_told_and_the_supervisor_when_ray_is_ready(
    start: Start, program: Program
) -> None:
    program("ray", HEALTHY + WAITS)
    program("croupier", WAITS)

    head = start("head.sh", "--hosts", "3", **HEAD)
    lines = read_until(head, "croupier")
    head.send_signal(signal.SIGTERM)

    assert 'ray start --head --block --resources={"a b": 1}' in lines
    assert lines[-1] == "croupier cluster up --foreground --address auto --hosts 3"
    assert head.wait(SECONDS_MAX) == 0


def test_the_cluster_is_not_stopped_when_the_head_is(start: Start, program: Program) -> None:
    program("ray", HEALTHY + WAITS)
    program("croupier", "echo $$; " + WAITS)

    head = start("head.sh", **HEAD)
    read_until(head, "croupier")
    (supervisor,) = map(psutil.Process, map(int, read_until(head, "")))
    head.send_signal(signal.SIGTERM)
    out, _ = head.communicate(timeout=SECONDS_MAX)

    assert out.count("told to stop") == 1, "only Ray is told"
    assert psutil.wait_procs([supervisor], timeout=SECONDS_MAX) == ([supervisor], [])


def test_the_head_ends_with_an_error_when_ray_ends(start: Start, tmp_path: Path, program: Program) -> None:
    os.mkfifo(tmp_path / "both run")
    program("ray", HEALTHY + f"read -r _ < '{tmp_path / 'both run'}'; exit 0")
    program("croupier", f"echo > '{tmp_path / 'both run'}'; {WAITS}")

    head = start("head.sh", **HEAD)
    _, error = head.communicate(timeout=SECONDS_MAX)

    assert head.returncode == 1
    assert "the head of Ray ended" in error


def test_the_supervisor_is_started_again_until_the_cluster_was_stopped(start: Start, program: Program) -> None:
    program("ray", HEALTHY + WAITS)
    program("sleep", "")
    program("croupier", '[ -e "$0.once" ] && exit 0; touch "$0.once"; exit 2')

    head = start("head.sh", **HEAD)
    assert head.stderr is not None
    said = [head.stderr.readline(), head.stderr.readline()]
    head.send_signal(signal.SIGTERM)

    assert "ended with code 2" in said[0]
    assert "the cluster was stopped; Ray goes on" in said[1]
    assert head.wait(SECONDS_MAX) == 0


def test_the_head_does_not_wait_for_a_ray_that_ended(start: Start, program: Program) -> None:
    program("ray", "exit 1")
    program("croupier", "exit 0")

    head = start("head.sh", **HEAD)
    out, error = head.communicate(timeout=SECONDS_MAX)

    assert head.returncode == 1
    assert "before it was ready" in error
    assert "croupier" not in out


def test_a_worker_is_what_ray_was_told_to_start(start: Start, program: Program) -> None:
    program("ray", "exit 7")
    program("croupier", "exit 0")

    worker = start("worker.sh", KUBERAY_GEN_RAY_START_CMD="ray start --address=head:6379 --block")
    out, _ = worker.communicate(timeout=SECONDS_MAX)

    assert out == "ray start --address=head:6379 --block\n"
    assert worker.returncode == 7


def drain(start: Start, folder: Path, answers: str, **variables: str) -> tuple[list[str], str]:
    """Run the hook at 10.0.0.1, where `answers` is what happens when a node is to be drained."""
    (folder / "croupier").write_text(f'#!/usr/bin/env bash\necho "$@" >> "$0.told"\n{answers}\n', encoding="utf-8")
    (folder / "croupier").chmod(0o755)
    hook = start("drain.sh", POD_IP="10.0.0.1", **variables)
    _, error = hook.communicate(timeout=SECONDS_MAX)
    assert hook.returncode == 0, "Kubernetes would call it a failure, and stop the pod all the same"
    return (folder / "croupier.told").read_text(encoding="utf-8").splitlines(), error


def test_a_pod_drains_the_node_that_it_is(folder: Path, start: Start) -> None:
    told, error = drain(start, folder, "exit 0")

    assert told == ["cluster drain --address auto 10.0.0.1"]
    assert error == ""


async def test_it_waits_for_another_work_that_is_under_way(folder: Path, start: Start, program: Program) -> None:
    program("sleep", "")
    refusal = await refused_while_another_work_is_under_way()

    told, error = drain(start, folder, f'[ -e "$0.once" ] && exit 0; touch "$0.once"; echo "error: {refusal}"; exit 2')

    assert len(told) == 2
    assert refusal in error


@pytest.mark.parametrize("trouble", [client.LOST, client.ASK_AGAIN])
def test_it_waits_for_another_directory(folder: Path, start: Start, program: Program, trouble: str) -> None:
    program("sleep", "")

    told, _ = drain(start, folder, f'[ -e "$0.once" ] && exit 0; touch "$0.once"; echo "error: {trouble}"; exit 2')

    assert len(told) == 2


def test_it_ends_at_once_when_there_is_nowhere_to_go(folder: Path, start: Start) -> None:
    told, error = drain(
        start, folder, 'echo "error: every host is on 10.0.0.1 (host-1), and no other node has room"; exit 2'
    )

    assert len(told) == 1
    assert "every host is on" in error


def test_it_ends_in_time(folder: Path, start: Start) -> None:
    told, _ = drain(start, folder, "exec sleep 600", DRAIN_SECONDS_MAX="4")

    assert len(told) == 1


async def forever() -> None:
    await asyncio.Event().wait()


async def refused_while_another_work_is_under_way() -> str:
    """What a cluster says, in its own words."""
    from server.cluster.operations import NotNow, Operations

    operations = Operations(cast("Any", None), cast("Any", None), cast("Any", None), cast("Any", None))
    operations.begin("rebalance", forever())
    await asyncio.sleep(0)
    with pytest.raises(NotNow) as refused:
        operations.begin("drain host-1", forever())
    await operations.stop()
    return str(refused.value)
