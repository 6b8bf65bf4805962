"""Ends engines that outlived the server which started them."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path

import psutil

__all__ = ["Steps", "end_leftovers", "leftovers"]

Steps = Sequence[tuple[signal.Signals, float]]
"""Signals to send in turn, each with the seconds to wait for the end before the next; the last should be SIGKILL."""

POLL_SECONDS = 0.01


def leftovers(name: str, folder: Path) -> list[psutil.Process]:
    """Return the live processes of that program name whose working folder is `folder`.

    An engine's working folder is its data folder. That tells ours from a stranger who was given the pid of a dead
    engine, which a pid in a file cannot. Look only while holding the data dir's lock: then no live server can own
    what is found.
    """
    found = []
    wanted = str(folder.resolve())
    for process in psutil.process_iter():
        try:
            if process.name() == name and process.cwd() == wanted and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # it ended meanwhile, or belongs to an account whose engines cannot be ours
    return found


async def end_leftovers(name: str, folder: Path, main_pid: int | None, steps: Steps) -> int:
    """End every leftover and return how many there were.

    The signals go to the main process while it lives, as it ends its own children in order, and otherwise to each of
    them.
    """
    found = leftovers(name, folder)
    if not found:
        return 0
    for number, seconds in steps:
        main = [process for process in found if process.pid == main_pid]
        for process in found if number is signal.SIGKILL or not main else main:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue
        if await _gone(name, folder, seconds):
            break
    return len(found)


async def _gone(name: str, folder: Path, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            while leftovers(name, folder):  # noqa: ASYNC110 - not our children: nothing else tells
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        return False
    return True
