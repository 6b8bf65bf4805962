"""The rows of the in-memory ledger, column by column those of the migrations, and the changes of one batch to them."""

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from protocol.ids import AccountId, BetId, CommandId, Epoch, PlayerId, ShardId
from protocol.records import CommandRecord, JournalEntry, Snapshot


class StoredEpoch(NamedTuple):
    """One tenure of one host."""

    id: Epoch
    seq: int
    host: str
    ended: bool


class StoredBatch(NamedTuple):
    """A batch that was committed."""

    epoch: Epoch
    seq: int
    at_ms: int
    transfers: int


class StoredAccount(NamedTuple):
    """An account, of a player or of the house."""

    id: AccountId
    posted: int
    held: int
    command_high: int
    draw_high: int
    last: int | None


class StoredTransfer(NamedTuple):
    """A transfer with the time of its batch."""

    id: int
    debit: AccountId
    credit: AccountId
    amount: int
    kind: int
    ref: CommandId
    balance: int
    previous: int | None
    at_ms: int


class StoredHold(NamedTuple):
    """A hold and what became of it."""

    id: CommandId
    account: AccountId
    amount: int
    owner: str
    state: int


class StoredBet(NamedTuple):
    """A bet and what became of it."""

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
    placed_ms: int
    settled_ms: int | None


class StoredRound(NamedTuple):
    """A round and its outcome, if it has one."""

    table_id: str
    round: int
    game: str
    commitment: str
    sealed: bytes
    opened_ms: int
    server_seed: str | None
    client_seed: str | None
    contributions: bytes | None
    outcome: bytes | None
    drawn_ms: int | None


class StoredSeed(NamedTuple):
    """A player's seed, and what it was once it is revealed."""

    player: PlayerId
    number: int
    commitment: str
    sealed: bytes
    client_seed: str
    opened_ms: int
    next_commitment: str
    next_sealed: bytes
    server_seed: str | None
    nonces: int | None
    revealed_ms: int | None


@dataclass(slots=True)
class Tables:
    """Rows by primary key. Also used for the rows that one batch changes, before they are applied."""

    epochs: dict[Epoch, StoredEpoch] = field(default_factory=dict)
    shards: dict[ShardId, Epoch | None] = field(default_factory=dict)
    batches: dict[tuple[Epoch, int], StoredBatch] = field(default_factory=dict)
    accounts: dict[AccountId, StoredAccount] = field(default_factory=dict)
    transfers: dict[int, StoredTransfer] = field(default_factory=dict)
    holds: dict[CommandId, StoredHold] = field(default_factory=dict)
    bets: dict[BetId, StoredBet] = field(default_factory=dict)
    commands: dict[CommandId, CommandRecord] = field(default_factory=dict)
    journal: dict[tuple[str, int], JournalEntry] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    rounds: dict[tuple[str, int], StoredRound] = field(default_factory=dict)
    seeds: dict[tuple[PlayerId, int], StoredSeed] = field(default_factory=dict)

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, in the order of their keys: to compare one moment with another."""
        shards = sorted(self.shards.items())
        return {
            one.name: shards
            if one.name == "shards"
            else [tuple(row) for _, row in sorted(getattr(self, one.name).items())]
            for one in fields(self)
        }
