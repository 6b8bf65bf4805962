"""By what a client says who it is, best first: the session's resume token, an access token, what it began with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from protocol.errors import CATALOGUE, Code


@dataclass(frozen=True, slots=True)
class Guest:
    """Play money: a new guest, or the one who holds this secret of 32 bytes."""

    name: str | None = None
    secret: bytes | None = None


@dataclass(frozen=True, slots=True)
class Telegram:
    """The raw `initData` of a Telegram Mini App; the server takes it once."""

    init_data: str


@dataclass(frozen=True, slots=True)
class Token:
    """The access token of an earlier `welcome`."""

    token: str


Login = Guest | Telegram | Token


class Credentials:
    """What one player can log in with at this moment. `welcome` brings better ones; a refusal takes one away."""

    __slots__ = ("_login", "_tried", "guest_secret", "resume", "token")

    def __init__(self, login: Login) -> None:
        self._login: Login | None = login
        self.resume: str | None = None
        self.token: str | None = login.token if isinstance(login, Token) else None
        self.guest_secret: bytes | None = login.secret if isinstance(login, Guest) else None
        self._tried = ""

    def request(self) -> dict[str, Any] | None:
        """The best login request that is left, without its id; nothing when all were refused."""
        if self.resume is not None:
            self._tried = "resume"
            return {"t": "resume", "token": self.resume}
        if self.token is not None:
            self._tried = "token"
            return {"t": "auth.token", "token": self.token}
        self._tried = "login"
        match self._login:
            case Guest(name=name):
                optional = {"name": name, "secret": self.guest_secret}
                return {"t": "auth.guest"} | {key: value for key, value in optional.items() if value is not None}
            case Telegram(init_data=init_data):
                return {"t": "auth.telegram", "init_data": init_data}
        return None

    def welcomed(self, welcome: Mapping[str, Any]) -> None:
        """Keep what `welcome` brings; its resume token replaces the one that is used up."""
        self.resume = welcome["resume"]
        self.token = welcome["token"]
        self.guest_secret = welcome.get("guest_secret") or self.guest_secret

    def refused(self, code: int) -> None:
        """The last `request` was refused: it is not worth repeating, unless the catalogue says that it may be."""
        if code in CATALOGUE and CATALOGUE[Code(code)].may_retry:
            return
        if self._tried == "resume":
            self.resume = None
        elif self._tried == "token":
            self.token = None
        else:
            self._login = None
