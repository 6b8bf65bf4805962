"""Which connection a session is on. Sockets claim it at several gateways; its player's wallet has put them in order."""

from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from protocol.commands import Claim
from protocol.errors import Close

FIRST: Final = Claim(0, 0)
"""A new session's: nobody else knows its name yet."""


class Claimant(Protocol):
    """A connection that has a session."""

    def close(self, close: Close) -> None:
        """Close the socket."""


V = TypeVar("V", bound=Claimant)


class _Held(NamedTuple, Generic[V]):
    claim: Claim
    claimant: V


class Claims(Generic[V]):
    """The sessions of one gateway's connections, and the newest claims to those that are being resumed here."""

    __slots__ = ("_coming", "_held", "taken_over")

    def __init__(self) -> None:
        self._held: dict[str, _Held[V]] = {}
        self._coming: dict[str, list[Claim]] = {}
        self.taken_over = 0
        """Connections that were closed because their session went on elsewhere."""

    def expect(self, session: str) -> None:
        """A resume is under way: remember what is heard of the session, until `settle` or `give_up`."""
        self._coming.setdefault(session, []).append(FIRST)

    def heard(self, session: str, newest: Claim) -> None:
        """Somebody, here or at another gateway, has claimed a session."""
        coming = self._coming.get(session)
        if coming is not None:
            coming[:] = [max(claim, newest) for claim in coming]
        held = self._held.get(session)
        if held is not None and held.claim < newest:
            self.lose(session)

    def give_up(self, session: str) -> None:
        """A resume has come to nothing, or is done."""
        coming = self._coming[session]
        coming.pop()
        if not coming:
            del self._coming[session]

    def settle(self, session: str, claim: Claim, claimant: V) -> bool:
        """Let a connection have the session; false when a newer claim to it was heard."""
        held = self._held.get(session)
        newest = max((*self._coming.get(session, ()), FIRST if held is None else held.claim))
        if newest > claim:
            return False
        if held is not None:
            self.lose(session)
        self._held[session] = _Held(claim, claimant)
        return True

    def lose(self, session: str) -> None:
        """A session is on another connection, which the one that had it is told."""
        held = self._held.pop(session, None)
        if held is not None:
            self.taken_over += 1
            held.claimant.close(Close.SESSION_TAKEN_OVER)

    def overtaken(self, session: str, claim: Claim) -> None:
        """A newer claim than this one is known of: whoever has the session by this one loses it."""
        held = self._held.get(session)
        if held is not None and held.claim == claim:
            self.lose(session)

    def leave(self, session: str, claimant: V) -> bool:
        """A connection has ended; whether it had the session until now."""
        held = self._held.get(session)
        if held is None or held.claimant is not claimant:
            return False
        del self._held[session]
        return True

    def __len__(self) -> int:
        return len(self._held)
