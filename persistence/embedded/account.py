"""Which system account the engines run as: our own, or an unprivileged one when we are root."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from persistence.embedded.errors import AccountMissing, FolderNotUsable

__all__ = ["Account", "blocked_at", "engine_account", "give_tree", "own_account"]

ACCOUNT_NAMES = ("croupier", "postgres")
"""Accounts that may run the engines, in order of preference; the first is made when none exists."""

USERADD_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Account:
    """An account that engines run as. `switch` says that it is not the account of this process."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    switch: bool


def own_account() -> Account:
    """Return the account of this process."""
    uid = os.geteuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    return Account(name, uid, os.getegid(), tuple(os.getgroups()), switch=False)


def engine_account(cluster: Path) -> Account:
    """Return who runs the engines: ourselves unless we are root, then the cluster's owner or a system account.

    The owner of an existing cluster comes first, so that the choice stays the same when accounts are added later. A
    missing account is created with `useradd --system`; raises AccountMissing when that is impossible.
    """
    if os.geteuid() != 0:
        return own_account()
    owner = cluster.stat().st_uid if cluster.is_dir() else 0
    if owner != 0:
        try:
            return _named(pwd.getpwuid(owner))
        except KeyError as error:
            raise AccountMissing(str(owner), f"it owns {cluster}, but has no entry in the password database") from error
    for name in ACCOUNT_NAMES:
        try:
            return _named(pwd.getpwnam(name))
        except KeyError:
            continue
    return _created(ACCOUNT_NAMES[0])


def _named(entry: pwd.struct_passwd) -> Account:
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, groups, switch=True)


def _created(name: str) -> Account:
    useradd = shutil.which("useradd")
    adduser = shutil.which("adduser")
    if useradd is not None:
        command = [
            useradd,
            "--system",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
            name,
        ]
    elif adduser is not None:  # busybox
        command = [adduser, "-S", "-D", "-H", name]
    else:
        raise AccountMissing(name, "neither useradd nor adduser is installed")
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=USERADD_SECONDS_MAX)
        return _named(pwd.getpwnam(name))
    except subprocess.CalledProcessError as error:
        raise AccountMissing(name, str(error.stderr).strip()) from error
    except (OSError, subprocess.TimeoutExpired, KeyError) as error:
        raise AccountMissing(name, str(error)) from error


def blocked_at(path: Path, account: Account) -> Path | None:
    """Return the first folder on the way to `path`, itself included, that the account may not enter; None when it may.

    Judges by the permission bits alone, so an access control list can make it too strict, never too lax about
    others' folders.
    """
    for folder in (*reversed(path.resolve().parents), path.resolve()):
        facts = folder.stat()
        if facts.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif facts.st_gid in {account.gid, *account.groups}:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not facts.st_mode & needed:
            return folder
    return None


def give_tree(folder: Path, account: Account) -> None:
    """Make the account own the folder and all below it, when it is another account than ours.

    Raises FolderNotUsable where the file system knows no owners.
    """
    if not account.switch:
        return
    try:
        for root, folders, files in os.walk(folder):
            for name in (".", *folders, *files):
                os.chown(Path(root, name), account.uid, account.gid, follow_symlinks=False)
    except OSError as error:
        raise FolderNotUsable(folder, f"it cannot be given to the account {account.name} ({error.strerror})") from error
