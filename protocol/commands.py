"""What actors are told, by gateways and by each other. Commands of money carry the id that makes them idempotent."""

from typing import Any, Final, NamedTuple

from protocol.errors import Refusal
from protocol.ids import AccountId, BetId, CommandId, PlayerId
from protocol.model import Request


class Claim(NamedTuple):
    """A socket's claim to a session: the wallet's activation, and a number within it. Compares as time does."""

    epoch: int
    number: int


SESSION_TAKEN: Final = "session.taken"
"""The tag of the one event that is for gateways, and not for their clients."""


def session_taken(session: str, claim: Claim) -> dict[str, Any]:
    """The player's wallet has put the sockets of a session in order: the one with the greatest claim has it."""
    return {"t": SESSION_TAKEN, "session": session, "epoch": claim.epoch, "number": claim.number}


def claim_of(taken: dict[str, Any]) -> Claim:
    """The claim in a `session_taken`."""
    return Claim(taken["epoch"], taken["number"])


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

    watching: int


class Reached(NamedTuple):
    """A player who watches a table has come, or has gone without a word (a gateway says so when it happens)."""

    player: PlayerId
    is_here: bool


class Wake(NamedTuple):
    """The time an actor asked for has come."""

    at: int


class OpenWallet(NamedTuple):
    """A player logged in: see that the opening balances were given, once. Answered with `WalletSnapshot`."""

    player: PlayerId
    openings: tuple[tuple[AccountId, int], ...]


class TakeSession(NamedTuple):
    """A player's session goes on over another socket. Answered with `session_taken`; watchers hear it too."""

    session: str


class Move(NamedTuple):
    """Deposit, withdrawal or adjustment of an account, from or to the treasury: `amount` is signed."""

    id: CommandId
    account: AccountId
    amount: int
    kind: int


class Play(NamedTuple):
    """Stake and pay at once: an instant game's bet, whole. `reply` lacks only the balance, which the wallet adds.

    `origin` is the connection that asked, which needs no event besides its answer; it means nothing to the wallet.
    """

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
    origin: Any


class OpenGame(NamedTuple):
    """Hold the stake of a game of steps, bound to this seed and nonce: `shown` is what its player sees at the start.

    The most it may pay is `payout_max`. Answered with `Played`.
    """

    id: BetId
    digest: bytes
    account: AccountId
    game: str
    stake: int
    payout_max: int
    seed: int
    nonce: int
    params: bytes
    shown: bytes
    reply: dict[str, Any]


class CloseGame(NamedTuple):
    """A game of steps is over and pays this, stake included: by its player's command, or without one when late.

    Answered with `Kept`.
    """

    bet: BetId
    payout: int
    id: CommandId | None
    digest: bytes
    reply: dict[str, Any]


class MoveChips(NamedTuple):
    """Money becomes chips (a negative `amount`) or chips money, between an account and the escrow of the tables.

    `reply` lacks only the balance. `entry` is the table's own mark of what it asks for, which the answer keeps: an id
    that was answered for another one moves nothing. Answered with `ChipsMoved`.
    """

    id: CommandId
    digest: bytes
    account: AccountId
    amount: int
    entry: int
    reply: dict[str, Any]


class ChipsMoved(NamedTuple):
    """Whether a `MoveChips` is done, now or before; if not, it never will be. `answer` is for the player."""

    id: CommandId
    entry: int
    is_done: bool
    answer: Refusal | dict[str, Any]


class Played(NamedTuple):
    """The wallet's word to the instant game: the draw is paid for now, or not used. `answer` is for the player."""

    accepted: bool
    answer: Refusal | dict[str, Any]


Token = tuple[int, int]
"""A question's own mark, which its answer repeats: (stream epoch of who asks, number). No other question has it."""


class PlaceHold(NamedTuple):
    """Hold a stake for a table's bet. `reply` and `origin` as in `Play`, but there is no origin on another host.

    Answered with `Held`, also when the stake is held already, or with `NotHeld`.
    """

    id: BetId
    digest: bytes
    account: AccountId
    amount: int
    table: str
    game: str
    round: int
    params: bytes
    reply: dict[str, Any]
    origin: Any
    attempt: Token = (0, 0)


