"""What the gateway is given: rooms that answer, and queries; and what it offers them: an outbox for events."""

from collections.abc import Callable
from typing import Any, Protocol

from actors.runtime.ref import Ref
from protocol.errors import Refusal
from protocol.games.pokerhand import PokerHand, PokerRecall
from protocol.ids import BetId, PlayerId
from protocol.model import Message
from protocol.replies import ProofView, RoundsPage, StatementPage
from protocol.requests import LastRounds, Statement

ReplyTo = Callable[[object], None]
"""Takes the one answer to a command: a `Message`, a map ready for the wire (with `t` and `id`), or a `Refusal`."""
Event = Message | dict[str, Any]
"""A push as it goes on the wire, with its `stream`, `epoch` and `seq`."""


class Backend(Protocol):
    """The hosts of the actors."""

    def post(self, ref: Ref, command: object, reply_to: ReplyTo | None) -> None:
        """Take a command; never blocks, never raises for a reason of state.

        `reply_to` is called once, after the commit, on the gateway's thread. Effects come out in the order in which the
        turns made them: a reply that carries a position of a stream before the pushes with later ones.
        """


class Interest(Protocol):
    """Hosts that send a gateway only the events that it asked for."""

    def watch(self, ref: Ref) -> None:
        """Have an actor's events sent from now on: all that come after the answer to whatever is posted next."""

    def unwatch(self, ref: Ref) -> None:
        """Have no more of them sent."""


class Outbox(Protocol):
    """Where committed events go: topics are `wallet:PLAYER` and `table:ID`."""

    def pushed(self, topic: str, event: Event, origin: ReplyTo | None = None) -> None:
        """Send an event to everyone who watches, except the connection whose reply (`origin`) carried it already."""


class Queries(Protocol):
    """Questions about the past, answered from the store. The gateway writes the request's id into the answer."""

    async def statement(self, player: PlayerId, request: Statement) -> StatementPage | Refusal:
        """Transfers of one of the player's balances, newest first."""

    async def last_rounds(self, player: PlayerId, request: LastRounds) -> RoundsPage | Refusal:
        """Rounds that were played with one of the player's balances, newest first, and its funds around them."""

    async def poker_hand(self, player: PlayerId, request: PokerRecall) -> PokerHand | Refusal:
        """A hand of poker that is over, as the player may see it."""

    async def proof(self, player: PlayerId | None, bet: BetId) -> ProofView | Refusal:
        """What one of the player's bets can be checked by; `player` nobody: whoever's it is."""


class Clock(Protocol):
    """Time, as an argument."""

    def unix_ms(self) -> int:
        """Milliseconds since 1970."""

    def monotonic(self) -> float:
        """Seconds that only ever grow, for measuring and waiting."""
