"""Frames agree, byte for byte, with those of a library that many have checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Close as WireClose
from websockets.frames import Frame, Opcode

from protocol.errors import CLOSINGS, Close
from protocol.replies import Pong
from server.gateway.frames import PING_FRAME, binary_frame, close_frame, frame_end, message_frame

SIZES = [0, 1, 125, 126, 127, 4096, 0xFFFF, 0x10000]


def masked(opcode: int, data: bytes, fin: bool = True) -> bytes:
    return Frame(Opcode(opcode), data, fin).serialize(mask=True)


@pytest.mark.parametrize("size", SIZES)
def test_a_binary_frame_is_what_the_standard_says(size: int) -> None:
    payload = bytes(size)

    assert binary_frame(payload) == Frame(Opcode.BINARY, payload).serialize(mask=False)


@pytest.mark.parametrize("close", list(Close))
def test_a_close_frame_says_its_code_and_why(close: Close) -> None:
    expected = WireClose(close.value, CLOSINGS[close].text).serialize()

    assert close_frame(close) == Frame(Opcode.CLOSE, expected).serialize(mask=False)


def test_the_ping_is_a_ping() -> None:
    assert Frame(Opcode.PING, b"").serialize(mask=False) == PING_FRAME


@given(st.integers(0, 70_000), st.binary(max_size=20), st.binary(max_size=20))
def test_the_end_of_a_frame_is_found_wherever_it_stands(size: int, before: bytes, after: bytes) -> None:
    frame = masked(2, bytes(size))

    assert frame_end(before + frame + after, len(before)) == len(before) + len(frame)


@given(st.integers(0, 70_000))
def test_the_end_is_unknown_until_the_length_is_there_and_never_wrong(size: int) -> None:
    frame = masked(2, bytes(size))
    ends = [frame_end(frame[:have], 0) for have in range(15)]

    assert set(ends) <= {-1, len(frame)}
    assert ends == sorted(ends)
    assert ends[:2] == [-1, -1]


def test_a_message_is_packed_and_framed_and_a_failure_leaves_nothing_behind() -> None:
    whole = message_frame({"t": "pong", "id": b"", "now_ms": 1})
    with pytest.raises(TypeError):
        message_frame({"t": "pong", "id": b"", "now_ms": object()})

    assert message_frame(Pong(id=b"", now_ms=1)) == whole == b"\x82\x15\x83\xa1t\xa4pong\xa2id\xc4\x00\xa6now_ms\x01"
