"""Processes in one process: services by name, and peers that call them."""

import asyncio
from collections.abc import Mapping

from actors.runtime.dialer import METHOD
from actors.runtime.transport import Peer, PeerLost, Service


class Mesh:
    """Whoever is in `services` is there. Payloads are bytes on their way, so nothing is shared by accident."""

    def __init__(self) -> None:
        self.services: dict[str, Service] = {}
        self.calls: dict[str, int] = {}
        self.ways: set[MeshPeer] = set()
        """Peers that a link has called by, and that were not closed since."""

    def peer(self, name: str) -> "MeshPeer":
        """A handle to whoever has this name when it is called."""
        return MeshPeer(self, name)

    async def carry(self, name: str, method: str, payload: bytes) -> bytes:
        """Bring a call to a service, and its answer back. Raises `PeerLost`."""
        self.calls[method] = self.calls.get(method, 0) + 1
        await asyncio.sleep(0)
        service = self.services.get(name)
        if service is None:
            raise PeerLost(f"nobody is {name}")
        try:
            answer = await service.call(method, bytes(payload))
        except Exception as error:
            raise PeerLost(repr(error)) from error
        await asyncio.sleep(0)
        if self.services.get(name) is not service:
            raise PeerLost(f"{name} is gone")
        return answer


class MeshPeer(Peer):
    """A `Peer`."""

    def __init__(self, mesh: Mesh, name: str) -> None:
        self._mesh = mesh
        self.name = name

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Peer.call`."""
        if method == METHOD:
            self._mesh.ways.add(self)
        return await self._mesh.carry(self.name, method, payload)

    def close(self) -> None:
        """See `Peer.close`."""
        self._mesh.ways.discard(self)


def shown(fields: Mapping[str, object]) -> str:
    """What an event says, in one line."""
    return ", ".join(f"{key}={value}" for key, value in fields.items())
