"""What all bots of a swarm share: the server's address, the counters, chance, and the limits of waiting."""

import asyncio
import random
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from websockets.uri import WebSocketURI

from clients.bots.config import BotsConfig
from clients.bots.journal import Journal
from clients.bots.report import Tally
from clients.bots.wire import Listener, Wire
from clients.python.backoff import Backoff
from clients.python.ids import Clock


@dataclass(frozen=True, slots=True)
class Grounds:
    """`clock` counts seconds, `masks` gives random bytes for WebSocket masks, `connecting` bounds logins at a time.

    `addresses` never ends: each socket is opened at the next one.
    """

    config: BotsConfig
    addresses: Iterator[WebSocketURI]
    tls: ssl.SSLContext | None
    loop: asyncio.AbstractEventLoop
    clock: Clock
    masks: Callable[[int], bytes]
    backoff: Backoff
    connecting: asyncio.Semaphore
    tally: Tally
    journal: Journal | None

    def wire(self, listener: Listener) -> Wire:
        """A socket to be, for `dial`."""
        return Wire(next(self.addresses), listener, self.masks)

    async def dial(self, wire: Wire) -> None:
        """Connect; what the server says may come before this returns. Raises `OSError`."""
        uri = wire.uri
        await self.loop.create_connection(lambda: wire, uri.host, uri.port, ssl=self.tls if uri.secure else None)

    def chance(self, player: int, purpose: str) -> random.Random:
        """A stream of chance of its own for each bot and purpose; the same for the same seed."""
        seed = self.config.seed
        return random.Random() if seed is None else random.Random(f"{seed}/{player}/{purpose}")
