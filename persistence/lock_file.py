"""The lock on a file that says that its writer runs: the kernel frees it however that process ends."""

import fcntl
import os
import time
from pathlib import Path
from typing import Final

LOCK_TRIES_MAX: Final = 5
LOCK_TRY_SECONDS: Final = 0.02


def locked(descriptor: int) -> bool:
    """Lock an open file for this process, if nobody else has; say whether it is locked now."""
    # A few tries: somebody who looks whether it is held holds a shared lock for an instant.
    for _ in range(LOCK_TRIES_MAX):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_TRY_SECONDS)
        else:
            return True
    return False


def is_held(path: Path) -> bool:
    """Whether somebody has locked the file; nobody has one that is not there. Raises `OSError` when we may not look."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
