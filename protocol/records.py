"""What a batch writes. Each record is a row of the composite type or table of the same name in the migrations.

The records of the hot path are named tuples: frozen, and several times cheaper to make than frozen dataclasses.
"""

from enum import IntEnum
from typing import Final, NamedTuple

from protocol.ids import AccountId, BetId, CommandId, Epoch, PlayerId

TRANSFERS_PER_EPOCH_BITS: Final = 40


class TransferKind(IntEnum):
    """Why money moved."""

    STAKE = 1
    WIN = 2
    DEPOSIT = 3
    WITHDRAWAL = 4
    ADJUSTMENT = 5
    OPENING = 6
    REFUND = 7
    BUY_IN = 8
    """A player's money becomes chips on a poker table, or is paid for a tournament."""
    CASH_OUT = 9
    """Chips become their player's money again; or what was paid for a tournament, and its prizes."""
    RAKE = 10
    """The house's share of a poker hand, out of the chips on the table, or the fees of a tournament."""
    CONTRIBUTION = 11
    """A share of a stake goes from the house to a jackpot."""
    JACKPOT_SEED = 12
    """What the house begins a pool with."""
    JACKPOT_WIN = 13
    """A player is paid what a pool had."""


class BetState(IntEnum):
    """Where a bet stands. A bet leaves `OPEN` exactly once."""

    OPEN = 1
    SETTLED = 2
    RETURNED = 3
    """Its player took it back."""
    DISOWNED = 4
    """Its table never took it: the stake was held, and then the round or the host was over."""


class HoldState(IntEnum):
    """Where a hold stands. A hold leaves `PENDING` exactly once."""

    PENDING = 1
    CAPTURED = 2
    RELEASED = 3
    DISOWNED = 4
    """Released, because the bet never stood."""


def transfer_id(epoch: Epoch, n: int) -> int:
    """The number of the n-th transfer of an epoch: grows with time within a host, so that appends are clustered."""
    return epoch << TRANSFERS_PER_EPOCH_BITS | n


class Transfer(NamedTuple):
    """`amount` moved from `debit` to `credit`. One of them at most is a player's: `balance` and `previous` are its.

    `previous` is the id of that account's transfer before this one: a statement is a walk along it, without an index.
    """

    id: int
    debit: AccountId
    credit: AccountId
    amount: int
    kind: int
    ref: CommandId
    balance: int
    previous: int | None


class AccountOpen(NamedTuple):
    """An account of a player begins, with nothing in it."""

    id: AccountId


class AccountMark(NamedTuple):
    """What an actor says an account holds after its turn; the ledger compares it with the sum of the movements.

    `command_high`: the newest time (ms) in any command id applied. `draw_high`: seed number << 40 | nonce of the last
    draw paid for.
    """

    id: AccountId
    posted: int
    held: int
    command_high: int
    draw_high: int
    last: int | None


class Hold(NamedTuple):
    """A pending transfer of a stake: `owner` is the table that will capture or release it."""

    id: CommandId
    account: AccountId
    amount: int
    owner: str


class HoldEnd(NamedTuple):
    """A hold is captured or released."""

    id: CommandId
    account: AccountId
    amount: int
    state: int


class Bet(NamedTuple):
    """A bet as it was placed: of an instant game settled at once, of a table open until its round ends.

    One of a game of steps is open until it is over: it has no table, and its `round` is its nonce. Its `outcome` is
    what its player saw at the start; the steps are in its journal, and what was drawn is with the last.

    `digest` is of the request, to tell a repetition from a reuse of the id; `params` and `outcome` are msgpack maps.
    `available` and `held` are the account's after the command that placed it.
    """

    id: BetId
    account: AccountId
    game: str
    table_id: str | None
    round: int | None
    stake: int
    payout: int | None
    state: int
    seed: int | None
    nonce: int
    params: bytes
    outcome: bytes | None
    available: int
    held: int
    digest: bytes
    placed_at: int


class BetEnd(NamedTuple):
    """An open bet is settled or returned."""

    id: BetId
    payout: int
    state: int
    settled_at: int


class CommandRecord(NamedTuple):
    """A command that left no bet, or was refused for a reason of state: its id, and its one answer as a msgpack map."""

    id: CommandId
    player: PlayerId
    digest: bytes
    code: int
    answer: bytes
    at: int


class JournalEntry(NamedTuple):
    """Event `n` of an actor."""

    actor: str
    n: int
    event: bytes


class Snapshot(NamedTuple):
    """The state of an actor after its event `n`; older entries of its journal may be dropped."""

    actor: str
    n: int
    state: bytes


class RoundOpen(NamedTuple):
    """A round is committed to: the hash of its server seed, and the seed, sealed with a key not in the database."""

    table_id: str
    round: int
    game: str
    commitment: str
    sealed: bytes
    opened_at: int


class RoundEnd(NamedTuple):
    """The one outcome of a round; its seed is public. `contributions`: the players' entropy in order, in msgpack."""

    table_id: str
    round: int
    server_seed: str
    client_seed: str
    contributions: bytes
    outcome: bytes
    drawn_at: int


class SeedOpen(NamedTuple):
    """A player's server seed, committed to and sealed, with the client seed it is used with; and the one after it.

    The next one is committed to before the player chooses the client seed that it will be used with.
    """

    player: PlayerId
    number: int
    commitment: str
    sealed: bytes
    client_seed: str
    opened_at: int
    next_commitment: str
    next_sealed: bytes


class SeedEnd(NamedTuple):
    """A player's server seed is revealed; `nonces` draws were made with it."""

    player: PlayerId
    number: int
    server_seed: str
    nonces: int
    revealed_at: int


Record = (
    Transfer
    | AccountOpen
    | AccountMark
    | Hold
    | HoldEnd
    | Bet
    | BetEnd
    | CommandRecord
    | JournalEntry
    | Snapshot
    | RoundOpen
    | RoundEnd
    | SeedOpen
    | SeedEnd
)
