"""A gateway over real sockets for tests, and a client that can be as rude as a test needs."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import msgpack
import structlog
from structlog.testing import CapturingLogger
from websockets.frames import Frame, Opcode

from persistence.interfaces import Sessions
from persistence.memory.presence import MemoryPresence, MemoryRates
from persistence.memory.sessions import MemorySessions
from protocol.errors import Close
from protocol.ids import command_id_from
from protocol.money import Balance
from protocol.replies import AssetInfo, GameInfo
from server.config.limits import Limits
from server.gateway.backend import Event, Outbox, ReplyTo
from server.gateway.gateway import Gateway
from server.gateway.neighbours import Neighbours
from server.gateway.settings import GatewaySettings, Opening
from server.http.page_files import PageFile
from server.observe.metrics import Metrics
from tests.support.fake_backend import FakeBackend, FakeClock, FakePlayers, FakeQueries, Numbered

ANSWER_SECONDS_MAX = 120.0
SETTINGS = GatewaySettings(
    server="croupier/test",
    limits=Limits(),
    assets=(AssetInfo(code="PLAY", scale=2),),
    openings=(Opening(1, Balance.CASH, 1_000_000),),
    tables=("roulette-1", "roulette-2"),
    token_key=b"k" * 32,
    games=(GameInfo(game="dice", asset="PLAY", min_bet=1, max_bet=100_000, max_profit=10_000_000),),
    guests_allowed=True,
)
PAGE = {"index.html": PageFile(b"<!doctype html>", "text/html; charset=utf-8")}


class Both:
    """The outboxes of two gateways."""

    def __init__(self, one: Outbox, other: Outbox) -> None:
        self._outboxes = (one, other)

    def pushed(self, topic: str, event: Event, origin: ReplyTo | None = None) -> None:
        """Have both of them take an event."""
        for outbox in self._outboxes:
            outbox.pushed(topic, event, origin)


class Shared:
    """What the gateways of a cluster have in common."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.backend = FakeBackend()
        self.players = FakePlayers()
        self.sessions = MemorySessions(self.clock.monotonic)
        self.entropy = Numbered()
        self.presence = MemoryPresence(self.clock.monotonic)
        self.rates = MemoryRates(self.clock.monotonic)

    def neighbours(self, name: str) -> Neighbours:
        """What the gateway of this name has of the others."""
        return Neighbours(name, self.presence, self.rates)


class House:
    """A running gateway and everything around it that a test may look at or move.

    With a `name` it is one of the gateways of a cluster.
    """

    def __init__(self, settings: GatewaySettings, sessions: Sessions | None, shared: Shared, name: str) -> None:
        self.shared = shared
        self.clock = shared.clock
        self.limits = settings.limits
        self.backend = shared.backend
        self.players = shared.players
        self.queries = FakeQueries()
        self.sessions = sessions or shared.sessions
        self.metrics = Metrics()
        self.log = CapturingLogger()
        self.ready = True
        self.gateway = Gateway(
            settings,
            self.backend,
            self.players,
            self.sessions,
            self.queries,
            self.clock,
            shared.entropy,
            self.metrics,
            structlog.wrap_logger(self.log, wrapper_class=structlog.make_filtering_bound_logger(0)),
            page=PAGE,
            ready=lambda: self.ready,
            neighbours=shared.neighbours(name) if name else None,
        )
        before = self.backend.outbox
        self.backend.outbox = self.gateway.outbox if before is None else Both(before, self.gateway.outbox)
        self.port = 0
        self.clients: list[Client] = []

    async def socket(self) -> "Client":
        """A bare socket."""
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port))
        self.clients.append(client)
        return client

    async def connect(self, **headers: str) -> "Client":
        """An open WebSocket that has been greeted."""
        client = await self.socket()
        client.writer.write(handshake(**headers))
        head = await client.read_head()
        assert head.startswith(b"HTTP/1.1 101 "), head
        assert (await client.receive())["t"] == "hello"
        return client

    async def guest(self, name: str | None = None) -> "Client":
        """A client that is logged in as a new guest."""
        client = await self.connect()
        client.welcome = await client.ask(t="auth.guest", **({} if name is None else {"name": name}))
        assert client.welcome["t"] == "welcome", client.welcome
        return client


