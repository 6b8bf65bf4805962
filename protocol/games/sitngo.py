"""The words of sit-and-go tournaments, besides those of the poker tables that they are played at.

Stacks, blinds and antes are in chips, which are no money; what is paid to play, and prizes, are in ledger units.
"""

from typing import ClassVar, Final, Literal

from protocol.model import Message, Push, Reply, Request, TableKey

Blinds = tuple[int, int, int]
"""Small blind, big blind and ante, in chips."""


class SitngoRegister(Request):
    """Take part in the next tournament of a table: the entry and the fee are paid, and a seat is drawn."""

    room: ClassVar[str] = "table"
    t: Literal["sitngo.register"] = "sitngo.register"
    table: TableKey


class SitngoUnregister(Request):
    """Not to take part, and have all of it back: until the tournament begins."""

    room: ClassVar[str] = "table"
    t: Literal["sitngo.unregister"] = "sitngo.unregister"
    table: TableKey


class SitngoRegistered(Reply):
    """One takes part. `amount` is what was paid, `entry` the number of the table's record of it."""

    t: Literal["sitngo.registered"] = "sitngo.registered"
    table: str
    seat: int
    amount: int
    entry: int
    available: int
    held: int
    epoch: int
    seq: int


class SitngoPlace(Message):
    """One who is out, or has won, and the prize in ledger units."""

    t: Literal["sitngo.place"] = "sitngo.place"
    place: int
    player: int
    name: str
    prize: int


class SitngoState(Message):
    """A tournament. `level`, from 0, is that of the newest hand, in which `blinds` are posted.

    After the last of `levels` blinds double with each further one. One lasts `level_hands` hands or, where these are 0,
    `level_ms`; the next one begins with hand `next_level_hand` or with the first hand after `next_level_at_ms`.
    `prizes` are those of the places, the winner's first; `places` of those who are out, the worst first; `finished`
    those of the tournament before. `left` players are not out.
    """

    t: Literal["sitngo.state"] = "sitngo.state"
    number: int
    phase: Literal["registering", "playing"]
    entry: int
    fee: int
    chips: int
    seats: int
    prizes: tuple[int, ...]
    levels: tuple[Blinds, ...]
    level: int
    blinds: Blinds
    next_blinds: Blinds | None
    level_hands: int
    level_ms: int
    next_level_hand: int | None
    next_level_at_ms: int | None
    left: int
    places: tuple[SitngoPlace, ...]
    finished: tuple[SitngoPlace, ...]


class SitngoChanged(Push):
    """Somebody registered or went, it has begun, somebody is out, or all is over."""

    t: Literal["sitngo.changed"] = "sitngo.changed"
    tournament: SitngoState


REQUESTS: Final[tuple[type[Request], ...]] = (SitngoRegister, SitngoUnregister)
REPLIES: Final[tuple[type[Message], ...]] = (SitngoRegistered, SitngoChanged)
