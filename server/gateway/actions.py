"""What a session may decide to do about a message, and how a refusal is said."""

from typing import NamedTuple

from actors.runtime.ref import Ref
from protocol.commands import Asked
from protocol.errors import CATALOGUE, Close, Refusal
from protocol.model import Request
from protocol.replies import Failed


class Forward(NamedTuple):
    """Post this to an actor; its answer is the reply."""

    ref: Ref
    command: Asked


class Serve(NamedTuple):
    """The gateway itself answers this request."""

    request: Request


class Say(NamedTuple):
    """Answer at once."""

    reply: Failed


class Shut(NamedTuple):
    """Say this, if anything, and close the socket."""

    close: Close
    reply: Failed | None = None


class Ignore(NamedTuple):
    """The conversation is over; whatever comes is dropped."""


Action = Forward | Serve | Say | Shut | Ignore


def failed(request_id: bytes, refusal: Refusal) -> Failed:
    """The reply that tells a client why a request was not done."""
    meaning = CATALOGUE[refusal.code]
    return Failed(
        id=request_id,
        code=refusal.code.value,
        name=refusal.code.name.lower(),
        text=meaning.text,
        retry=meaning.may_retry,
        evidence=refusal.evidence,
    )
