"""The words of roulette: spots of the layout, wagers on them, and what happens at the wheel.

A spot is written as its kind and its lowest numbers: `straight:17`, `straight:00`, `split:17-20`, `street:13`
(13-14-15), `corner:25` (25-26-28-29), `line:31` (31 to 36), `trio:0-1-2`, `first_four`, `first_five`, `dozen:2`,
`column:3`, `red`, `black`, `odd`, `even`, `low`, `high`.
"""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from protocol.model import Amount, Message, Push, Reply, Request, TableKey
from protocol.requests import BalanceName, ClientSeed

WAGERS_MAX: Final = 32
Spot = Annotated[str, Field(min_length=3, max_length=16)]
Phase = Literal["waiting", "betting", "closed", "spinning", "settled"]


class Wager(Message):
    """An amount on a spot."""

    t: Literal["wager"] = "wager"
    spot: Spot
    amount: Amount


class RouletteBet(Request):
    """Put wagers on the layout, all or none; they add to what is there. `entropy` is mixed into the round's outcome.

    With `round` the bet is for that round only: one that comes too late is refused (5001) and not placed in the next.
    """

    room: ClassVar[str] = "table"
    t: Literal["roulette.bet"] = "roulette.bet"
    table: TableKey
    balance: BalanceName = "cash"
    wagers: Annotated[tuple[Wager, ...], Field(min_length=1, max_length=WAGERS_MAX)]
    entropy: ClientSeed | None = None
    round: Annotated[int, Field(gt=0, lt=2**53)] | None = None


class RouletteUndo(Request):
    """Take back the newest bet of this round, while betting is open."""

    room: ClassVar[str] = "table"
    t: Literal["roulette.undo"] = "roulette.undo"
    table: TableKey


class RouletteClear(Request):
    """Take back all one's bets of this round, while betting is open."""

    room: ClassVar[str] = "table"
    t: Literal["roulette.clear"] = "roulette.clear"
    table: TableKey


class RoulettePlaced(Reply):
    """The bet stands and its stake is held. `epoch` and `seq` are the player's `wallet` stream after it."""

    t: Literal["roulette.placed"] = "roulette.placed"
    table: str
    round: int
    stake: int
    available: int
    held: int
    epoch: int
    seq: int


class RouletteReturned(Reply):
    """These bets were taken back, and `amount` in all is free again."""

    t: Literal["roulette.returned"] = "roulette.returned"
    table: str
    round: int
    bets: tuple[bytes, ...]
    amount: int


class RouletteOpened(Push):
    """A round is open for bets until `closes_at_ms`; its server seed is committed to."""

    t: Literal["roulette.opened"] = "roulette.opened"
    round: int
    commitment: str
    now_ms: int
    closes_at_ms: int


class RouletteBets(Push):
    """Bets since the last such event, in bulk, and the table's totals.

    A bet is (player, name, spot, amount), the amount negative when it was taken back; `more` were left out.
    """

    t: Literal["roulette.bets"] = "roulette.bets"
    round: int
    bets: tuple[tuple[int, str, str, int], ...]
    more: int
    total: int
    players: int


class RouletteClosed(Push):
    """No more bets; `client_seed` is the mixed entropy of the players, which together with the server seed decides."""

    t: Literal["roulette.closed"] = "roulette.closed"
    round: int
    now_ms: int
    client_seed: str
    spins_at_ms: int


class RouletteSpun(Push):
    """Where the ball fell (37 is 00), and the server seed it follows from."""

    t: Literal["roulette.spun"] = "roulette.spun"
    round: int
    now_ms: int
    pocket: int
    server_seed: str
    settles_at_ms: int


class RouletteSettled(Push):
    """The round is paid. `winners` is the largest wins: (player, name, payout)."""

    t: Literal["roulette.settled"] = "roulette.settled"
    round: int
    now_ms: int
    pocket: int
    staked: int
    paid: int
    winners: tuple[tuple[int, str, int], ...]
    opens_at_ms: int


class RouletteSnapshot(Push):
    """The whole table as this viewer may see it; it replaces what was known. `mine`: (bet, spot, amount)."""

    t: Literal["roulette.snapshot"] = "roulette.snapshot"
    table: str
    variant: str
    asset: str
    min_bet: int
    max_bet: int
    max_total: int
    phase: Phase
    round: int
    commitment: str
    now_ms: int
    until_ms: int
    pocket: int | None
    history: tuple[int, ...]
    spots: dict[str, int]
    players: int
    seated: bool
    mine: tuple[tuple[bytes, str, int], ...]


REQUESTS: Final[tuple[type[Request], ...]] = (RouletteBet, RouletteUndo, RouletteClear)
REPLIES: Final[tuple[type[Message], ...]] = (
    RoulettePlaced,
    RouletteReturned,
    RouletteOpened,
    RouletteBets,
    RouletteClosed,
    RouletteSpun,
    RouletteSettled,
    RouletteSnapshot,
)