class Held(NamedTuple):
    """The stake is held for a bet in this round; `answer` is for the player, once the bet stands.

    Repeats the `attempt` that it answers. The table takes the bet, or answers `Release` with this `token`.
    """

    id: BetId
    answer: dict[str, Any]
    attempt: Token = (0, 0)
    token: Token = (0, 0)
    round: int = 0


class NotHeld(NamedTuple):
    """The stake is not held: refused, released, or the id was answered before. `answer` is for the player.

    Repeats the `attempt` that it answers.
    """

    id: BetId
    answer: Refusal | dict[str, Any]
    attempt: Token = (0, 0)


class RefuseBet(NamedTuple):
    """A bet was refused for a reason of state: remember it, so that the id stays refused.

    Answered with `NotHeld`, or with `Held` when the stake is held, as the table did not know.
    """

    id: BetId
    digest: bytes
    refusal: Refusal
    attempt: Token = (0, 0)


class AskAboutId(NamedTuple):
    """A table wants to do what a command says, if its id is new. Answered with `IdIsNew` or `NotHeld`."""

    id: CommandId
    digest: bytes
    attempt: Token


class IdIsNew(NamedTuple):
    """The wallet has not seen this id; nothing is kept of it yet."""

    id: CommandId
    attempt: Token


class TakeBack(NamedTuple):
    """A player has taken bets back, and the table has forgotten them: release their holds. `reply` as in `PlaceHold`.

    The holds are released whatever has become of the id. Answered with `TakenBack`.
    """

    id: CommandId
    digest: bytes
    bets: tuple[BetId, ...]
    reply: dict[str, Any]


class TakenBack(NamedTuple):
    """The holds are released, now (`fresh`) or before. `answer` is for the player who sent what has this digest."""

    id: CommandId
    digest: bytes
    fresh: bool
    answer: Refusal | dict[str, Any]


class Keep(NamedTuple):
    """Keep this answer for this id, if it is new: what it answers for is done by the wallet's neighbour that asks."""

    id: CommandId
    digest: bytes
    reply: dict[str, Any]


class Kept(NamedTuple):
    """The wallet's word: the id is taken now (`fresh`), or was answered before. `answer` is for the player."""

    fresh: bool
    answer: Refusal | dict[str, Any]


class Release(NamedTuple):
    """A bet does not stand: release its hold. Answers `Held` or `AskAboutHold`, whose `token` it repeats.

    It counts only if nothing newer was asked about the hold: the table may have taken the bet by then. Answered with
    `NotHeld`.
    """

    id: BetId
    token: Token
    attempt: Token = (0, 0)


class Settle(NamedTuple):
    """Capture holds and pay: a round is over for one player.

    `jackpots` has those of the bets that are in a jackpot: its name, and the levels that the bet has won.
    """

    payouts: tuple[tuple[BetId, int], ...]
    jackpots: tuple[tuple[BetId, str, tuple[str, ...]], ...] = ()


class Settled(NamedTuple):
    """These bets of a player are paid, now or before."""

    player: PlayerId
    bets: tuple[BetId, ...]


class AskAboutHold(NamedTuple):
    """A wallet that has a pending hold asks its table; the table answers by `Release`, `Settle` or silence."""

    id: BetId
    player: PlayerId
    round: int
    token: Token


class FeedJackpot(NamedTuple):
    """A stake was taken of which a jackpot has its share; `won` are the levels whose pools it has won."""

    bet: BetId
    account: AccountId
    stake: int
    won: tuple[str, ...]


class FeederReport(NamedTuple):
    """All that a feeder has had for its jackpot, by level, in ledger units, since it is there; and what it claims.

    Claims are (number, bet, level): those that are not paid, in the order of their numbers, of which `last` was given
    away last. Said again until it is answered with `FeederHeard`.
    """

    fed: tuple[tuple[str, int], ...]
    claims: tuple[tuple[int, BetId, str], ...]
    last: int


class FeederHeard(NamedTuple):
    """The pools have what a feeder had; and what each claim of it, by its number, is paid."""

    fed: tuple[tuple[str, int], ...]
    awards: tuple[tuple[int, int], ...]


class PayJackpot(NamedTuple):
    """Pay a player what a bet has won of a jackpot, from the account that this has here. Said once, by a feeder."""

    bet: BetId
    account: AccountId
    jackpot: AccountId
    amount: int
