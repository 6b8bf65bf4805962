"""The two directions of the wire: what clients may send, and what the server may send."""

from protocol.codec import Dialect
from protocol.games import GAME_REPLIES, GAME_REQUESTS
from protocol.model import Message, Request
from protocol.replies import CORE_REPLIES
from protocol.requests import CORE_REQUESTS


def client_dialect() -> Dialect[Request]:
    """What clients may send."""
    return Dialect(CORE_REQUESTS + GAME_REQUESTS)


def server_dialect() -> Dialect[Message]:
    """What the server may send."""
    return Dialect(CORE_REPLIES + GAME_REPLIES)
