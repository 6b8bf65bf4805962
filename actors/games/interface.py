"""The one small interface between a game and the actor that hosts it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, Protocol, TypeVar

from protocol.errors import Refusal
from protocol.ids import AccountId, BetId, PlayerId
from protocol.model import Message, Request


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be staked, in ledger units: per wager, per player and round; and the most the house may lose a round."""

    min_bet: int
    max_bet: int
    max_total: int
    exposure_max: int


# --- instant games: one command, one outcome -------------------------------------------------------------------------


class InstantPlay(NamedTuple):
    """A checked wager: what is staked, the most it can pay (stake included), and its parameters as recorded."""

    stake: int
    payout_max: int
    params: Mapping[str, Any]


class InstantResult(NamedTuple):
    """What came: the outcome as it is recorded, and what is paid, stake included."""

    outcome: Mapping[str, Any]
    payout: int


class InstantGame(Protocol):
    """A game that one player plays alone against the house, one command a bet."""

    name: str
    request: type[Request]
    settled: str
    """The tag of its reply."""

    def check(self, request: Any, limits: Limits) -> InstantPlay | Refusal:
        """Whether this wager may be played; changes nothing and draws nothing."""

    def play(self, play: InstantPlay, server_seed: str, client_seed: str, nonce: int) -> InstantResult:
        """The outcome that these seeds are bound to, and what it pays."""

    def reply(self, play: InstantPlay, result: InstantResult) -> Mapping[str, Any]:
        """The fields of the game's own reply, besides those every settled bet has."""

    def rtp(self, params: Mapping[str, Any]) -> Fraction:
        """The exact return to the player of this wager."""


# --- table games: many players, timed rounds -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenRound:
    """Begin round `round`, whose server seed is committed to."""

    round: int
    commitment: str
    now: int


@dataclass(frozen=True, slots=True)
class PlaceBet:
    """Stake `wagers` (as the game's request carries them) from an account; `entropy` is the player's own, or empty."""

    bet: BetId
    player: PlayerId
    name: str
    account: AccountId
    wagers: tuple[tuple[str, int], ...]
    entropy: str
    now: int


@dataclass(frozen=True, slots=True)
class UndoBet:
    """Take back the player's newest bet of this round."""

    player: PlayerId
    now: int


@dataclass(frozen=True, slots=True)
class ClearBets:
    """Take back all of the player's bets of this round."""

    player: PlayerId
    now: int


@dataclass(frozen=True, slots=True)
class Act:
    """A seated player's `action` with the hand in a box, chosen when the round had had `step` steps.

    `bet` is the id of the command: of a bet, if the action costs something. `server_seed` is the round's.
    """

    bet: BetId
    player: PlayerId
    name: str
    box: int
    action: str
    step: int
    now: int
    server_seed: str


@dataclass(frozen=True, slots=True)
class Advance:
    """The deadline of the phase has come: close betting, draw (then `server_seed` is given), or settle."""

    now: int
    server_seed: str | None = None


@dataclass(frozen=True, slots=True)
class CashOut:
    """End one's own bet now, where a game has bets that can be ended; `server_seed` is that of the round."""

    player: PlayerId
    bet: BetId
    now: int
    server_seed: str | None = None


Command = OpenRound | PlaceBet | UndoBet | ClearBets | CashOut | Act | Advance


@dataclass(frozen=True, slots=True)
class RoundOpened:
    """Betting is open until `closes_at` (ms)."""

    round: int
    commitment: str
    at: int
    closes_at: int


@dataclass(frozen=True, slots=True)
class BetPlaced:
    """A bet stands: `stake` is the sum of its wagers, `entropy` what it contributes to the round's client seed."""

    bet: BetId
    player: PlayerId
    name: str
    account: AccountId
    wagers: tuple[tuple[str, int], ...]
    stake: int
    entropy: str
    at: int


@dataclass(frozen=True, slots=True)
class BetsReturned:
    """These bets are taken back, as if they had not been placed; their entropy stays mixed in."""

    player: PlayerId
    bets: tuple[BetId, ...]
    at: int


@dataclass(frozen=True, slots=True)
class BettingClosed:
    """No more bets; `client_seed` is the players' entropy, all of it."""

    at: int
    client_seed: str
    draws_at: int


@dataclass(frozen=True, slots=True)
class Progressed:
    """A round that is played step by step went on: `steps` in the game's own words, no secret among them.

    The next choice has time `until` (ms). `away` are all players that the platform plays for in this round.
    """

    at: int
    steps: tuple[tuple[str | int, ...], ...]
    until: int
    away: tuple[PlayerId, ...]


@dataclass(frozen=True, slots=True)
class OutcomeDrawn:
    """The outcome that seed, entropy and round number are bound to; the seed is public from here on."""

    at: int
    server_seed: str
    outcome: Mapping[str, Any]
    settles_at: int


