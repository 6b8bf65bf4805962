"""The sockets that a gateway has, so that it can close them all and know when they are gone."""

import asyncio
from typing import Generic, Protocol, TypeVar


class Socket(Protocol):
    """Something with a transport."""

    def abort(self) -> None:
        """Drop the socket without a word."""


H = TypeVar("H", bound=Socket)
C = TypeVar("C", bound=Socket)


class Sockets(Generic[H, C]):
    """`handshaking` ones have not said yet what they want; `connections` are open WebSockets."""

    def __init__(self) -> None:
        self.handshaking: set[H] = set()
        self.connections: set[C] = set()
        self._no_connections = asyncio.Event()
        self._no_connections.set()
        self._nothing = asyncio.Event()
        self._nothing.set()

    def accepted(self, handshake: H) -> None:
        """A socket came."""
        self.handshaking.add(handshake)
        self._nothing.clear()

    def opened(self, connection: C) -> None:
        """A socket became a connection."""
        self.connections.add(connection)
        self._nothing.clear()
        self._no_connections.clear()

    def lost_handshake(self, handshake: H) -> None:
        """It went, or became a connection."""
        self.handshaking.discard(handshake)
        self._check()

    def lost(self, connection: C) -> None:
        """A connection went."""
        self.connections.discard(connection)
        self._check()

    async def no_connections(self) -> None:
        """Wait until there is no connection."""
        await self._no_connections.wait()

    async def nothing(self) -> None:
        """Wait until there is no socket at all."""
        await self._nothing.wait()

    def _check(self) -> None:
        if not self.connections:
            self._no_connections.set()
            if not self.handshaking:
                self._nothing.set()
