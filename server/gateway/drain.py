"""Sends everybody away over some time: a crowd that leaves at once comes back at once, to the other gateways."""

from collections.abc import Iterable
from math import ceil
from typing import Protocol

from persistence.presence import Online
from protocol.errors import Close
from server.gateway.session import Session, State


class Guest(Protocol):
    """A connection, as far as its leaving is concerned."""

    session: Session
    online: Online | None

    def close(self, close: Close) -> None:
        """Close the socket."""


class Drain:
    """Closes so many connections with each `advance` that the last one goes after `seconds`.

    Those that wait for an answer go later, if there is time: it saves them a repetition.
    """

    __slots__ = ("_began", "_seconds", "_total", "online", "sent_away")

    def __init__(self, total: int, seconds: float, now: float) -> None:
        self._total = total
        self._seconds = seconds
        self._began = now
        self.sent_away = 0
        self.online: list[Online] = []
        """The sessions of those who were sent away."""

    def advance(self, guests: Iterable[Guest], now: float) -> None:
        """Close those whose time has come; `guests` are all who are still here, also those who are closing."""
        elapsed = now - self._began
        staying = [guest for guest in guests if guest.session.state is not State.CLOSING]
        if elapsed >= self._seconds:
            self._send_away(staying)
            return
        due = ceil(self._total * elapsed / self._seconds) - self.sent_away
        if due > 0:
            self._send_away([guest for guest in staying if not guest.session.in_flight][:due])

    def _send_away(self, guests: list[Guest]) -> None:
        for guest in guests:
            if guest.online is not None:
                self.online.append(guest.online)
            guest.close(Close.RESTARTING)
            self.sent_away += 1
