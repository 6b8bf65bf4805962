"""WebSocket frames as the server writes them (RFC 6455, section 5): built once, unmasked, never fragmented."""

from typing import Any, Final

from pydantic import BaseModel

from protocol.codec import MESSAGE_BYTES_MAX, encode, encode_map
from protocol.errors import CLOSINGS, Close

BINARY_FINAL: Final = 0x82
CLOSE_FINAL: Final = 0x88
PONG_FINAL: Final = 0x8A
PING_FRAME: Final = b"\x89\x00"
MASKED: Final = 0x80
SHORT_MAX: Final = 125
MEDIUM: Final = 126
MEDIUM_MAX: Final = 0xFFFF
MASK_BYTES: Final = 4
SHORT_HEADER_BYTES: Final = 2 + MASK_BYTES
FRAME_BYTES_MAX: Final = MESSAGE_BYTES_MAX + 4 + MASK_BYTES

_SHORT_HEADERS: Final = tuple(bytes((BINARY_FINAL, length)) for length in range(SHORT_MAX + 1))


def binary_frame(payload: bytes) -> bytes:
    """One final binary frame around a payload."""
    length = len(payload)
    if length <= SHORT_MAX:
        return _SHORT_HEADERS[length] + payload
    if length <= MEDIUM_MAX:
        return b"\x82\x7e" + length.to_bytes(2, "big") + payload
    return b"\x82\x7f" + length.to_bytes(8, "big") + payload


def close_frame(close: Close) -> bytes:
    """The close frame with a code of the catalogue and what it says."""
    payload = close.to_bytes(2, "big") + CLOSINGS[close].text.encode()
    return bytes((CLOSE_FINAL, len(payload))) + payload


def frame_end(data: bytes, at: int) -> int:
    """Where the client's frame that begins at `at` ends; -1 while its header is not all there."""
    size = len(data) - at
    if size < 2:
        return -1
    second = data[at + 1]
    length = second & 0x7F
    header = SHORT_HEADER_BYTES if second & MASKED else 2
    if length <= SHORT_MAX:
        return at + header + length
    wide = 2 if length == MEDIUM else 8
    if size < 2 + wide:
        return -1
    return at + header + wide + int.from_bytes(data[at + 2 : at + 2 + wide], "big")


def message_frame(message: BaseModel | dict[str, Any]) -> bytes:
    """The frame of a message, or of a map that is one already."""
    return binary_frame(encode_map(message) if isinstance(message, dict) else encode(message))
