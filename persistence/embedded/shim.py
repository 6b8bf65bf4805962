"""Becomes an engine: leaves root, asks to die with the parent, then executes the engine in this process.

Run as a script, by path, in an isolated interpreter (`python -I -S shim.py …`), so that nothing of the server is
loaded and no Python code runs between `fork` and `exec` of a process that has threads. It imports nothing but the
standard library.

Arguments: parent's pid, number of the death signal, uid, gid, groups joined with commas (`-` for none of these
three: stay who we are), then the command line with an absolute path first.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
UMASK = 0o077


def main(arguments: list[str]) -> None:
    """Replace this process by the command; return only by raising `OSError`."""
    parent, death_signal, uid, gid, groups, *command = arguments
    library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if uid != "-":
        os.setgroups([int(group) for group in groups.split(",") if group])
        os.setgid(int(gid))
        os.setuid(int(uid))
    os.umask(UMASK)
    if library is not None:
        # After setuid: the kernel forgets the signal when credentials change. It is sent when the *thread* that
        # started us ends.
        if library.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
        if os.getppid() != int(parent):
            sys.exit("the server ended while it was starting this engine")
    # Python ignores these, and what is ignored stays ignored through exec.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
