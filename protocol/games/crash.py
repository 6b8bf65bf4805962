"""The words of crash: a multiplier grows until it busts, and who cashes out before is paid the stake times it.

Multipliers are in hundredths: 150 is 1.50. After t milliseconds of flight the multiplier is e^(0.00006 t), cut off
after hundredths; clients compute it, and `crash.tick` says where it is.
"""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from protocol.games.table import (
    TableBets,
    TableClear,
    TableClosed,
    TableOpened,
    TablePlaced,
    TableReturned,
    TableSettled,
    TableUndo,
    Wager,
)
from protocol.model import Amount, BetKey, Message, Push, Reply, Request, TableKey
from protocol.requests import BalanceName, ClientSeed

ONE: Final = 100
TARGET_MIN: Final = 101
TARGET_MAX: Final = 1_000_000
"""At 10,000.00 everyone who is still in is cashed out."""
GROWTH: Final = "0.00006"
"""Of the curve, per millisecond."""
HAND: Final = "hand"
AUTO: Final = "auto"
Target = Annotated[int, Field(ge=TARGET_MIN, le=TARGET_MAX)]
Phase = Literal["waiting", "betting", "closed", "flying", "settled"]


class CrashBet(Request):
    """Stake an amount on the next flight. With `target` it is cashed out there, whether or not its player is there.

    Without one its player cashes it out by hand; where it would win more than the table's `win_max` it is cashed out
    by itself. `entropy` is mixed into the outcome. With `round` the bet is for that round only (5001).
    """

    room: ClassVar[str] = "table"
    t: Literal["crash.bet"] = "crash.bet"
    table: TableKey
    balance: BalanceName = "cash"
    amount: Amount
    target: Target | None = None
    entropy: ClientSeed | None = None
    round: Annotated[int, Field(gt=0, lt=2**53)] | None = None

    @property
    def wagers(self) -> tuple[Wager, ...]:
        """The bet as tables know bets: `auto:200`, or `hand`."""
        spot = HAND if self.target is None else f"{AUTO}:{self.target}"
        return (Wager(spot=spot, amount=self.amount),)


class CrashUndo(TableUndo):
    """Take back the newest bet of this round, while betting is open."""

    t: Literal["crash.undo"] = "crash.undo"


class CrashClear(TableClear):
    """Take back all one's bets of this round, while betting is open."""

    t: Literal["crash.clear"] = "crash.clear"


class CrashCashout(Request):
    """Cash a bet out now. The server's time decides; in the millisecond of the bust, whichever it handled first."""

    room: ClassVar[str] = "table"
    t: Literal["crash.cashout"] = "crash.cashout"
    table: TableKey
    bet: BetKey


class CrashPlaced(TablePlaced):
    """The bet stands and its stake is held. `epoch` and `seq` are the player's `wallet` stream after it."""

    t: Literal["crash.placed"] = "crash.placed"


class CrashReturned(TableReturned):
    """These bets were taken back, and `amount` in all is free again."""

    t: Literal["crash.returned"] = "crash.returned"


class CrashCashed(Reply):
    """The bet is cashed out at this multiplier, for good: `payout` is paid when the flight is over."""

    t: Literal["crash.cashed"] = "crash.cashed"
    table: str
    round: int
    bet: bytes
    multiplier: int
    payout: int


class CrashChain(Push):
    """A chain of server seeds begins: `terminating` is the hash of the seed of `first_round`, and so on.

    It has `rounds` rounds, and the seed of each is the commitment to the next.
    """

    t: Literal["crash.chain"] = "crash.chain"
    first_round: int
    rounds: int
    terminating: str


class CrashOpened(TableOpened):
    """A round is open for bets until `closes_at_ms`; its server seed, the next of the chain, is committed to."""

    t: Literal["crash.opened"] = "crash.opened"


class CrashBets(TableBets):
    """Bets since the last such event, in bulk, and the table's totals.

    A bet is (player, name, spot, amount), the amount negative when it was taken back; `more` were left out. A spot is
    `auto:200`, or `hand:5000` with the multiplier at which the table cashes it out.
    """

    t: Literal["crash.bets"] = "crash.bets"


class CrashClosed(TableClosed):
    """No more bets; `client_seed` is the mixed entropy of the players, which together with the server seed decides."""

    t: Literal["crash.closed"] = "crash.closed"
    launches_at_ms: int


class CrashLaunched(Push):
    """The multiplier is 1.00 at `now_ms` and grows."""

    t: Literal["crash.launched"] = "crash.launched"
    round: int
    now_ms: int


class CrashTick(Push):
    """Where the flight is. `cashed` are those who cashed out by hand since the last tick, in the order of turns.

    Each is (player, name, multiplier, payout), and `more` were left out. `flying` bets are still in: those whose target
    the multiplier has reached are not.
    """

    t: Literal["crash.tick"] = "crash.tick"
    round: int
    elapsed_ms: int
    multiplier: int
    flying: int
    cashed: tuple[tuple[int, str, int, int], ...]
    more: int


class CrashCrashed(Push):
    """It is over: `bust` after `crashed_ms` of flight, and the server seed it follows from.

    `ties` were cashed out by hand in that very millisecond, before the bust was handled: (player, name, multiplier).
    Whoever's request was handled after it is told so, with the time at which it came (5025).
    """

    t: Literal["crash.crashed"] = "crash.crashed"
    round: int
    now_ms: int
    server_seed: str
    bust: int
    crashed_ms: int
    ties: tuple[tuple[int, str, int], ...]


class CrashSettled(TableSettled):
    """The round is paid. `winners` is the largest wins: (player, name, payout)."""

    t: Literal["crash.settled"] = "crash.settled"
    bust: int


class CrashSnapshot(Push):
    """The whole table as this viewer may see it; it replaces what was known.

    `mine` is (bet, spot, amount, multiplier at which it was cashed out by hand or 0); `history` is the newest busts,
    newest first. `launched_at_ms` is of the flight that is under way, and 0 without one. `terminating` is the hash that
    the chain of server seeds ends in, whose first seed was that of `first_round`.
    """

    t: Literal["crash.snapshot"] = "crash.snapshot"
    table: str
    variant: str
    asset: str
    min_bet: int
    max_bet: int
    max_total: int
    win_max: int
    phase: Phase
    round: int
    commitment: str
    terminating: str
    first_round: int
    rounds: int
    now_ms: int
    until_ms: int
    launched_at_ms: int
    bust: int | None
    history: tuple[int, ...]
    total: int
    players: int
    seated: bool
    mine: tuple[tuple[bytes, str, int, int], ...]


REQUESTS: Final[tuple[type[Request], ...]] = (CrashBet, CrashUndo, CrashClear, CrashCashout)
REPLIES: Final[tuple[type[Message], ...]] = (
    CrashPlaced,
    CrashReturned,
    CrashCashed,
    CrashChain,
    CrashOpened,
    CrashBets,
    CrashClosed,
    CrashLaunched,
    CrashTick,
    CrashCrashed,
    CrashSettled,
    CrashSnapshot,
)
