"""The version of the protocol, negotiated as a WebSocket subprotocol."""

from typing import Final

PROTOCOL_VERSION: Final = 1
SUBPROTOCOL: Final = "croupier.v1"
