"""What a poker table is told, and what happens at it. A hand's end follows from its last move, so no event says it."""

from dataclasses import dataclass

from actors.games.poker.deal import Deal, Move
from actors.games.poker.tournament_events import TournamentCommand, TournamentEvent
from protocol.ids import PlayerId


@dataclass(frozen=True, slots=True)
class BuyIn:
    """Take a seat with so many chips, which are paid for."""

    player: PlayerId
    name: str
    seat: int
    amount: int
    now: int


@dataclass(frozen=True, slots=True)
class TopUp:
    """Add chips, which are paid for; those that come during a hand count from the next one on."""

    player: PlayerId
    amount: int
    now: int


@dataclass(frozen=True, slots=True)
class StandUp:
    """Leave with all chips: at once, or when the hand is over."""

    player: PlayerId
    now: int


@dataclass(frozen=True, slots=True)
class SitOut:
    """Not to be dealt in."""

    player: PlayerId
    now: int


@dataclass(frozen=True, slots=True)
class SitIn:
    """To be dealt in: when the big blind comes, or, if the player `posts`, as soon as missed blinds may be put in."""

    player: PlayerId
    posts: bool
    now: int


@dataclass(frozen=True, slots=True)
class Act:
    """Make a move in hand number `hand`, as its move number `number`, from 0: one that is repeated is none."""

    player: PlayerId
    hand: int
    number: int
    move: Move
    now: int


@dataclass(frozen=True, slots=True)
class Show:
    """Turn one's cards over when the hand is over and did not do it."""

    player: PlayerId
    hand: int
    now: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a player can be reached has changed."""

    player: PlayerId
    is_away: bool
    now: int


@dataclass(frozen=True, slots=True)
class OpenHand:
    """Commit to the order of the next hand's cards, so that players can mix entropy in before it is dealt."""

    commitment: str
    now: int


@dataclass(frozen=True, slots=True)
class Mix:
    """Give entropy to hand number `hand`, which is not dealt yet."""

    player: PlayerId
    hand: int
    entropy: str
    now: int


@dataclass(frozen=True, slots=True)
class DealHand:
    """Deal a hand whose deck is bound to `commitment` and to `client_seed`."""

    commitment: str
    client_seed: str
    now: int


@dataclass(frozen=True, slots=True)
class Advance:
    """The deadline has come."""

    now: int


Command = (
    BuyIn | TopUp | StandUp | SitOut | SitIn | Act | Show | Reach | OpenHand | Mix | DealHand | Advance
    | TournamentCommand
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeatTaken:
    """A player sits in a seat."""

    seat: int
    player: PlayerId
    name: str
    stack: int
    at: int


@dataclass(frozen=True, slots=True)
class ChipsAdded:
    """A stack grows, or will when the hand is over."""

    seat: int
    amount: int
    at: int


@dataclass(frozen=True, slots=True)
class SeatLeft:
    """A seat is free again, and its chips, `amount`, are its player's money again."""

    seat: int
    player: PlayerId
    amount: int
    at: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """A player leaves when the hand is over, and folds whenever asked."""

    seat: int
    at: int


@dataclass(frozen=True, slots=True)
class SatOut:
    """A player is not dealt in any more."""

    seat: int
    at: int


@dataclass(frozen=True, slots=True)
class SatIn:
    """A player wants to be dealt in."""

    seat: int
    posts: bool
    at: int


@dataclass(frozen=True, slots=True)
class ReachChanged:
    """A player is away, or back."""

    seat: int
    is_away: bool
    at: int


@dataclass(frozen=True, slots=True)
class HandOpened:
    """The cards of hand `number`, the next one, are committed to."""

    number: int
    commitment: str
    at: int


@dataclass(frozen=True, slots=True)
class Mixed:
    """A player has given entropy to the next hand."""

    seat: int
    entropy: str
    at: int


@dataclass(frozen=True, slots=True)
class HandDealt:
    """A hand began; its cards follow from the seeds, and are not in the journal."""

    deal: Deal
    commitment: str
    client_seed: str
    at: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A move was made, by the player or, when it is `late`, for the player."""

    seat: int
    move: Move
    late: bool
    at: int


@dataclass(frozen=True, slots=True)
class Extended:
    """A player who is away has until `until`, once a hand."""

    seat: int
    until: int
    at: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A player turned the cards of the last hand over."""

    seat: int
    at: int


Event = (
    SeatTaken | ChipsAdded | SeatLeft | Leaving | SatOut | SatIn | ReachChanged
    | HandOpened | Mixed | HandDealt | Moved | Extended | Shown | TournamentEvent
)  # fmt: skip
