"""Where a server is: its WebSocket address."""

from websockets.exceptions import InvalidURI
from websockets.uri import WebSocketURI, parse_uri


def address_of(url: str) -> WebSocketURI:
    """The parts of `ws://host:port/path` or `wss://…`. Raises `ValueError`."""
    try:
        return parse_uri(url)
    except InvalidURI as error:
        raise ValueError(str(error)) from error
