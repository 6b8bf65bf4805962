"""What a supervisor writes down for the other commands on its machine: that it runs, and how its Ray is reached."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from persistence.lock_file import is_held, locked

FOLDER: Final = "cluster"
LOG: Final = "supervisor.log"
_FILE: Final = "supervisor"
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A supervisor, and the cluster that it keeps. `environment` is for whoever joins its Ray, whose files are in
    `folder` if it is one of our own.
    """

    pid: int
    name: str
    address: str
    environment: Mapping[str, str]
    folder: str | None


class ClusterRuns(Exception):
    """The supervisor of a cluster of this data dir runs already."""

    def __init__(self, data_dir: Path, pid: int | None) -> None:
        self.pid = pid
        whose = "" if pid is None else f" (process {pid})"
        super().__init__(
            f"a cluster of {data_dir} is up already{whose}: see croupier cluster status, or stop it with"
            " croupier cluster down"
        )


class Post:
    """A supervisor's place, which the kernel frees however its process ends."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER
        self._data_dir = data_dir
        self._descriptor: int | None = None

    def take(self) -> Whereabouts | None:
        """Be the one supervisor of this data dir; return what one has left that did not end in order.

        Raises `ClusterRuns`, `OSError`.
        """
        self.folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE_FILE)
        before = _read(self._data_dir)
        if not locked(descriptor):
            os.close(descriptor)
            raise ClusterRuns(self._data_dir, before.pid if before is not None else None)
        self._descriptor = descriptor
        return before

    def publish(self, whereabouts: Whereabouts) -> None:
        """Write it down."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, json.dumps(asdict(whereabouts)).encode(), 0)

    def hand_back(self, before: Whereabouts) -> None:
        """Free the place as it was found: the next one finds the same."""
        if self._descriptor is not None:
            self.publish(before)
            os.close(self._descriptor)
            self._descriptor = None

    def leave(self) -> None:
        """Free the place."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None


def supervisor_of(data_dir: Path) -> Whereabouts | None:
    """The supervisor that runs for a data dir now. Raises `OSError` when we may not look."""
    return _read(data_dir) if is_held(data_dir / FOLDER / _FILE) else None


def left_behind(data_dir: Path) -> Whereabouts | None:
    """What a supervisor has left that did not end in order: its cluster may play on. Raises `OSError`."""
    return _read(data_dir) if supervisor_of(data_dir) is None else None


def clear(data_dir: Path) -> None:
    """Nothing is left of a cluster any more."""
    (data_dir / FOLDER / _FILE).unlink(missing_ok=True)


def _read(data_dir: Path) -> Whereabouts | None:
    try:
        return Whereabouts(**json.loads((data_dir / FOLDER / _FILE).read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None  # it is just being written, or another release has written something else
