"""One process's way to another: a connection that is made when it is needed, and again when it was lost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from actors.runtime.direct import Calling
from actors.runtime.transport import Peer, PeerLost

CONNECT_SECONDS_MAX: Final = 2.0
SILENCE_SECONDS_MAX: Final = 4.0
"""A connection on which something is asked and nothing comes for so long is given up; calls here wait a second."""


async def enter(address: tuple[str, int], secret: bytes, *, silence_seconds: float = SILENCE_SECONDS_MAX) -> Calling:
    """Connect to a door. Raises `PeerLost`."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_SECONDS_MAX):
            _, calling = await loop.create_connection(lambda: Calling(secret, silence_seconds), *address)
            try:
                await calling.greeted
            except BaseException:
                calling.close()
                raise
    except (OSError, TimeoutError) as error:
        raise PeerLost(f"nobody at {address[0]}:{address[1]}: {str(error) or 'no answer in time'}") from error
    return calling


class Line(Peer):
    """Calls a process through its door. `find_door` says where that is, and may raise `PeerLost`; it is asked once."""

    __slots__ = ("_calling", "_connecting", "_door", "_find_door", "_secret")

    def __init__(self, find_door: Callable[[], Awaitable[tuple[str, int]]], secret: bytes) -> None:
        self._find_door = find_door
        self._secret = secret
        self._door: tuple[str, int] | None = None
        self._calling: Calling | None = None
        self._connecting = asyncio.Lock()

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Peer.call`."""
        calling = self._calling
        if calling is None or calling.is_over:
            calling = await self._connected()
        return await calling.call(method, payload)

    async def _connected(self) -> Calling:
        async with self._connecting:
            if self._calling is None or self._calling.is_over:
                if self._door is None:
                    self._door = await self._find_door()
                self._calling = await enter(self._door, self._secret)
            return self._calling

    def close(self) -> None:
        """See `Peer.close`."""
        if self._calling is not None:
            self._calling.close()
