"""A gateway that lets nobody in, and remembers what it was told."""

from actors.runtime.control import pack, unpack_routes
from actors.runtime.routes import Route
from actors.runtime.transport import Service
from protocol.ids import ShardId


class StillGateway(Service):
    """`connections` are those that it still has: one less with each time that it is told to drain."""

    def __init__(self) -> None:
        self.routes: dict[ShardId, Route] = {}
        self.asked: list[str] = []
        self.connections = 0

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Service.call`."""
        self.asked.append(method)
        if method == "routes":
            self.routes |= unpack_routes(payload)
        elif method == "drain":
            self.connections = max(0, self.connections - 1)
        return pack({"connections": self.connections})