@asynccontextmanager
async def running(
    limits: Limits | None = None,
    settings: GatewaySettings = SETTINGS,
    sessions: Sessions | None = None,
    clock: FakeClock | None = None,
    shared: Shared | None = None,
    name: str = "",
    **some_limits: Any,
) -> AsyncIterator[House]:
    """A gateway on a free port, with these limits instead of the settings'. It is stopped however the test ends."""
    shared = shared or Shared()
    shared.clock = clock or shared.clock
    house = House(replace(settings, limits=limits or Limits(**some_limits)), sessions, shared, name)
    _, house.port = await house.gateway.start("127.0.0.1", 0)
    ended = False
    try:
        yield house
        ended = True
    finally:
        for client in house.clients:
            client.drop()
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            stopping = asyncio.ensure_future(house.gateway.stop())
            while not stopping.done():
                # Whoever does not agree to the close is dropped when its time is up, and here time is ours.
                house.clock.advance(1.0)
                await asyncio.wait((stopping,), timeout=0.05)
            await stopping
        if ended:
            assert house.metrics.gateway.connections == 0
            assert house.metrics.gateway.sessions == 0


async def until(condition: Callable[[], object]) -> None:
    """Let the loop turn until something is so."""
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        while not condition():  # noqa: ASYNC110 - what is waited for is inside the thing under test
            await asyncio.sleep(0)


class Closed(Exception):
    """The server closed the connection; `code` is nothing when it did so without a word."""

    def __init__(self, code: int | None, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class Client:
    """A WebSocket in hand: bytes can be sent as they are, and frames are read one by one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.welcome: dict[str, Any] = {}
        self.last_id = b""

    async def read_head(self) -> bytes:
        """The head of an HTTP response."""
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return await self.reader.readuntil(b"\r\n\r\n")

    def send(self, **fields: Any) -> bytes:
        """Send a request under a new id, and return the id."""
        self.last_id = fields.setdefault("id", new_id())
        self.send_frame(msgpack.packb(fields))
        return self.last_id

    def send_frame(self, payload: bytes, opcode: Opcode = Opcode.BINARY, fin: bool = True) -> None:
        """Send one frame."""
        self.writer.write(Frame(opcode, payload, fin).serialize(mask=True))

    async def read_frame(self) -> tuple[int, bytes]:
        """The opcode and payload of the next frame."""
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            try:
                first, length = await self.reader.readexactly(2)
                if length >= 126:
                    length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8), "big")
                return first & 0x0F, await self.reader.readexactly(length)
            except (asyncio.IncompleteReadError, ConnectionError):
                raise Closed(None) from None

    async def receive(self) -> dict[str, Any]:
        """The next message; control frames are answered on the way. Raises `Closed`."""
        while True:
            opcode, payload = await self.read_frame()
            if opcode == Opcode.BINARY:
                message: dict[str, Any] = msgpack.unpackb(payload)
                return message
            if opcode == Opcode.PING:
                self.send_frame(payload, Opcode.PONG)
            elif opcode == Opcode.CLOSE:
                self.send_frame(payload, Opcode.CLOSE)
                raise Closed(int.from_bytes(payload[:2], "big"), payload[2:].decode())

    async def ask(self, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its reply, dropping what comes before."""
        request_id = self.send(**fields)
        while True:
            message = await self.receive()
            if message.get("id") == request_id:
                return message

    async def bet(self) -> dict[str, Any]:
        """Play dice."""
        return await self.ask(t="dice.bet", asset="PLAY", amount=100, target=5_000, over=True)

    async def read_all(self) -> tuple[list[dict[str, Any]], Close | None]:
        """Read to the end; every message, and why the server closed: nothing when it did so without a word."""
        messages = []
        try:
            while True:
                messages.append(await self.receive())
        except Closed as closed:
            assert await self.ended()
            return messages, None if closed.code is None else Close(closed.code)

    async def closed(self) -> Close | None:
        """Read to the end, and say why the server closed."""
        return (await self.read_all())[1]

    async def ended(self) -> bool:
        """Whether the socket was closed, after whatever is left in it."""
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            try:
                while await self.reader.read(2**16):
                    pass
            except ConnectionError:
                pass
        return True

    def drop(self) -> None:
        """Go without a word."""
        self.writer.transport.abort()


def handshake(path: str = "/ws", method: str = "GET", **headers: str) -> bytes:
    """The bytes of a handshake; `headers` (with `_` for `-`) replace, or with no value leave out, the usual ones."""
    usual = {
        "Host": "casino.example",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": "croupier.v1",
        "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
    }
    usual.update({name.replace("_", "-"): value for name, value in headers.items()})
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in usual.items() if value)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def new_id() -> bytes:
    """An id made now, by the clock of the tests."""
    return command_id_from(FakeClock().ms, os.urandom(10))
