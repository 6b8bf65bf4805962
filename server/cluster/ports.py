"""Ports of this machine: one that nobody has, and whether one is free."""

import errno
import socket


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
    """A port of the loopback interface that nobody has now, for who must have the same one when it is started again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
