"""WebSocket frames (RFC 6455, section 5) as bots meet them nearly always: whole, binary, and of few bytes."""

from typing import Final

from websockets.speedups import apply_mask

BINARY_HEAD: Final = 0x82
"""The last (and only) fragment of a binary message."""
MASKED: Final = 0x80
CONTROL: Final = 0x88
"""A whole control frame (close, ping, pong) has these bits."""
SHORT_MAX: Final = 125
TWO_BYTES: Final = 126
EIGHT_BYTES: Final = 127
MASK_BYTES: Final = 4
FRAME_BYTES_MAX: Final = 1 << 20
"""The largest message that is taken from a server."""

SHORT_HEADS: Final = tuple(bytes((BINARY_HEAD, MASKED | size)) for size in range(SHORT_MAX + 1))


def masked(payload: bytes, mask: bytes) -> bytes:
    """The frame that carries `payload` (at most 65,535 bytes) from a client: masked with four random bytes."""
    size = len(payload)
    if size <= SHORT_MAX:
        return SHORT_HEADS[size] + mask + apply_mask(payload, mask)
    return bytes((BINARY_HEAD, MASKED | TWO_BYTES)) + size.to_bytes(2, "big") + mask + apply_mask(payload, mask)


def span(data: bytes, start: int) -> tuple[int, int] | None:
    """Where the payload of the unmasked frame at `start` begins and ends; nothing while its length is not here.

    The end may lie beyond the data: then the frame is not whole yet.
    """
    have = len(data) - start
    if have < 2:
        return None
    size = data[start + 1]
    if size <= SHORT_MAX:
        return start + 2, start + 2 + size
    extra = 2 if size == TWO_BYTES else 8
    if have < 2 + extra:
        return None
    begin = start + 2 + extra
    return begin, begin + int.from_bytes(data[start + 2 : begin], "big")
