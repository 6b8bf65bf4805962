"""What can go wrong with embedded engines, each with the evidence an operator needs.

EngineError
├── DataDirInUse             another server holds the data dir
├── DatabaseElsewhere        the data dir's owner runs no database in it, or not yet
├── DatabaseMissing          there is no database in the data dir, and none was to be made
├── FolderNotUsable          a folder cannot be made, entered, written or given to the engines' account
├── AccountMissing           started as root, and no system account to run the engines as
├── ClusterVersionMismatch   the data was written by another major version of PostgreSQL
├── EngineStartFailed        an engine ended, or was not ready in time; carries the end of its log
└── EngineNotRunning         asked for something only a running engine has
"""

from pathlib import Path

__all__ = [
    "AccountMissing",
    "ClusterVersionMismatch",
    "DataDirInUse",
    "DatabaseElsewhere",
    "DatabaseMissing",
    "EngineError",
    "EngineNotRunning",
    "EngineStartFailed",
    "FolderNotUsable",
]


class EngineError(Exception):
    """An embedded engine cannot do what was asked."""


class DataDirInUse(EngineError):
    """Another live process holds the lock of the data dir."""

    def __init__(self, data_dir: Path, pid: int | None) -> None:
        self.data_dir = data_dir
        self.pid = pid
        owner = f"process {pid}" if pid is not None else "another process"
        super().__init__(f"{data_dir} is in use by {owner}: stop it, or give this server another data dir")


class DatabaseElsewhere(EngineError):
    """The data dir's owner has not said that a database runs in it."""

    def __init__(self, data_dir: Path, pid: int) -> None:
        self.data_dir = data_dir
        self.pid = pid
        super().__init__(
            f"process {pid} holds {data_dir} and runs no database in it: it is still starting (try again), "
            f"or uses one elsewhere (name that one)"
        )


class DatabaseMissing(EngineError):
    """The data dir has never had a database."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        super().__init__(f"there is no database in {data_dir}")


class FolderNotUsable(EngineError):
    """A folder that the engines need refuses them."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"cannot use {folder}: {reason}")


class AccountMissing(EngineError):
    """PostgreSQL refuses to run as root, and there is no system account for it."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(
            f"PostgreSQL does not run as root, and the system account {name!r} is missing ({reason}): "
            f"create it, or start the server as an ordinary user"
        )


class ClusterVersionMismatch(EngineError):
    """The cluster on disk belongs to another major version than the binaries."""

    def __init__(self, cluster: Path, found: str, needed: str) -> None:
        self.cluster = cluster
        self.found = found
        self.needed = needed
        super().__init__(
            f"{cluster} was written by PostgreSQL {found} and this version brings {needed}: "
            f"dump it with the old version and restore it into a new data dir"
        )


class EngineStartFailed(EngineError):
    """An engine or one of its tools ended with an error, or was not ready within its limit."""

    def __init__(self, name: str, reason: str, log_tail: str) -> None:
        self.name = name
        self.reason = reason
        self.log_tail = log_tail
        ending = f"; the end of its log:\n{log_tail}" if log_tail else ""
        super().__init__(f"{name} did not start: {reason}{ending}")


class EngineNotRunning(EngineError):
    """The engine has no running process to ask."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is not running")
