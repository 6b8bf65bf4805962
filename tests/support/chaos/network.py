"""Network namespaces on one bridge: machines of their own for whoever runs in them, between which cables can be cut."""

import contextlib
import ctypes
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Self

COMMAND_SECONDS_MAX: Final = 10.0
SUBNET: Final = "10.213.7"
"""Behind a bridge in a namespace of its own: nothing of it is seen from outside, so every run may have the same."""
NOWHERE: Final = "02:00:00:00:00:ff"
"""The address of no network card: what is sent there arrives nowhere, and nobody is told."""
_FOLDER: Final = Path("/run/netns")
_ENTER: Final = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.setns(os.open(sys.argv[1], os.O_RDONLY), 0x40000000):
    raise OSError(ctypes.get_errno(), "setns")
os.execv(sys.argv[2], sys.argv[2:])
"""
_NEW_NETWORK: Final = 0x40000000


class Network:
    """Machines by name, the first of which is where the bridge is; `addresses` has where each is reached."""

    def __init__(self, names: Sequence[str]) -> None:
        self._prefix = f"croupier-{os.getpid()}-"
        self._bridge, *self._others = names
        self.addresses = {name: f"{SUBNET}.{number}" for number, name in enumerate(names, 1)}

    def __enter__(self) -> Self:
        try:
            self._make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for name in self.addresses:
            if self._path(name).exists():
                _ip("netns", "delete", self._prefix + name)

    def _make(self) -> None:
        for name in self.addresses:
            _ip("netns", "add", self._prefix + name)
            self._run(name, "link", "set", "lo", "up")
        bridge = self._bridge
        self._run(bridge, "link", "add", "cables", "type", "bridge")
        self._run(bridge, "address", "add", f"{self.addresses[bridge]}/24", "dev", "cables")
        self._run(bridge, "link", "set", "cables", "up")
        for number, name in enumerate(self._others):
            end = ("peer", "name", "eth0", "netns", self._prefix + name)
            self._run(bridge, "link", "add", f"cable{number}", "type", "veth", *end)
            self._run(bridge, "link", "set", f"cable{number}", "master", "cables", "up")
            self._run(name, "address", "add", f"{self.addresses[name]}/24", "dev", "eth0")
            self._run(name, "link", "set", "eth0", "up")
            # It leads nowhere, but a machine learns from it which of its addresses is for others.
            self._run(name, "route", "add", "default", "via", self.addresses[bridge])

    def _path(self, name: str) -> Path:
        return _FOLDER / (self._prefix + name)

    def _run(self, name: str, *command: str) -> None:
        _ip("-netns", self._prefix + name, *command)

    def inside(self, name: str) -> tuple[str, ...]:
        """What to put before a command line, whose first word is a path, to have it run on a machine, by one pid."""
        return (sys.executable, "-c", _ENTER, str(self._path(name)))

    def machine_of(self, pid: int) -> str:
        """The machine that a process runs on."""
        there = Path(f"/proc/{pid}/ns/net").stat().st_ino
        return next(name for name in self.addresses if self._path(name).stat().st_ino == there)

    @contextlib.contextmanager
    def entered(self, name: str) -> Iterator[None]:
        """This thread is on a machine for a while, and so is every process that it starts."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _enter(self._path(name))
            yield
        finally:
            _set(before)
            os.close(before)

    @contextlib.contextmanager
    def cut(self, one: str, others: Sequence[str]) -> Iterator[None]:
        """Between a machine and others nothing arrives any more, in either direction, and nobody is told."""
        pairs = [pair for other in others for pair in ((one, other), (other, one))]
        try:
            for here, there in pairs:
                way = (self.addresses[there], "lladdr", NOWHERE, "dev", self._card(here), "nud", "permanent")
                self._run(here, "neighbour", "replace", *way)
            yield
        finally:
            for here, there in pairs:
                self._run(here, "neighbour", "delete", self.addresses[there], "dev", self._card(here))

    def _card(self, name: str) -> str:
        return "cables" if name == self._bridge else "eth0"


@functools.cache
def missing() -> str:
    """Why namespaces cannot be had here; nothing when they can."""
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    if shutil.which("ip") is None:
        return "there is no ip command (iproute2)"
    try:
        with Network(("trial", "other")):
            return ""
    except OSError as error:
        return f"network namespaces cannot be made here: {error}"


def _ip(*command: str) -> None:
    ended = subprocess.run(("ip", *command), capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False)
    if ended.returncode:
        raise OSError(f"ip {' '.join(command)}: {ended.stderr.strip()}")


def _enter(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _set(descriptor)
    finally:
        os.close(descriptor)


def _set(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "cannot enter a network namespace")
