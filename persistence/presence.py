"""What the gateways of a cluster tell each other through a store: who is online where, and what players use up.

All of it is hot state, and nothing of money or games depends on it: without the store each gateway knows its own
players alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from protocol.commands import Claim
from protocol.ids import PlayerId


@dataclass(frozen=True, slots=True)
class Online:
    """A session on an open socket at a gateway."""

    player: PlayerId
    session: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class Found:
    """What the store says of a session: whether the claim to it is the newest, and where else its player is online.

    `elsewhere` has the names of the gateways of the player's other sessions, once for each.
    """

    is_newest: bool
    elsewhere: tuple[str, ...]


class Presence(Protocol):
    """Who is online where. What is not renewed within its time is forgotten. Every method raises `Unavailable`."""

    async def announce(self, gateway: str, online: Sequence[Online], seconds: int) -> list[Found]:
        """These are online here, for `seconds` from now; but a session with a newer claim to it stays where it is."""

    async def leave(self, gateway: str, gone: Sequence[Online]) -> None:
        """These are online here no more. One that has gone on elsewhere is left alone."""

    async def find(self, players: Sequence[PlayerId]) -> list[dict[str, str]]:
        """The gateway of each session of each of these players."""

    async def report(self, gateway: str, report: bytes) -> dict[str, bytes]:
        """Replace what a gateway says of itself; answers with what all of them said last, its own included."""

    async def forget(self, gateways: Sequence[str]) -> None:
        """Drop the reports of gateways that are gone."""


class SharedRates(Protocol):
    """How far ahead of the clock players are with their rates, at all gateways together."""

    async def spend(self, interval_ms: float, spent: Sequence[tuple[PlayerId, int]]) -> list[float]:
        """Add what players spent here: so many tokens, of which one comes back each `interval_ms`.

        Answers with the milliseconds until each of them has all tokens back. Raises `Unavailable`.
        """