@dataclass(frozen=True, slots=True)
class RoundSettled:
    """What each bet of the round is paid, stake included; 0 is a loss."""

    at: int
    payouts: tuple[tuple[BetId, int], ...]
    opens_at: int


@dataclass(frozen=True, slots=True)
class ChainBegun:
    """From `first_round` on the server seeds are those of a chain of so many `rounds`, which ends in `terminating`.

    `sealed` is its last seed, which all others follow from, sealed.
    """

    first_round: int
    rounds: int
    terminating: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Launched:
    """What was bet on has begun, and its end is bound, but nobody is told it before it comes."""

    at: int


@dataclass(frozen=True, slots=True)
class CashedOut:
    """A bet was ended by its player at this multiplier (hundredths), `elapsed_ms` after the launch."""

    player: PlayerId
    bet: BetId
    multiplier: int
    payout: int
    elapsed_ms: int
    at: int


Event = (
    ChainBegun
    | RoundOpened
    | BetPlaced
    | BetsReturned
    | BettingClosed
    | Progressed
    | Launched
    | CashedOut
    | OutcomeDrawn
    | RoundSettled
)
InBulk = BetPlaced | BetsReturned | CashedOut
"""Events that are told together, from time to time."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a round's outcome follows from, besides its server seed: `client_seed` is final once betting is closed.

    `contributions` is the players' entropy in the order in which it was mixed in, that of returned bets too.
    """

    round: int
    commitment: str
    client_seed: str
    contributions: tuple[str, ...]


S = TypeVar("S")


class TableGame(Protocol[S]):
    """A game that many play at one table, round after round. Rules are one frozen value, configured per table.

    `decide` changes nothing; `apply` is total for committed events, may change the state in place, and returns it.
    A bet that `decide` accepts is applied only when its stake is held.
    """

    name: str
    variants: tuple[str, ...]
    bet_request: type[Request]
    chain_rounds: int
    """How many rounds the chains of its server seeds have; none: each round has a seed of its own."""
    act_requests: tuple[type[Request], ...]
    """Of players in a round that is played step by step, with `box`, `action` and `step`. Elsewhere there are none."""

    def fresh(self, rules: Any) -> S:
        """A table before its first round."""

    def decide(self, state: S, command: Command) -> tuple[Event, ...] | Refusal:
        """What happens, or why not."""

    def apply(self, state: S, event: Event) -> S:
        """The state after what happened."""

    def chain(self, state: S) -> ChainBegun | None:
        """The chain of the server seeds, where there is one."""

    def deadline(self, state: S, server_seed: str | None = None) -> int | None:
        """When (ms) the table wants `Advance` or, between rounds, `OpenRound`; nothing before its first round.

        What is bound and not told yet may be known by the server seed of the round alone.
        """

    def beat_ms(self, state: S) -> int | None:
        """How often watchers are told of the moment though nothing happens; nothing when they need not be."""

    def wants_seed(self, state: S) -> bool:
        """Whether a round is committed to a server seed and has not drawn yet."""

    def between_rounds(self, state: S) -> bool:
        """Whether the next deadline opens a round."""

    def params(self, state: S, bet: BetPlaced) -> Mapping[str, Any]:
        """What is recorded of a bet: with the seeds, all that its payout can be checked by."""

    def round(self, state: S) -> int:
        """The number of the current, or last, round."""

    def binding(self, state: S) -> Binding:
        """What the outcome of the current, or last, round is bound to; a copy, of as many parts as there are bets."""

    def publish(self, state: S, event: Event, stream: str, epoch: int, seq: int) -> Message | None:
        """What everyone may see of an event that was applied; nothing of bets, which `published` tells in bulk."""

    def published(
        self, state: S, events: tuple[InBulk, ...], stream: str, epoch: int, seq: int, *, now: int
    ) -> Message:
        """Bets, withdrawals and cash-outs since the last time, and where the game is, in one message."""

    def view(self, state: S, viewer: PlayerId | None, stream: str, epoch: int, seq: int, *, now: int) -> Message:
        """The table as this viewer (nobody: a spectator) may see it, as a snapshot; who is seated the actor knows."""

    def lobby(self, state: S) -> Mapping[str, Any]:
        """phase, round, closes_at_ms and history for the lobby."""

    def bets(self, state: S) -> Mapping[BetId, BetPlaced]:
        """The bets that stand in this round, or stood in the last one, oldest first; not to be changed."""

    def dump(self, state: S) -> bytes:
        """The state as a snapshot; no secret is in it."""

    def load(self, rules: Any, data: bytes) -> S:
        """The state that was dumped."""

    def rtp(self, rules: Any) -> Mapping[str, Fraction]:
        """The exact return to the player of each kind of bet."""


def event_to_record(event: Event) -> tuple[str, dict[str, Any]]:
    """An event as (name, fields), for the journal."""
    return type(event).__name__, {name: getattr(event, name) for name in event.__slots__}
