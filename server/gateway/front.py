"""What all connections of one gateway share."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from structlog.typing import FilteringBoundLogger

from persistence.presence import Online
from protocol.errors import Close
from protocol.ids import PlayerId
from protocol.model import Message, Request
from server.config.limits import Limits
from server.gateway.actions import Action
from server.gateway.backend import Backend, Clock
from server.gateway.claims import Claims
from server.gateway.hub import Hub
from server.gateway.lobby import Lobby
from server.gateway.quotas import Quotas
from server.gateway.rates import Rates
from server.gateway.roll import Roll
from server.gateway.session import Rules, Session
from server.gateway.sockets import Socket, Sockets
from server.gateway.topic import Watcher
from server.gateway.wheel import Wheel
from server.observe.metrics import GatewayCounters


class Visitor(Watcher, Protocol):
    """A connection, as the desk sees it."""

    session: Session
    online: Online | None
    """The session that was opened on it."""
    resume_digest: bytes | None

    @property
    def paused(self) -> bool:
        """Whether its socket takes no more for now."""

    @property
    def player(self) -> PlayerId:
        """Who it is."""

    def answer(self, message: Message) -> None:
        """Answer a request that counts as in flight."""

    def say(self, message: Message) -> None:
        """Send a message."""

    def act(self, action: Action) -> None:
        """Do what the session decided."""

    def close(self, close: Close) -> None:
        """Close the socket."""

    def abort(self) -> None:
        """Drop the socket without a word."""


class Desk(Protocol):
    """Who answers what is asked of the gateway itself."""

    def serve(self, visitor: Visitor, request: Request) -> None:
        """Answer, now or later."""


@dataclass(slots=True)
class Front:
    """`claims` says which connection a session is on; `alive` are connections with a session that were just seen."""

    limits: Limits
    rules: Rules
    backend: Backend
    hub: Hub
    lobby: Lobby
    wheel: Wheel
    clock: Clock
    counters: GatewayCounters
    addresses: Quotas[str]
    players: Quotas[PlayerId]
    proofs: Rates[str]
    claims: Claims[Visitor]
    roll: Roll
    log: FilteringBoundLogger
    wire_log: logging.Logger
    greeting: Callable[[], Message]
    desk: Desk = field(init=False)
    sockets: Sockets[Socket, Visitor] = field(default_factory=Sockets)
    alive: list[Visitor] = field(default_factory=list)
    accepting: bool = True
    now_ms: int = 0
    """Unix time as of the last tick: good enough for rates and for ids, and free."""
