"""What a table knows of the tournament that is played at it."""

from dataclasses import dataclass
from typing import Any

from protocol.ids import PlayerId


@dataclass(frozen=True, slots=True)
class Placed:
    """One who is out of `seat`, or has won. Those who are equal have places of their own, and share the prizes."""

    seat: int
    place: int
    player: PlayerId
    name: str
    prize: int


@dataclass(slots=True)
class Tournament:
    """One tournament, from the first registration to the last prize.

    `money` is what is in escrow for it: what was paid, after the start the pool, and in the end nothing.
    """

    number: int
    money: int = 0
    is_running: bool = False
    began_at: int = 0
    first_hand: int = 0
    level: int = 0
    """That of the newest hand, from 0."""
    placed: tuple[Placed, ...] = ()
    """The worst place first."""


def tournament_in(values: tuple[Any, ...]) -> Tournament:
    """The tournament whose fields were written down."""
    number, money, is_running, began_at, first_hand, level, placed = values
    return Tournament(number, money, is_running, began_at, first_hand, level, tuple(Placed(*one) for one in placed))
