"""Frames are built and found as RFC 6455 writes them; `websockets` itself reads and writes the other side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from clients.bots.framing import masked, span


def parse(data: bytes, mask: bool) -> Frame:
    reader = StreamReader()
    reader.feed_data(data)
    parser = Frame.parse(reader.read_exact, mask=mask)
    with pytest.raises(StopIteration) as stop:
        next(parser)
    assert not reader.buffer
    frame: Frame = stop.value.value
    return frame


def test_the_masked_hello_of_the_standard_is_these_bytes() -> None:
    assert masked(b"Hello", b"\x37\xfa\x21\x3d") == b"\x82\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"


@given(payload=st.binary(max_size=70) | st.binary(min_size=120, max_size=300), mask=st.binary(min_size=4, max_size=4))
def test_a_server_reads_what_a_bot_sends(payload: bytes, mask: bytes) -> None:
    frame = parse(masked(payload, mask), mask=True)
    assert (frame.opcode, frame.fin, bytes(frame.data)) == (Opcode.BINARY, True, payload)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_bot_finds_the_payload_of_what_a_server_sends(size: int) -> None:
    payload = bytes(size)
    before = b"before"
    data = before + Frame(Opcode.BINARY, payload).serialize(mask=False)
    assert span(data, len(before)) == (len(data) - size, len(data))
    for cut in range(1, min(10, size)):
        limits = span(data[:-cut], len(before))
        assert limits is not None
        assert limits[1] == len(data)


@pytest.mark.parametrize("head", [b"", b"\x82", b"\x82\x7e", b"\x82\x7e\x01", b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00"])
def test_a_frame_whose_length_is_not_whole_has_no_limits_yet(head: bytes) -> None:
    assert span(head, 0) is None
