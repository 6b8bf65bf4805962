"""One WebSocket of a bot: binary messages at a few microseconds each, everything unusual by `websockets`."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol, cast

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI

from clients.bots.framing import BINARY_HEAD, CONTROL, FRAME_BYTES_MAX, MASK_BYTES, SHORT_MAX, masked, span
from protocol.version import SUBPROTOCOL

RESPONSE_BYTES_MAX: Final = 16_384
"""The longest HTTP response to the handshake."""
END_OF_RESPONSE: Final = b"\r\n\r\n"
NORMAL_CLOSURE: Final = 1000
FALLEN: Final = 1006
"""The close code of a connection that ended without one (RFC 6455, 7.4.1)."""


class Listener(Protocol):
    """Who the socket belongs to."""

    def message(self, payload: bytes) -> None:
        """A whole message came."""

    def closed(self, code: int, reason: str) -> None:
        """The socket is gone, once; the handshake may not have been answered yet."""


class Wire(asyncio.Protocol):
    """A client's socket, from the handshake on. `entropy` gives the masks.

    Whole binary frames are parsed and built here. The handshake, control frames and a connection that fragments its
    messages are left to `ClientProtocol`.
    """

    __slots__ = (
        "_entropy",
        "_fragments",
        "_in_handshake",
        "_listener",
        "_machine",
        "_message",
        "_tail",
        "transport",
        "uri",
    )

    def __init__(self, uri: WebSocketURI, listener: Listener, entropy: Callable[[int], bytes]) -> None:
        self.uri = uri
        self._machine = ClientProtocol(uri, subprotocols=[Subprotocol(SUBPROTOCOL)], max_size=FRAME_BYTES_MAX)
        self._listener = listener
        self._message = listener.message
        self._entropy = entropy
        self._in_handshake = True
        self._fragments: list[bytes] | None = None
        self._tail = b""
        self.transport: asyncio.Transport | None = None

    def send(self, payload: bytes) -> None:
        """Send one message; it is dropped when the socket is gone."""
        transport = self.transport
        if transport is not None:
            transport.write(masked(payload, self._entropy(MASK_BYTES)))

    def close(self) -> None:
        """Say goodbye and close."""
        transport = self.transport
        if transport is None:
            return
        if not self._in_handshake and not transport.is_closing():
            self._machine.send_close(NORMAL_CLOSURE)
            self._flush(transport)
        transport.close()

    def abort(self) -> None:
        """Drop the connection without a word: the other side does not answer anyway."""
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake."""
        self.transport = cast("asyncio.Transport", transport)
        self._machine.send_request(self._machine.connect())
        self._flush(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the listener how it ended."""
        self.transport = None
        close = self._machine.close_rcvd
        rejected = self._machine.handshake_exc
        if close is not None:
            self._listener.closed(close.code, close.reason)
        else:
            self._listener.closed(FALLEN, str(rejected or exc or "connection lost"))

    def data_received(self, data: bytes) -> None:
        """Hand over every whole message in these bytes, and keep what is left of them."""
        if self._tail:
            data = self._tail + data
            self._tail = b""
        if self._in_handshake:
            data = self._shake_hands(data)
        if self._fragments is not None:
            self._feed_machine(data)
            return
        start = 0
        size = len(data)
        while start < size:
            if data[start] != BINARY_HEAD and not self._is_control(data, start):
                self._fragments = []
                self._feed_machine(data[start:])
                return
            limits = span(data, start)
            if limits is None or limits[1] > size:
                self._keep(data[start:], limits)
                return
            begin, end = limits
            if data[start] == BINARY_HEAD:
                self._message(data[begin:end])
            else:
                self._feed_machine(data[start:end])
            start = end

    def _keep(self, part: bytes, limits: tuple[int, int] | None) -> None:
        self._tail = part
        if limits is not None and limits[1] - limits[0] > FRAME_BYTES_MAX:
            self.abort()

    @staticmethod
    def _is_control(data: bytes, start: int) -> bool:
        """A whole control frame may come between messages without changing how the next is parsed."""
        return data[start] & 0xF8 == CONTROL and (len(data) == start + 1 or data[start + 1] <= SHORT_MAX)

    def _shake_hands(self, data: bytes) -> bytes:
        """Feed the HTTP response to `websockets`, and return what follows it: frames, if the handshake succeeded."""
        end = data.find(END_OF_RESPONSE)
        if end < 0:
            self._tail = data
            if len(data) > RESPONSE_BYTES_MAX:
                self.abort()
            return b""
        end += len(END_OF_RESPONSE)
        self._in_handshake = False
        self._feed_machine(data[:end])
        if self._machine.handshake_exc is not None:
            self.abort()
            return b""
        return data[end:]

    def _feed_machine(self, data: bytes) -> None:
        if not data:
            return
        self._machine.receive_data(data)
        transport = self.transport
        if transport is None:
            return
        self._flush(transport)
        for event in self._machine.events_received():
            if isinstance(event, Frame):
                self._frame(event)
            elif isinstance(event, Response) and event.status_code != 101:
                self.abort()
        if self._machine.close_expected():
            transport.close()

    def _frame(self, frame: Frame) -> None:
        """Join the fragments of a message, on a connection that has them."""
        if frame.opcode not in (Opcode.BINARY, Opcode.TEXT, Opcode.CONT) or self._fragments is None:
            return
        self._fragments.append(bytes(frame.data))
        if frame.fin:
            whole = b"".join(self._fragments)
            self._fragments = []
            self._message(whole)

    def _flush(self, transport: asyncio.Transport) -> None:
        for piece in self._machine.data_to_send():
            if piece:
                transport.write(piece)
