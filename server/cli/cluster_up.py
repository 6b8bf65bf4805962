"""Starts a supervisor that stays when the command has ended."""

import json
import os
import subprocess
import sys
from typing import Any

from server.bootstrap import CannotStart
from server.cluster.supervise import job_of
from server.cluster.supervisor import Plan
from server.cluster.whereabouts import FOLDER, LOG
from server.config import Config

__all__ = ["start_in_background"]


def start_in_background(config: Config, plan: Plan) -> tuple[dict[str, Any], int]:
    """Start one, and wait until the cluster is up. Returns its status and the supervisor's pid.

    Raises `CannotStart`; then nothing is left of it. Interrupting this interrupts the start.
    """
    folder = config.data_dir / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise CannotStart(f"cannot write to {folder}: {error.strerror}") from error
    child = subprocess.Popen(
        (sys.executable, "-m", "server.cluster.supervise"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
    )
    os.close(log)
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("no pipes to the supervisor")
    try:
        child.stdin.write(job_of(config, plan))
        child.stdin.close()
        line = child.stdout.readline()
    except BaseException:
        child.terminate()
        child.wait()
        raise
    child.stdout.close()
    said: dict[str, Any] = json.loads(line) if line else {"error": f"the supervisor ended; see {folder / LOG}"}
    if "error" in said:
        child.wait()
        raise CannotStart(said["error"])
    child.returncode = 0  # it is meant to outlive this process
    return said["ready"], child.pid
