"""The digest of a request's body: two requests with one id are the same request when these are equal."""

from hashlib import blake2b
from typing import Any, Final

import msgpack

from protocol.model import Request

DIGEST_BYTES: Final = 8


def digest_of(request: Request) -> bytes:
    """Eight bytes of BLAKE2b over the request, its id included: only requests with the same id are ever compared."""
    return blake2b(_packer.pack(tuple(request.__dict__.values())), digest_size=DIGEST_BYTES).digest()


def digest_of_parts(*parts: Any) -> bytes:
    """The same for a command that is not a request."""
    return blake2b(msgpack.packb(parts), digest_size=DIGEST_BYTES).digest()


def _plain(value: Any) -> Any:
    return value.__dict__


_packer: Final = msgpack.Packer(default=_plain)
