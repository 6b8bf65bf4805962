"""What a table of sit-and-gos is told besides what any poker table is, and what happens at it."""

from dataclasses import dataclass

from actors.games.poker.structure import Structure
from protocol.ids import PlayerId


@dataclass(frozen=True, slots=True)
class Register:
    """Take part in the next tournament, in this seat, for so much money, which is paid for."""

    player: PlayerId
    name: str
    seat: int
    paid: int
    now: int


@dataclass(frozen=True, slots=True)
class Unregister:
    """Not to take part, and have all of it back."""

    player: PlayerId
    now: int


@dataclass(frozen=True, slots=True)
class Conclude:
    """A hand is over, or its end is looked at again: see who is out."""

    now: int


TournamentCommand = Register | Unregister | Conclude


@dataclass(frozen=True, slots=True)
class Opened:
    """Tournament `number` of this table takes registrations; to its end it is played by this structure."""

    number: int
    structure: Structure
    at: int


@dataclass(frozen=True, slots=True)
class Registered:
    """A player takes part, and has paid so much money."""

    seat: int
    player: PlayerId
    name: str
    paid: int
    at: int


@dataclass(frozen=True, slots=True)
class Unregistered:
    """A player takes no part, and has so much money to get back."""

    seat: int
    player: PlayerId
    paid: int
    at: int


@dataclass(frozen=True, slots=True)
class TournamentBegan:
    """All seats are taken: the fees, so much money, are the house's, and everybody has chips."""

    fees: int
    at: int


@dataclass(frozen=True, slots=True)
class PlayerOut:
    """A player has lost all chips, or won them all, and has so much money to get."""

    seat: int
    player: PlayerId
    name: str
    place: int
    prize: int
    at: int


@dataclass(frozen=True, slots=True)
class TournamentEnded:
    """Everybody has a place, and the table takes registrations anew."""

    at: int


TournamentEvent = Opened | Registered | Unregistered | TournamentBegan | PlayerOut | TournamentEnded
