"""What the words of all round tables with a layout share: wagers on spots, and what happens in a round.

Each game gives its tags, the spots of its layout, and what its draw shows.
"""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from protocol.model import Amount, Message, Push, Reply, Request, TableKey
from protocol.requests import BalanceName, ClientSeed

WAGERS_MAX: Final = 32
Spot = Annotated[str, Field(min_length=3, max_length=16)]
Phase = Literal["waiting", "betting", "closed", "playing", "spinning", "settled"]


class Wager(Message):
    """An amount on a spot."""

    t: Literal["wager"] = "wager"
    spot: Spot
    amount: Amount


class TableBet(Request):
    """Put wagers on the layout, all or none."""

    room: ClassVar[str] = "table"
    table: TableKey
    balance: BalanceName = "cash"
    wagers: Annotated[tuple[Wager, ...], Field(min_length=1, max_length=WAGERS_MAX)]
    entropy: ClientSeed | None = None
    round: Annotated[int, Field(gt=0, lt=2**53)] | None = None


class TableUndo(Request):
    """Take back the newest bet of this round, while betting is open."""

    room: ClassVar[str] = "table"
    table: TableKey


class TableClear(Request):
    """Take back all one's bets of this round, while betting is open."""

    room: ClassVar[str] = "table"
    table: TableKey


class TablePlaced(Reply):
    """The bet stands and its stake is held. `epoch` and `seq` are the player's `wallet` stream after it."""

    table: str
    round: int
    stake: int
    available: int
    held: int
    epoch: int
    seq: int


class TableReturned(Reply):
    """These bets were taken back, and `amount` in all is free again."""

    table: str
    round: int
    bets: tuple[bytes, ...]
    amount: int


class TableOpened(Push):
    """A round is open for bets until `closes_at_ms`; its server seed is committed to."""

    round: int
    commitment: str
    now_ms: int
    closes_at_ms: int


class TableBets(Push):
    """Bets since the last such event, in bulk, and the table's totals.

    A bet is (player, name, spot, amount), the amount negative when it was taken back; `more` were left out.
    """

    round: int
    bets: tuple[tuple[int, str, str, int], ...]
    more: int
    total: int
    players: int


class TableClosed(Push):
    """No more bets; `client_seed` is the mixed entropy of the players, which together with the server seed decides."""

    round: int
    now_ms: int
    client_seed: str


class TableDrawn(Push):
    """What came, and the server seed it follows from."""

    round: int
    now_ms: int
    server_seed: str
    settles_at_ms: int


class TableSettled(Push):
    """The round is paid. `winners` is the largest wins: (player, name, payout)."""

    round: int
    now_ms: int
    staked: int
    paid: int
    winners: tuple[tuple[int, str, int], ...]
    opens_at_ms: int


class TableSnapshot(Push):
    """The whole table as this viewer may see it; it replaces what was known. `mine`: (bet, spot, amount)."""

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
    history: tuple[Any, ...]
    spots: dict[str, int]
    players: int
    seated: bool
    mine: tuple[tuple[bytes, str, int], ...]
