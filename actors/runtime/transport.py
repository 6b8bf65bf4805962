"""The seam between the runtime and whatever carries its calls between processes."""

from typing import Protocol


class PeerLost(Exception):
    """A call was not answered: whether it happened is not known, so the caller repeats it with the same ids."""


class Service(Protocol):
    """What a process offers to the others."""

    async def call(self, method: str, payload: bytes) -> bytes:
        """Answer one call. Calls may come repeated, late and in any order; what is not understood raises."""


class Peer(Protocol):
    """A handle to another process. Making one reaches nobody; a process that came in its place is another peer."""

    async def call(self, method: str, payload: bytes) -> bytes:
        """Have the process's service answer. Raises `PeerLost`, also when it raised or did not answer in time."""

    def close(self) -> None:
        """Let go of whatever was opened for the calls; those under way may be lost, and the next one opens it anew."""


class Within(Peer):
    """The way of a process to its own service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Peer.call`."""
        return await self._service.call(method, payload)

    def close(self) -> None:
        """See `Peer.close`: nothing was opened."""
