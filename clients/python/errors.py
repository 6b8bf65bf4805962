"""What can go wrong for a client.

ClientError
├── Refused        the server will not do it: a code of the catalogue, and the evidence
│   └── LoginRefused   nothing is left to log in with
├── Unanswered     no answer in time; the effect is unknown, and the same id may be asked again
└── Closed         the connection is closed for good
"""

from collections.abc import Mapping
from typing import Any

from clients.python.conversation import Asked


class ClientError(Exception):
    """Anything that a client of this SDK may have to handle."""


class Refused(ClientError):
    """The server refused: `code` and `name` of the catalogue, and the evidence for it."""

    def __init__(self, code: int, name: str, text: str, evidence: Mapping[str, Any]) -> None:
        super().__init__(f"{code} {name}: {text} {dict(evidence) or ''}".rstrip())
        self.code = code
        self.name = name
        self.evidence = evidence


class LoginRefused(Refused):
    """Every way to log in was refused; this is the last refusal."""


class Unanswered(ClientError):
    """No answer in time: whether it was done is not known. Asking again is safe (`Client.ask_again`)."""

    def __init__(self, asked: Asked, seconds: float) -> None:
        super().__init__(f"no answer to {asked.id.hex()} within {seconds:g} s; its effect is not known")
        self.asked = asked
        self.seconds = seconds


class Closed(ClientError):
    """The connection is closed and is not coming back; `code` is the close code, where the server gave one."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(reason if code is None else f"{code} {reason}".rstrip())
        self.code = code
        self.reason = reason
