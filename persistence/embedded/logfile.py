"""An engine's log file with a limit: appended to by the engine, kept small by us."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from persistence.embedded.errors import FolderNotUsable

__all__ = ["LOG_BYTES_MAX", "LogFile"]

LOG_BYTES_MAX = 16 * 1024 * 1024
"""Size at which a log is moved to `NAME.1`, replacing the one before: at most twice this is kept."""

TAIL_BYTES_MAX = 4096


class LogFile:
    """One engine's log.

    The engine writes to it directly, so a log outlives the server, and a stalled server never blocks an engine that
    wants to log. That is why it is limited by copying and truncating: the engine's own descriptor stays valid.
    """

    def __init__(self, path: Path, bytes_max: int = LOG_BYTES_MAX) -> None:
        self.path = path
        self._bytes_max = bytes_max

    def open(self) -> BinaryIO:
        """Open for appending, which truncation under a writer requires; for its owner only. Raises FolderNotUsable."""
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderNotUsable(self.path, error.strerror or str(error)) from error
        return os.fdopen(descriptor, "ab", buffering=0)

    def trim(self) -> None:
        """Move the contents to `NAME.1` when the limit is passed. Lines written meanwhile may be lost."""
        try:
            if self.path.stat().st_size <= self._bytes_max:
                return
            shutil.copyfile(self.path, self.path.with_name(self.path.name + ".1"))
            os.truncate(self.path, 0)
        except FileNotFoundError:
            return  # nothing was logged, or somebody tidied up

    def position(self) -> int:
        """Return where the next line will be written, in bytes."""
        return self.path.stat().st_size if self.path.exists() else 0

    def tail(self, since: int = 0) -> str:
        """Return the end of what was written after position `since`, at most 4 KiB."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(since if since <= size else 0, size - TAIL_BYTES_MAX))
            return file.read(TAIL_BYTES_MAX).decode("utf-8", "replace").strip()
