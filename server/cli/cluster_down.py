"""Has the supervisor of this machine stop its cluster."""

import os
import select
import signal
from pathlib import Path
from typing import Final

from server.cli.errors import UserError
from server.cluster.local_ray import LocalRay
from server.cluster.whereabouts import clear, left_behind, supervisor_of

__all__ = ["remove_leftovers", "stop_supervisor"]

STOP_SECONDS_MAX: Final = 120.0


def stop_supervisor(data_dir: Path) -> bool:
    """Tell it, and wait for its end; say whether there was one. Raises `UserError` when it does not end."""
    try:
        there = supervisor_of(data_dir)
        if there is None:
            return False
        process = os.pidfd_open(there.pid)
    except OSError as error:
        raise UserError(f"cannot reach the supervisor of {data_dir}: {error.strerror}") from error
    try:
        signal.pidfd_send_signal(process, signal.SIGTERM)
        readable, _, _ = select.select([process], [], [], STOP_SECONDS_MAX)
    finally:
        os.close(process)
    if not readable:
        raise UserError(f"the supervisor (process {there.pid}) has not ended after {STOP_SECONDS_MAX:.0f} s")
    return True


async def remove_leftovers(data_dir: Path) -> None:
    """End the Ray of a supervisor that was killed."""
    there = left_behind(data_dir)
    if there is not None and there.folder is not None:
        await LocalRay(Path(there.folder)).stop()
    clear(data_dir)
