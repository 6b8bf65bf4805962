"""A table of crash: its rules, its round, and who is still in."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from actors.games.interface import BetPlaced, CashedOut, ChainBegun, Limits
from actors.games.rounds import Round, Timing
from protocol.games.crash import HAND, ONE, TARGET_MAX, TARGET_MIN
from protocol.ids import BetId, TableId

SEATS_MAX: Final = 5_000
BETS_PER_PLAYER_MAX: Final = 16
CLASSIC: Final = "classic"


@dataclass(frozen=True, slots=True)
class Rules:
    """How a table is played. `win_max` is the most that one bet may win on top of its stake."""

    table: TableId
    asset: str
    limits: Limits
    timing: Timing
    win_max: int
    seats_max: int = SEATS_MAX
    bets_per_player_max: int = BETS_PER_PLAYER_MAX
    variant: str = CLASSIC

    def cap_of(self, stake: int) -> int:
        """The multiplier at which a bet of this stake wins no more than `win_max`."""
        return min(TARGET_MAX, (stake + self.win_max) * ONE // stake)


def spot_of(kind: str, target: int) -> str:
    """A bet in the table's books: `auto:200`, or `hand:5000` with the multiplier at which the table cashes it out."""
    return f"{kind}:{target}"


def kind_and_target(spot: str) -> tuple[str, int]:
    """What `spot_of` was made of, or what a request says: `hand` has no target, 0."""
    kind, _, target = spot.partition(":")
    return kind, int(target or 0)


def target_of(bet: BetPlaced) -> int:
    """The multiplier at which a standing bet is cashed out by itself."""
    return kind_and_target(bet.wagers[0][0])[1]


def win_of(stake: int, multiplier: int) -> int:
    """What is paid, stake included; parts of a ledger unit stay with the house."""
    return stake * multiplier // ONE


def liability_of(wagers: Iterable[tuple[str, int]]) -> int:
    """The most that the house can lose on a bet. What it would win of others is not set against it."""
    return sum(win_of(amount, kind_and_target(spot)[1]) - amount for spot, amount in wagers)


class Bound(NamedTuple):
    """What a bust follows from, with the commitment that the server seed was compared with. It is a secret."""

    server_seed: str
    commitment: str
    link: bytes


@dataclass(slots=True)
class State:
    """`cash_outs` are those by hand, in the order of turns. What follows from the rest is not dumped."""

    rules: Rules
    round: Round
    chain: ChainBegun | None = None
    launched_at: int = 0
    cash_outs: dict[BetId, CashedOut] = field(default_factory=dict)
    history: tuple[Any, ...] = ()
    liability: int = 0
    _targets: list[int] = field(default_factory=list)
    """Of all bets that were not cashed out by hand, in ascending order."""
    bound: Bound | None = field(default=None, init=False, repr=False, compare=False)
    bust: int = field(default=0, init=False, repr=False, compare=False)
    """Where the round busts that is bound to this: every cash-out asks, and the whole table only knows afterwards."""

    def __post_init__(self) -> None:
        for bet_id, bet in self.round.bets.standing.items():
            self.liability += liability_of(bet.wagers)
            if bet_id not in self.cash_outs:
                insort(self._targets, target_of(bet))

    @property
    def is_flying(self) -> bool:
        """Whether a flight is under way."""
        return self.round.phase == "spinning" and self.round.outcome is None

    def begin(self) -> None:
        """A round without bets."""
        self.launched_at, self.liability = 0, 0
        self.cash_outs, self._targets = {}, []

    def place(self, bet: BetPlaced) -> None:
        """A bet stands."""
        self.liability += liability_of(bet.wagers)
        insort(self._targets, target_of(bet))

    def take_back(self, bet: BetPlaced) -> None:
        """It does not any more."""
        self.liability -= liability_of(bet.wagers)
        self._forget(target_of(bet))

    def cash_out(self, event: CashedOut) -> None:
        """Its player ended it."""
        self.cash_outs[event.bet] = event
        self._forget(target_of(self.round.bets.standing[event.bet]))

    def _forget(self, target: int) -> None:
        del self._targets[bisect_left(self._targets, target)]

    def flying(self, multiplier: int) -> int:
        """How many bets are still in at this multiplier."""
        return len(self._targets) - bisect_right(self._targets, multiplier)

    def ended_at(self, bet: BetPlaced) -> int:
        """The multiplier at which a bet was, or will be, cashed out."""
        by_hand = self.cash_outs.get(bet.bet)
        return by_hand.multiplier if by_hand is not None else target_of(bet)


def is_by_hand(spot: str) -> bool:
    """Whether a request leaves it to its player when to cash out."""
    return spot == HAND


def is_target(spot: str, *kinds: str) -> bool:
    """Whether it is of one of these kinds, with a multiplier as it is written."""
    kind, _, digits = spot.partition(":")
    if kind not in kinds or not digits.isascii() or not digits.isdigit() or len(digits) > len(str(TARGET_MAX)):
        return False
    return TARGET_MIN <= int(digits) <= TARGET_MAX and digits[0] != "0"
