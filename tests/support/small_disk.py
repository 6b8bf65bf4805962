"""Becomes a command that has a small disk of its own on a folder: `python small_disk.py FOLDER MEBIBYTES COMMAND ...`.

The disk is a tmpfs in a mount namespace, so nobody else sees it, and it is gone with the last process in it. Root may
make one; anybody else makes a user namespace first, in which they may too, where the system allows that.
"""

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_REC = 0x4000
MS_PRIVATE = 0x40000


def main(folder: str, mebibytes: str, *command: str) -> None:
    """Mount and become the command. Raises OSError where the system does not allow it."""
    library = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.geteuid(), os.getegid()
    namespaces = CLONE_NEWNS if uid == 0 else CLONE_NEWNS | CLONE_NEWUSER
    _checked(library.unshare(namespaces), "unshare")
    if namespaces & CLONE_NEWUSER:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    _checked(library.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "making mounts private")
    options = f"size={mebibytes}m,mode=0700".encode()
    _checked(library.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, options), f"mounting on {folder}")
    os.execv(command[0], command)


def _checked(result: int, doing: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{doing}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main(*sys.argv[1:])
