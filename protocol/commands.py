"""What actors are told, by gateways and by each other. Commands of money carry the id that makes them idempotent."""

from typing import Any, NamedTuple

from protocol.errors import Refusal
from protocol.ids import AccountId, BetId, CommandId, PlayerId
from protocol.model import Request


class Asked(NamedTuple):
    """A player's request, checked for form, on its way to the room that answers it."""

    player: PlayerId
    name: str
    request: Request


class Look(NamedTuple):
    """Ask a stream's actor for a snapshot, as `viewer` may see it; answered with a push and its position."""

    viewer: PlayerId | None


class LobbyLook(NamedTuple):
    """Ask a table for what the lobby shows of it."""


class Watchers(NamedTuple):
    """How many connections watch a table at present (a gateway says so from time to time)."""

    count: int


class Wake(NamedTuple):
    """The time an actor asked for has come."""

    at: int


class OpenWallet(NamedTuple):
    """A player logged in: see that the opening balances were given, once. Answered with `WalletSnapshot`."""

    player: PlayerId
    openings: tuple[tuple[AccountId, int], ...]


class Move(NamedTuple):
    """Deposit, withdrawal or adjustment of an account, from or to the treasury: `amount` is signed."""

    id: CommandId
    account: AccountId
    amount: int
    kind: int


class Play(NamedTuple):
    """Stake and pay at once: an instant game's bet, whole. `bet` lacks only the balance, which the wallet knows."""

    id: BetId
    digest: bytes
    account: AccountId
    game: str
    stake: int
    payout: int
    seed: int
    nonce: int
    params: bytes
    outcome: bytes
    reply: dict[str, Any]


class Played(NamedTuple):
    """The wallet's word to the instant game: the draw of this nonce is paid for, or was refused and not used."""

    id: BetId
    accepted: bool


class PlaceHold(NamedTuple):
    """Hold a stake for a table's bet."""

    id: BetId
    digest: bytes
    player: PlayerId
    account: AccountId
    amount: int
    table: str
    game: str
    round: int
    params: bytes


class Held(NamedTuple):
    """The stake is held; `available` and the wallet's stream position after it."""

    id: BetId
    available: int
    held: int
    epoch: int
    seq: int


class NotHeld(NamedTuple):
    """The stake is not held: refused, or the id was answered before (then `answer` is that answer)."""

    id: BetId
    answer: Refusal | dict[str, Any]


class RefuseBet(NamedTuple):
    """A table refused a bet for a reason of state: remember it, so that the id stays refused. Answered with `NotHeld`."""

    id: BetId
    digest: bytes
    player: PlayerId
    refusal: Refusal


class Release(NamedTuple):
    """Release holds: their bets were taken back, or never stood."""

    player: PlayerId
    table: str
    bets: tuple[BetId, ...]
    at: int


class Settle(NamedTuple):
    """Capture holds and pay: a round is over for one player."""

    player: PlayerId
    table: str
    round: int
    payouts: tuple[tuple[BetId, int], ...]
    at: int


class AskAboutHold(NamedTuple):
    """A wallet that woke up with a pending hold asks its table; the table answers by `Release`, `Settle` or silence."""

    id: BetId
    player: PlayerId
    round: int
