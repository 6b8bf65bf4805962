"""Makes a PostgreSQL cluster: complete and on disk under its name, or not there at all."""

import os
import shutil
import signal
import sys
from pathlib import Path

from persistence.embedded.account import Account, give_tree
from persistence.embedded.errors import ClusterVersionMismatch, FolderNotUsable
from persistence.embedded.leftovers import end_leftovers
from persistence.embedded.process import run_tool

__all__ = ["ADMIN", "DATABASE", "MAJOR_VERSION", "data_argument", "ensure_cluster"]

MAJOR_VERSION = "18"
ADMIN = "postgres"
"""The superuser. The server itself connects as `croupier`, who owns its database and may make others."""

DATABASE = "croupier"
INIT_SECONDS_MAX = 60.0

ROLES_AND_DATABASE = f"""\
CREATE ROLE {DATABASE} LOGIN CREATEDB;
CREATE DATABASE {DATABASE} OWNER {DATABASE};
"""


def data_argument(cluster: Path, account: Account) -> str:
    """Return what to pass as `-D` to a program whose working folder is the cluster.

    Another account may well be unable to enter the folders above (a root's home): the working folder needs no way to
    it. Raises FolderNotUsable where the system has no such name for it.
    """
    if not account.switch:
        return str(cluster)
    if sys.platform != "linux":
        raise FolderNotUsable(cluster, "engines need Linux to be started by root: start the server as an ordinary user")
    return "/proc/self/cwd"


async def ensure_cluster(cluster: Path, programs: Path, account: Account) -> None:
    """Make the cluster unless it is there. The caller holds the data dir's lock.

    Raises ClusterVersionMismatch, EngineStartFailed with the tool's output, or FolderNotUsable.
    """
    try:
        found = (cluster / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        try:
            await _make(cluster, programs, account)
        except OSError as error:
            raise FolderNotUsable(Path(error.filename2 or error.filename or cluster), str(error.strerror)) from error
        return
    except OSError as error:
        reason = f"the account {account.name} may not read it ({error.strerror}): start the server as its owner"
        raise FolderNotUsable(cluster, reason) from error
    if found != MAJOR_VERSION:
        raise ClusterVersionMismatch(cluster, found, MAJOR_VERSION)
    if account.switch:
        _adopt(cluster, account)


async def _make(cluster: Path, programs: Path, account: Account) -> None:
    # Made under another name, and renamed when all of it is on disk: a crash half-way leaves nothing that looks like
    # a cluster.
    fresh = cluster.with_name(cluster.name + ".new")
    if fresh.exists():
        await end_leftovers("postgres", fresh, None, ((signal.SIGKILL, 5.0),))
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    give_tree(fresh, account)
    data = data_argument(fresh, account)

    async def run(*command: str, stdin: str = "") -> None:
        await run_tool(
            [str(programs / command[0]), *command[1:], "-D", data],
            folder=fresh,
            account=account,
            seconds=INIT_SECONDS_MAX,
            stdin=stdin,
        )

    trust = ("--auth-local=trust", "--auth-host=reject")  # the socket lies in the cluster, which only its owner enters
    form = ("--encoding=UTF8", "--no-locale", "--data-checksums", f"--username={ADMIN}")
    await run("initdb", "--no-sync", "--no-instructions", *trust, *form)
    await run("postgres", "--single", "-F", ADMIN, stdin=ROLES_AND_DATABASE)
    await run("initdb", "--sync-only")
    _sync(fresh)
    fresh.rename(cluster)  # also over an empty folder, made by hand; what is in any other is not ours to remove
    _sync(cluster.parent)


def _adopt(cluster: Path, account: Account) -> None:
    # A copy or a restored archive belongs to root.
    if cluster.stat().st_uid != account.uid:
        give_tree(cluster, account)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
