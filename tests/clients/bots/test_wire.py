"""A bot's socket hands over every message whole and in order, however the bytes are cut."""

import asyncio
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Close, Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from clients.bots.framing import FRAME_BYTES_MAX
from clients.bots.wire import FALLEN, RESPONSE_BYTES_MAX, Wire


class Transport:
    """What was written, and whether it was closed."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = False
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = self.closed = True


class Owner:
    """Who listens."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.ended: list[tuple[int, str]] = []

    def message(self, payload: bytes) -> None:
        self.messages.append(payload)

    def closed(self, code: int, reason: str) -> None:
        self.ended.append((code, reason))


class Line:
    """A wire, its owner, and the server's end."""

    def __init__(self) -> None:
        self.owner, self.transport = Owner(), Transport()
        self.wire = Wire(parse_uri("ws://localhost/ws"), self.owner, lambda size: b"\x11" * size)
        self.wire.connection_made(cast("asyncio.Transport", self.transport))
        self.server = ServerProtocol(subprotocols=[Subprotocol("croupier.v1")])
        self.server.receive_data(self.sent())
        (request,) = self.server.events_received()
        assert isinstance(request, Request)
        self.server.send_response(self.server.accept(request))

    def sent(self) -> bytes:
        written, self.transport.written = self.transport.written, b""
        return written

    def from_server(self) -> bytes:
        return b"".join(self.server.data_to_send())


def opened() -> Line:
    line = Line()
    line.wire.data_received(line.from_server())
    return line


@given(
    payloads=st.lists(st.binary(max_size=40) | st.binary(min_size=124, max_size=130), max_size=8),
    cuts=st.lists(st.integers(1, 60)),
)
def test_messages_come_whole_and_in_order_however_their_bytes_are_cut(payloads: list[bytes], cuts: list[int]) -> None:
    line = Line()
    for number, payload in enumerate(payloads):
        line.server.send_binary(payload)
        if number % 3 == 1:
            line.server.send_ping(b"?")
    data = line.from_server()
    for cut in cuts:
        line.wire.data_received(data[:cut])
        data = data[cut:]
    line.wire.data_received(data)
    assert line.owner.messages == payloads


def test_what_a_bot_sends_is_what_a_server_reads() -> None:
    line = opened()
    for payload in (b"", b"short", b"x" * 125, b"y" * 126, b"z" * 4096):
        line.wire.send(payload)
    line.server.receive_data(line.sent())
    frames = [event for event in line.server.events_received() if isinstance(event, Frame)]
    assert [len(frame.data) for frame in frames] == [0, 5, 125, 126, 4096]


def test_a_ping_is_answered_with_its_pong() -> None:
    line = opened()
    line.server.send_ping(b"are you there")
    line.wire.data_received(line.from_server())
    line.server.receive_data(line.sent())
    (pong,) = line.server.events_received()
    assert isinstance(pong, Frame)
    assert (pong.opcode, bytes(pong.data)) == (Opcode.PONG, b"are you there")


def test_fragments_are_joined_and_whole_messages_after_them_are_still_heard() -> None:
    line = opened()
    line.server.send_binary(b"one")
    line.server.send_binary(b"tw", fin=False)
    line.server.send_ping(b"")
    line.server.send_continuation(b"o", fin=True)
    line.server.send_binary(b"three")
    data = line.from_server()
    for at in range(len(data)):
        line.wire.data_received(data[at : at + 1])
    assert line.owner.messages == [b"one", b"two", b"three"]


def test_a_close_frame_is_answered_and_its_code_is_told() -> None:
    line = opened()
    line.server.send_close(4003, "taken over")
    line.wire.data_received(line.from_server())
    line.server.receive_data(line.sent())
    assert line.server.close_rcvd == Close(4003, "taken over")
    line.wire.connection_lost(None)
    assert line.owner.ended == [(4003, "taken over")]


def test_a_connection_that_just_ends_has_fallen() -> None:
    line = opened()
    line.wire.connection_lost(ConnectionResetError("reset"))
    assert line.owner.ended == [(FALLEN, "reset")]
    line.wire.send(b"into the void")
    line.wire.close()
    assert not line.sent()


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_refused_handshake_ends_the_connection(cut: int) -> None:
    line = Line()
    response = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno"
    for at in range(0, len(response), cut):
        line.wire.data_received(response[at : at + cut])
    assert line.transport.aborted
    line.wire.connection_lost(None)
    assert line.owner.ended[0][0] == FALLEN
    assert not line.owner.messages


def test_a_response_without_an_end_is_not_waited_for() -> None:
    line = Line()
    line.wire.data_received(b"x" * (RESPONSE_BYTES_MAX + 1))
    assert line.transport.aborted


def test_a_message_that_is_too_large_is_not_waited_for() -> None:
    line = opened()
    line.wire.data_received(b"\x82\x7f" + (FRAME_BYTES_MAX + 1).to_bytes(8, "big") + b"begin")
    assert line.transport.aborted


def test_a_goodbye_is_a_close_frame() -> None:
    line = opened()
    line.wire.close()
    line.server.receive_data(line.sent())
    assert line.server.close_rcvd is not None
    assert line.server.close_rcvd.code == 1000
    assert line.transport.closed
