"""The frames that are not one whole binary message: fragments, text, control and broken ones, read by `websockets`."""

import logging
from typing import NamedTuple

from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from protocol.codec import MESSAGE_BYTES_MAX


def quiet_logger() -> logging.Logger:
    """A logger that passes on errors alone: `websockets` writes a line for every connection."""
    logger = logging.Logger("websockets.server", logging.ERROR)  # noqa: LOG001 - of our own, so that no level is changed
    logger.parent = logging.getLogger()
    return logger


class Heard(NamedTuple):
    """What came of a frame: bytes to send back, a whole message if it ended one, and where the conversation stands.

    It has `ended` when both have said so (`agreed`), or when the frame broke the rules.
    """

    out: bytes
    message: bytes | None
    is_text: bool
    ended: bool
    agreed: bool
    resting: bool


class OddFrames:
    """Takes whole frames, any but the common one, from the first odd one until nothing is left in the middle of it."""

    __slots__ = ("_pieces", "_wire")

    def __init__(self, logger: logging.Logger) -> None:
        self._wire = ServerProtocol(state=OPEN, max_size=MESSAGE_BYTES_MAX, logger=logger)
        self._pieces: list[bytes] = []

    def feed(self, frame: bytes) -> Heard:
        """One frame, whole, as it came."""
        wire = self._wire
        wire.receive_data(frame)
        message: bytes | None = None
        is_text = False
        for event in wire.events_received():
            if not isinstance(event, Frame):
                continue
            if event.opcode is Opcode.TEXT:
                is_text = True
            elif event.opcode is Opcode.BINARY or event.opcode is Opcode.CONT:
                if event.data:
                    self._pieces.append(bytes(event.data))
                if event.fin:
                    message = b"".join(self._pieces)
                    self._pieces.clear()
        out = b"".join(wire.data_to_send())
        resting = wire.state is OPEN and wire.current_size is None
        return Heard(out, message, is_text, wire.eof_sent, wire.close_rcvd is not None, resting)
