"""Ports of this machine: one that nobody has, and whether one is free."""

import contextlib
import errno
import secrets
import socket
from typing import Final

KEPT_PORTS: Final = range(16_384, 32_768)
"""Which Linux does not give to who asks for any: those are above (`net.ipv4.ip_local_port_range`)."""
TRIES_MAX: Final = 32


class CannotListen(Exception):
    """Nobody could listen on a port that we were told to take."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        self.host = host
        self.port = port
        why = (
            "another program listens there; choose another port (--port; 0 takes a free one)"
            if error.errno == errno.EADDRINUSE
            else error.strerror
        )
        super().__init__(f"cannot listen on port {port} of {host}: {why}")


def free_port() -> int:
    """A port of the loopback interface that nobody has now, for who must have the same one when it is started again.

    The system gives it to nobody else meanwhile, unless all others are taken.
    """
    for port in (*(secrets.choice(KEPT_PORTS) for _ in range(TRIES_MAX)), 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            free: int = probe.getsockname()[1]
            return free
    raise CannotListen("127.0.0.1", 0, OSError(errno.EADDRINUSE, "no port is free"))


def require_free_port(host: str, port: int) -> None:
    """See that one could listen there. Raises `CannotListen`."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind, protocol) as probe:
                # As servers do: what is left of connections that have ended does not count.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as error:
        raise CannotListen(host, port, error) from error
