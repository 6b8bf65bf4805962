"""The words of poker: what is shown of a table, to everybody and to those who hold cards.

Seats are numbered from 0, clockwise. A card is a number from 0, the two of diamonds, to 51, the ace of clubs; see
`protocol.games.deck`. Hole cards are told to their player only, until the player shows them.
"""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from protocol.games.pokerhand import Cards, HandNumber, PokerHand, PokerRecall
from protocol.games.sitngo import SitngoState
from protocol.model import Amount, Message, Push, Reply, Request, TableKey
from protocol.requests import ClientSeed

Kind = Literal["fold", "call", "raise"]
"""A check is a call of nothing, a bet is a raise of nothing."""
SEATS_MAX: Final = 9


class PokerSit(Request):
    """Take a seat with `amount` of one's money as chips."""

    room: ClassVar[str] = "table"
    t: Literal["poker.sit"] = "poker.sit"
    table: TableKey
    seat: Annotated[int, Field(ge=0, lt=SEATS_MAX)]
    amount: Amount


class PokerTopUp(Request):
    """Add chips; those that come during a hand count from the next one on."""

    room: ClassVar[str] = "table"
    t: Literal["poker.topup"] = "poker.topup"
    table: TableKey
    amount: Amount


class PokerLeave(Request):
    """Leave with all chips, at once or when the hand is over."""

    room: ClassVar[str] = "table"
    t: Literal["poker.leave"] = "poker.leave"
    table: TableKey


class PokerAway(Request):
    """Not to be dealt in from the next hand on."""

    room: ClassVar[str] = "table"
    t: Literal["poker.away"] = "poker.away"
    table: TableKey


class PokerBack(Request):
    """To be dealt in again; with `posts` as soon as missed blinds may be put in, and not only as the big blind."""

    room: ClassVar[str] = "table"
    t: Literal["poker.back"] = "poker.back"
    table: TableKey
    posts: bool = False


class PokerAct(Request):
    """Make a move in a hand; `to` is what a raise makes one's whole bet on this street, and 0 otherwise.

    `move` is the number that its turn was shown with: a move that comes twice is not made twice.
    """

    room: ClassVar[str] = "table"
    t: Literal["poker.act"] = "poker.act"
    table: TableKey
    hand: HandNumber
    move: Annotated[int, Field(ge=0)]
    kind: Kind
    to: Annotated[int, Field(ge=0)] = 0


class PokerShow(Request):
    """Turn one's cards over after a hand in which they were not seen."""

    room: ClassVar[str] = "table"
    t: Literal["poker.show"] = "poker.show"
    table: TableKey
    hand: HandNumber


class PokerMix(Request):
    """Give entropy to the deck of hand `hand`, the next one, whose cards are committed to; once a hand."""

    room: ClassVar[str] = "table"
    t: Literal["poker.mix"] = "poker.mix"
    table: TableKey
    hand: HandNumber
    entropy: ClientSeed


class PokerPeek(Request):
    """Look at one's own hole cards in the hand in play."""

    room: ClassVar[str] = "table"
    t: Literal["poker.peek"] = "poker.peek"
    table: TableKey


class PokerHole(Reply):
    """One's own hole cards; none of those who are not dealt in."""

    t: Literal["poker.hole"] = "poker.hole"
    table: str
    hand: int
    cards: Cards


class PokerBought(Reply):
    """The chips are on the table. `entry` is the number of the table's record of it."""

    t: Literal["poker.bought"] = "poker.bought"
    table: str
    seat: int
    amount: int
    entry: int
    available: int
    held: int
    epoch: int
    seq: int


class PokerSeat(Message):
    """Somebody at the table. `owes` is what must be put in, or waited for, before the next hand that is dealt here."""

    t: Literal["poker.seat"] = "poker.seat"
    seat: int
    player: int
    name: str
    stack: int
    added: int
    bet: int
    is_dealt: bool
    is_in: bool
    is_away: bool
    is_leaving: bool
    owes: int


class PokerTurn(Message):
    """Whose turn it is, until when, and what may be done: a raise makes the bet `raise_min` to `raise_max`, if any.

    `move` counts the moves of the hand, and is repeated by whoever makes this one.
    """

    t: Literal["poker.turn"] = "poker.turn"
    move: int
    seat: int
    until_ms: int
    call: int
    raise_min: int | None
    raise_max: int | None


class PokerResult(Message):
    """How a hand ended. What was shown is the seat and then its cards; what was won is (pot, seat, amount)."""

    t: Literal["poker.result"] = "poker.result"
    hand: int
    board: Cards
    shown: tuple[tuple[int, ...], ...]
    winnings: tuple[tuple[int, int, int], ...]
    stacks: tuple[tuple[int, int], ...]
    rake: int


class PokerSnapshot(Push):
    """The whole table as this viewer may see it; it replaces what was known. `cards` are the viewer's own.

    `opened` is the commitment to the cards of the next hand, or empty.
    """

    t: Literal["poker.snapshot"] = "poker.snapshot"
    table: str
    variant: str
    asset: str
    small_blind: int
    big_blind: int
    buy_in_min: int
    buy_in_max: int
    seats_max: int
    rake_per_mille: int
    rake_cap: int
    hand: int
    commitment: str
    opened: str
    button: int | None
    pot: int
    board: Cards
    seats: tuple[PokerSeat, ...]
    turn: PokerTurn | None
    last: PokerResult | None
    tournament: SitngoState | None
    mine: int | None
    cards: Cards
    now_ms: int


class PokerSeated(Push):
    """A seat has changed; nothing in it: it is free."""

    t: Literal["poker.seated"] = "poker.seated"
    seat: int
    taken: PokerSeat | None


class PokerDealt(Push):
    """A hand began, in a tournament at `level`. `posts` are (seat, bet, dead or ante) of all who are dealt in."""

    t: Literal["poker.dealt"] = "poker.dealt"
    hand: int
    commitment: str
    client_seed: str
    level: int
    big_blind: int
    button: int
    posts: tuple[tuple[int, int, int], ...]
    turn: PokerTurn | None


class PokerOpened(Push):
    """The cards of the next hand are committed to: until it is dealt, players may mix their entropy in."""

    t: Literal["poker.opened"] = "poker.opened"
    hand: int
    commitment: str
    deals_at_ms: int


class PokerMixed(Push):
    """A player has mixed entropy into the next hand. What it was is told when the hand is over."""

    t: Literal["poker.mixed"] = "poker.mixed"
    seat: int


class PokerMoved(Push):
    """A move, and what it led to: the seat's bet and stack after it, the pot, the board, and whose turn it is."""

    t: Literal["poker.moved"] = "poker.moved"
    hand: int
    seat: int
    kind: Kind
    is_late: bool
    bet: int
    stack: int
    pot: int
    board: Cards
    turn: PokerTurn | None


class PokerEnded(Push):
    """A hand is over, or somebody has shown cards of it since."""

    t: Literal["poker.ended"] = "poker.ended"
    result: PokerResult
    deals_at_ms: int


REQUESTS: Final[tuple[type[Request], ...]] = (
    PokerSit, PokerTopUp, PokerLeave, PokerAway, PokerBack, PokerAct, PokerShow, PokerMix, PokerPeek, PokerRecall
)  # fmt: skip
REPLIES: Final[tuple[type[Message], ...]] = (
    PokerBought, PokerHole, PokerHand, PokerSnapshot, PokerSeated, PokerOpened, PokerMixed, PokerDealt, PokerMoved,
    PokerEnded,
)  # fmt: skip
