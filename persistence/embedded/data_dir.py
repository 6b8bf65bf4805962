"""The folder that holds everything the embedded engines keep, and the lock that makes one server its owner."""

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from persistence.embedded.errors import DataDirInUse, EngineNotRunning, FolderNotUsable
from persistence.lock_file import is_held, locked

__all__ = ["SOCKET_PATH_BYTES_MAX", "DataDir", "Owner", "owner"]

SOCKET_PATH_BYTES_MAX = 103
"""Longest path of a Unix socket that every system takes: 107 bytes on Linux, 103 on macOS."""

LONGEST_SOCKET = "postgres/.s.PGSQL.5432"
LOCK = "lock"
ALIAS_PREFIX = "croupier-"
ALIAS_PARENT = Path("/tmp")  # noqa: S108 - short on every system, as TMPDIR is not, and mkdtemp makes a folder of our own


@dataclass(frozen=True, slots=True)
class Owner:
    """What the owner of a data dir tells others. An empty URL: that engine does not run."""

    pid: int
    short_path: str
    database_url: str = ""
    redis_url: str = ""


class DataDir:
    """A data dir that this process holds, from `acquire` to `release`."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self._lock: int | None = None
        self._alias: Path | None = None

    @property
    def short_path(self) -> Path:
        """The data dir under a path short enough for the sockets in it."""
        if self._lock is None:
            raise EngineNotRunning("the data dir's owner")
        return self._alias / "d" if self._alias is not None else self.path

    def acquire(self) -> None:
        """Make the folder where needed and take its lock, which the kernel frees however this process ends.

        Raises DataDirInUse at once when somebody holds it, FolderNotUsable when the folder cannot be made or written.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderNotUsable(Path(error.filename or self.path), error.strerror or str(error)) from error
        if not locked(descriptor):
            os.close(descriptor)
            record = _read(self.path)
            raise DataDirInUse(self.path, record.pid if record else None)
        self._lock = descriptor
        before = _read(self.path)
        if before is not None:
            _remove_alias(Path(before.short_path))
        if len(os.fsencode(self.path / LONGEST_SOCKET)) > SOCKET_PATH_BYTES_MAX:
            self._alias = Path(tempfile.mkdtemp(prefix=ALIAS_PREFIX, dir=ALIAS_PARENT))
            (self._alias / "d").symlink_to(self.path)
        self.publish()

    def publish(self, database_url: str = "", redis_url: str = "") -> None:
        """Write down for others who owns the folder and where its engines are."""
        if self._lock is None:
            raise EngineNotRunning("the data dir's owner")
        record = Owner(os.getpid(), str(self.short_path), database_url, redis_url)
        text = json.dumps(asdict(record)).encode()
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, text, 0)

    def release(self) -> None:
        """Free the lock; the engines must have ended."""
        if self._lock is None:
            return
        if self._alias is not None:
            _remove_alias(self._alias / "d")
            self._alias = None
        os.ftruncate(self._lock, 0)
        os.close(self._lock)
        self._lock = None


def owner(path: Path) -> Owner | None:
    """Return who holds the data dir now, None when nobody does. Raises FolderNotUsable when we may not look."""
    folder = path.expanduser()
    try:
        return _read(folder) if is_held(folder / LOCK) else None
    except OSError as error:
        raise FolderNotUsable(path, error.strerror or str(error)) from error


def _read(path: Path) -> Owner | None:
    try:
        return Owner(**json.loads((path / LOCK).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None  # the owner is just writing it, or its version wrote something else


def _remove_alias(link: Path) -> None:
    # Only ever what `acquire` makes: a link named "d", alone in a folder of ours. Anything else stays.
    with contextlib.suppress(OSError):
        if link.name == "d" and link.is_symlink() and link.parent.name.startswith(ALIAS_PREFIX):
            link.unlink()
            link.parent.rmdir()
