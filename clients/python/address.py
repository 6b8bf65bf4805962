"""Where a server is: its WebSocket address, or those of several gateways of one cluster."""

from typing import Final

from websockets.exceptions import InvalidURI
from websockets.uri import WebSocketURI, parse_uri

SEPARATOR: Final = ","


def address_of(url: str) -> WebSocketURI:
    """The parts of `ws://host:port/path` or `wss://…`. Raises `ValueError`."""
    try:
        return parse_uri(url)
    except InvalidURI as error:
        raise ValueError(str(error)) from error


def urls_of(urls: str) -> tuple[str, ...]:
    """Each of the addresses in `ws://one/ws,ws://other/ws`. Raises `ValueError` for what is none."""
    each = tuple(url.strip() for url in urls.split(SEPARATOR))
    for url in each:
        address_of(url)
    return each
