"""What a poker table writes down: each event as (name, fields) in msgpack, and back."""

from dataclasses import dataclass
from typing import Any, Final

import msgpack

from actors.games.poker.deal import Deal, Entrant, Move
from actors.games.poker.events import (
    ChipsAdded,
    Event,
    Extended,
    HandDealt,
    HandOpened,
    Leaving,
    Mixed,
    Moved,
    ReachChanged,
    SatIn,
    SatOut,
    SeatLeft,
    SeatTaken,
    Shown,
)
from actors.games.poker.packed import packed
from actors.games.poker.structure import structure_in
from actors.games.poker.tournament_events import (
    Opened,
    PlayerOut,
    Registered,
    TournamentBegan,
    TournamentEnded,
    Unregistered,
)
from protocol.ids import CommandId, PlayerId


@dataclass(frozen=True, slots=True)
class Buying:
    """A player was let to bring chips, by this command; the wallet has the last word. `digest` is of the request."""

    id: CommandId
    digest: bytes
    player: PlayerId
    name: str
    seat: int
    amount: int
    is_top_up: bool


@dataclass(frozen=True, slots=True)
class Bought:
    """The wallet has answered; `is_done` or there will be no chips."""

    id: CommandId
    is_done: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """Chips that left the table, to be the player's money again by this command of the table's own."""

    id: CommandId
    player: PlayerId
    amount: int


@dataclass(frozen=True, slots=True)
class Paid:
    """The wallet has it."""

    id: CommandId


@dataclass(frozen=True, slots=True)
class Raked:
    """A hand was over, and so many chips went to the house. The hand itself has them off the table."""

    hand: int
    amount: int


TableEvent = Event | Buying | Bought | Owed | Paid | Raked

_KINDS: Final[tuple[type[Any], ...]] = (
    SeatTaken, ChipsAdded, SeatLeft, Leaving, SatOut, SatIn, ReachChanged, HandOpened, Mixed, HandDealt, Moved,
    Extended, Shown, Buying, Bought, Owed, Paid, Raked, Opened, Registered, Unregistered, TournamentBegan, PlayerOut,
    TournamentEnded,
)  # fmt: skip
_BY_NAME: Final = {kind.__name__: kind for kind in _KINDS}


def write_event(event: TableEvent) -> bytes:
    """The bytes of an event."""
    return packed((type(event).__name__, event))


def read_event(data: bytes) -> TableEvent:
    """The event that was written."""
    name, fields = msgpack.unpackb(data, use_list=False, strict_map_key=False)
    kind = _BY_NAME[name]
    if kind is Moved:
        seat, move, late, at = fields
        return Moved(seat, Move(*move), late, at)
    if kind is HandDealt:
        (number, button, small, big, entrants, *level), *others = fields
        return HandDealt(Deal(number, button, small, big, tuple(Entrant(*one) for one in entrants), *level), *others)
    if kind is Opened:
        number, structure, at = fields
        return Opened(number, structure_in(structure), at)
    return kind(*fields)  # type: ignore[no-any-return]
