"""Watchers for tests of fan-out: each checks, as a client does, that nothing is lost, doubled or out of order."""

from collections.abc import Callable
from typing import Any

import msgpack

from protocol.ids import PlayerId
from protocol.model import Message
from protocol.replies import Failed
from server.gateway.topic import Topic


def read_frame(frame: bytes) -> dict[str, Any]:
    """The message in a frame of the server's."""
    length = frame[1]
    header = 2 if length < 126 else 4 if length == 126 else 10
    message: dict[str, Any] = msgpack.unpackb(frame[header:])
    return message


class FakeWatcher:
    """A connection without a socket. `positions` is where it stands in each stream; `wrong` is what should not come."""

    def __init__(self, player: int = 1) -> None:
        self.player = PlayerId(player)
        self.paused = False
        self.topics: list[Topic] = []
        self.write: Callable[[bytes], None] = self.send
        self.got: list[dict[str, Any]] = []
        self.positions: dict[str, tuple[int, int]] = {}
        self.wrong: list[dict[str, Any]] = []
        self.refused: list[tuple[bytes, int]] = []
        self.ended: list[str] = []

    def send(self, frame: bytes) -> None:
        """Take a frame as a client would."""
        self._take(read_frame(frame))

    def answer(self, message: Message) -> None:
        """Take an answer to a request."""
        if isinstance(message, Failed):
            self.refused.append((message.id, message.code))
        else:
            self._take(message.model_dump())

    def stream_ended(self, stream: str) -> None:
        """A stream that was asked for cannot be watched."""
        self.ended.append(stream)

    def _take(self, message: dict[str, Any]) -> None:
        self.got.append(message)
        if message["t"] == "welcome":
            self.positions["wallet"] = (message["epoch"], message["seq"])
        elif message["t"].endswith(".snapshot"):
            self.positions[message["stream"]] = (message["epoch"], message["seq"])
        elif "stream" in message and message["t"] != "watching":
            epoch, seq = self.positions.get(message["stream"], (0, 0))
            if (message["epoch"], message["seq"]) != (epoch, seq + 1):
                self.wrong.append(message)
            self.positions[message["stream"]] = (message["epoch"], message["seq"])

    def tags(self) -> list[str]:
        """What came, by tag."""
        return [message["t"] for message in self.got]
