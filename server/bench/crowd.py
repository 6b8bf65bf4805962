"""Clients that log in and then only count bytes: `python -m server.bench.crowd --url URL --connections N [--table ID]`.

It says `{"ready": N}` when all are in, and watch the table if one is given; then, on stdin, it is told how many bytes
to wait for, and answers when they have come.

    {"bytes": 102000}    {"bytes": 102000, "last_at": 13.1}
"""

import argparse
import asyncio
import gc
import json
import os
import resource
import sys
import time
from typing import Any, Final, cast
from urllib.parse import urlsplit

import msgpack
import uvloop

from protocol.ids import command_id_from
from protocol.version import SUBPROTOCOL

CONNECTING_MAX: Final = 64
ARRIVAL_SECONDS_MAX: Final = 60.0
_MASK: Final = bytes(4)
"""A mask of zeros masks nothing: these clients need no secret from proxies (RFC 6455, 10.3)."""
_SHORT_MAX: Final = 125


class Crowd:
    """What the clients of this process count together."""

    def __init__(self, url: str, table: str | None) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.handshake = (
            f"GET {parts.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
        ).encode()
        self.table = table
        self.bytes = 0
        self.last_at = 0.0
        self.lost = 0
        self._wanted = 0
        self._enough = asyncio.Event()

    def received(self, size: int) -> None:
        """Some client got so many bytes."""
        self.bytes += size
        if self.bytes >= self._wanted > 0:
            self.last_at = time.monotonic()
            self._enough.set()

    def left(self) -> None:
        """Some client lost its connection: what it was to get will not come."""
        self.lost += 1
        self._enough.set()

    async def until(self, size: int) -> None:
        """Wait until so many bytes have come in all, or a client is lost."""
        self._wanted = size
        if not self.lost:
            self._enough.clear()
        self.received(0)
        await self._enough.wait()

    async def arrive(self, connections: int) -> list["Client"]:
        """Open connections until all have logged in. Raises `TimeoutError` when it takes too long."""
        gate = asyncio.Semaphore(CONNECTING_MAX)
        loop = asyncio.get_running_loop()

        async def come() -> Client:
            async with gate:
                _, client = await loop.create_connection(lambda: Client(self), self.host, self.port)
                await client.ready
                return client

        async with asyncio.timeout(ARRIVAL_SECONDS_MAX):
            return await asyncio.gather(*(come() for _ in range(connections)))


class Client(asyncio.Protocol):
    """One socket: handshake, guest login, perhaps a watch; what comes after that is counted and not looked at."""

    __slots__ = ("_crowd", "_head", "_steps", "_transport", "ready")

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._head = b""
        watch = {"t": "watch", "stream": f"table:{crowd.table}"}
        # What is waited for, and what it is answered with.
        self._steps: list[tuple[bytes, dict[str, Any] | None]] = [(b"hello", {"t": "auth.guest"})]
        if crowd.table is None:
            self._steps.append((b"welcome", None))
        else:
            self._steps += [(b"welcome", watch), (b"bench.snapshot", None)]
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._crowd.handshake)

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that one is missing."""
        self._crowd.left()
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError(f"closed after {self._head!r}"))

    def data_received(self, data: bytes) -> None:
        """Take the next step if this was waited for, or count."""
        if not self._steps:
            self._crowd.received(len(data))
            return
        self._head += data
        wanted, answer = self._steps[0]
        if wanted not in self._head:
            return
        self._head = b""
        del self._steps[0]
        if answer is None:
            self.ready.set_result(None)
        else:
            self._transport.write(frame_of({**answer, "id": new_id()}))


def new_id() -> bytes:
    """The id of a request."""
    return command_id_from(time.time_ns() // 1_000_000, os.urandom(10))


def frame_of(request: dict[str, Any]) -> bytes:
    """A short request as a client's WebSocket frame."""
    payload: bytes = msgpack.packb(request)
    if len(payload) > _SHORT_MAX:
        raise ValueError(f"{len(payload)} bytes are no short request")
    return bytes((0x82, 0x80 | len(payload))) + _MASK + payload


async def attend(url: str, connections: int, table: str | None) -> None:
    """Be there until stdin ends."""
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    crowd = Crowd(url, table)
    clients = await crowd.arrive(connections)
    _say({"ready": len(clients) - crowd.lost})
    while line := await orders.readline():
        await crowd.until(json.loads(line)["bytes"])
        _say({"bytes": crowd.bytes, "last_at": crowd.last_at})


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the flags and attend."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--url", required=True)
    flags.add_argument("--connections", type=int, required=True)
    flags.add_argument("--table")
    given = flags.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gc.disable()
    uvloop.run(attend(given.url, given.connections, given.table))


if __name__ == "__main__":
    main()
