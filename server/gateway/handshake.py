"""The first bytes of a socket: plain HTTP is answered, a WebSocket handshake is checked and becomes a connection."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, cast

from websockets.datastructures import MultipleValuesError
from websockets.exceptions import NegotiationError
from websockets.http11 import Request, Response
from websockets.protocol import SEND_EOF
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from protocol.version import SUBPROTOCOL
from server.gateway.connection import Connection
from server.gateway.front import Front
from server.gateway.origins import is_allowed_origin
from server.gateway.quotas import site_of
from server.gateway.wheel import NOWHERE
from server.http.door import HttpDoor
from server.http.responses import text

SOCKET_PATH: Final = "/ws"
RETRY_AFTER: Final = ("Retry-After", "5")
HANDSHAKES_MAX: Final = 4_096
"""Sockets that have not said yet what they want; the next one is dropped."""
HEAD_END: Final = b"\r\n\r\n"
HEAD_BYTES_MAX: Final = 16_384
"""Everything that a handshake or a plain request may say."""


class Handshake(asyncio.Protocol):
    """One socket, from being accepted to being a connection or being answered."""

    __slots__ = (
        "_door",
        "_front",
        "_head_bytes",
        "_is_answered",
        "_last",
        "_origins",
        "_site",
        "_transport",
        "_wire",
        "slot",
    )

    def __init__(self, front: Front, door: HttpDoor, origins: frozenset[str]) -> None:
        self._front = front
        self._door = door
        self._origins = origins
        self.slot = NOWHERE
        self._site = ""
        self._head_bytes = 0
        self._last = b""
        self._is_answered = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A socket was accepted."""
        # Every loop gives a whole transport for a TCP socket, though not every loop's is a subclass.
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._site = site_of(peer[0]) if isinstance(peer, tuple) else ""
        self._wire = ServerProtocol(
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            select_subprotocol=_select_subprotocol,
            logger=self._front.wire_log,
        )
        self._front.sockets.accepted(self)
        if len(self._front.sockets.handshaking) > HANDSHAKES_MAX:
            self._transport.abort()
            return
        self._front.wheel.schedule(self, self._front.clock.monotonic() + self._front.limits.hello_seconds)

    def data_received(self, data: bytes) -> None:
        """A piece of the request came."""
        if self._is_answered:
            return
        head, rest = self._cut(data)
        self._head_bytes += len(head)
        if self._head_bytes > HEAD_BYTES_MAX:
            self._transport.abort()
            return
        self._wire.receive_data(head)
        for event in self._wire.events_received():
            if isinstance(event, Request):
                self._answer(event, rest)
                return
        self._flush()

    def _cut(self, data: bytes) -> tuple[bytes, bytes]:
        """What of this belongs to the head, and what comes after it, which is not HTTP's to read."""
        known = len(self._last)
        joined = self._last + data
        end = joined.find(HEAD_END)
        if end < 0:
            self._last = joined[1 - len(HEAD_END) :]
            return data, b""
        cut = end + len(HEAD_END) - known
        return data[:cut], data[cut:]

    def _answer(self, request: Request, rest: bytes) -> None:
        if request.path.partition("?")[0] != SOCKET_PATH:
            self._is_answered = True
            self._door.answer(request.method, request.path, self._site, self._say)
            return
        response = self._refusal(request) or self._wire.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self._front.counters.handshakes_refused += 1
        self._wire.send_response(response)
        self._flush()
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            self._open(rest)

    def _say(self, response: Response) -> None:
        self._wire.send_response(response)
        self._flush()

    def _refusal(self, request: Request) -> Response | None:
        front = self._front
        limits = front.limits
        if not front.accepting:
            return text(HTTPStatus.SERVICE_UNAVAILABLE, "the server is restarting", RETRY_AFTER)
        if (
            len(front.sockets.connections) >= limits.connections_max
            or front.addresses.connections(self._site) >= limits.connections_per_address_max
        ):
            return text(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections", RETRY_AFTER)
        try:
            allowed = is_allowed_origin(request.headers.get("Origin"), request.headers.get("Host"), self._origins)
        except MultipleValuesError:
            allowed = False
        return None if allowed else text(HTTPStatus.FORBIDDEN, "pages of this origin may not connect")

    def _open(self, rest: bytes) -> None:
        front = self._front
        quota = front.addresses.enter(self._site)
        connection = Connection(front, self._transport, self._site, quota)
        front.sockets.opened(connection)
        self._leave()
        front.counters.connections += 1
        self._transport.set_protocol(connection)
        connection.say(front.greeting())
        if rest:
            connection.data_received(rest)

    def _flush(self) -> None:
        said = self._wire.data_to_send()
        if said == [SEND_EOF] and self._wire.handshake_exc is not None:
            said.insert(0, text(HTTPStatus.BAD_REQUEST, "this is not a request that is understood here").serialize())
        for data in said:
            if data:
                self._transport.write(data)
            else:
                self._is_answered = True
                # Everything is said; the other side may still be sending, so hang up our half first.
                self._hang_up()

    def _hang_up(self) -> None:
        if not self._transport.is_closing():
            self._transport.write_eof()

    def due(self, now: float) -> float | None:
        """It took too long."""
        self._transport.abort()
        return None

    def abort(self) -> None:
        """Drop the socket without a word."""
        self._transport.abort()

    def _leave(self) -> None:
        self._front.sockets.lost_handshake(self)
        self._front.wheel.cancel(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._leave()


def _select_subprotocol(_: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol:
    if SUBPROTOCOL not in offered:
        raise NegotiationError(f"the subprotocol {SUBPROTOCOL} is required")
    return Subprotocol(SUBPROTOCOL)
