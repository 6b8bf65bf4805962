"""What the platform asks of its stores. Postgres is the truth; the memory store keeps the same promises in tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from protocol.ids import AccountId, BetId, CommandId, Epoch, PlayerId, ShardId
from protocol.money import Asset
from protocol.records import Record


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction of one host: batch `seq` of its epoch, on these shards. `house_shard` is where its house accounts
    are; `at` is the host's time (ms)."""

    epoch: Epoch
    seq: int
    shards: frozenset[ShardId]
    house_shard: ShardId
    at: int
    records: Sequence[Record]


class StoreError(Exception):
    """A store did not do what was asked."""


class Fenced(StoreError):
    """The epoch has ended, the batch number is not the next, or a shard has another owner: this host must stop."""


class StillOwned(StoreError):
    """Shards that were asked for belong to epochs of others that have not ended: nothing of it was done."""

    def __init__(self, shards: "Mapping[ShardId, Epoch]") -> None:
        self.shards = dict(shards)
        """Those shards, and whose they are."""
        super().__init__(f"owned by other epochs: {dict(sorted(self.shards.items()))}")


class Rejected(StoreError):
    """The batch broke an invariant, or Postgres refused it: nothing of it is written, and the host must reload."""


class Unknown(StoreError):
    """The connection was lost before the answer: the batch may or may not be written."""


class Unavailable(StoreError):
    """The store cannot be reached or cannot write now; nothing was done."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a shard is: the epoch that owns it, or owned it last, and that epoch's host.

    Without `epoch` it was given back, or never owned. `version` grows with each change of the shard's epoch.
    """

    epoch: Epoch | None
    host: str
    ended: bool
    version: int

    @property
    def is_free(self) -> bool:
        """Whether anybody may acquire it."""
        return self.epoch is None or self.ended


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account of a player as stored."""

    id: AccountId
    posted: int
    held: int
    command_high: int
    draw_high: int
    last: int | None


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A pending hold as stored; `round` is its bet's."""

    id: CommandId
    account: AccountId
    amount: int
    owner: str
    round: int | None


@dataclass(frozen=True, slots=True)
class WalletRow:
    """Everything a wallet wakes up with."""

    accounts: tuple[AccountRow, ...]
    holds: tuple[HoldRow, ...]


@dataclass(frozen=True, slots=True)
class SeedRow:
    """A player's seed as stored: sealed until it is revealed."""

    player: PlayerId
    number: int
    commitment: str
    sealed: bytes
    client_seed: str
    server_seed: str | None
    next_commitment: str
    next_sealed: bytes


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round as stored."""

    table_id: str
    round: int
    game: str
    commitment: str
    sealed: bytes
    server_seed: str | None
    client_seed: str | None
    contributions: bytes | None
    outcome: bytes | None
    opened_at: int
    drawn_at: int | None


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A table's memory: its newest snapshot (or nothing) and the events after it."""

    snapshot_n: int
    snapshot: bytes | None
    events: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class TableChips:
    """The chips of a poker table's memory, in ledger units of an asset.

    `buying` are buy-ins that wallets may have made already, as (number of the event, amount); `owed` are cash-outs that
    they may not have made yet.
    """

    asset: int
    chips: int
    buying: Mapping[CommandId, tuple[int, int]]
    owed: Mapping[CommandId, int]

    def in_escrow(self, moved: Mapping[CommandId, int | None]) -> int:
        """What must be in escrow when wallets have done these commands, each for the event with this number.

        A buy-in that is asked for again, when its chips have come, is written down again, and moves nothing.
        """
        bought = (amount for one, (n, amount) in self.buying.items() if moved.get(one, 0) in (n, None))
        return self.chips + sum(bought) + sum(amount for one, amount in self.owed.items() if one not in moved)


@dataclass(frozen=True, slots=True)
class TableBets:
    """The bets that a table's memory has: those that stand, with their stakes, and payouts that it still owes."""

    standing: Mapping[BetId, tuple[PlayerId, int]]
    owed: Mapping[BetId, tuple[PlayerId, int]]


@dataclass(frozen=True, slots=True)
class BetRow:
    """A bet as stored, for proofs and answers."""

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
    settled_at: int | None


@dataclass(frozen=True, slots=True)
class KnownCommand:
    """What the store remembers of a command id: whose it was, the digest of its body, and its answer (or its bet)."""

    id: CommandId
    player: PlayerId
    digest: bytes
    code: int
    answer: bytes
    bet: BetRow | None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer, as its player sees it: signed, with the balance after it."""

    id: int
    at_ms: int
    amount: int
    after: int
    kind: int
    ref: CommandId


@dataclass(frozen=True, slots=True)
class PlayerRow:
    """A player as registered."""

    id: PlayerId
    name: str
    created: bool


class Ledger(Protocol):
    """What a host writes and reads. One transaction a batch; a batch is all there or not at all."""

    async def take_shards(self, host: str, shards: Sequence[ShardId]) -> Epoch:
        """Begin an epoch that owns these shards: ends every epoch that owned one, waiting for its open transaction.

        Raises `Unavailable`, and `Rejected` when there is no such shard.
        """

    async def open_epoch(self, host: str) -> Epoch:
        """Begin an epoch that owns nothing yet; ends those that this host had, so a lost answer does no harm.

        Raises `Unavailable`.
        """

    async def end_epoch(self, epoch: Epoch) -> None:
        """End an epoch, waiting for its open transaction: it writes nothing from here on. One that ended stays so.

        Its shards are its own until somebody acquires them. Raises `Unavailable`; may simply be done again.
        """

    async def acquire_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> Epoch:
        """Own these shards too, all or none: those that are nobody's, and those whose epoch has ended.

        A new epoch of the same host begins with all of them, and the one before ends: so on a shard, later epochs have
        larger numbers, and the transfers of an account are in the order of theirs. Raises `StillOwned`, `Fenced` when
        the own epoch has ended, `Rejected` when there is no such shard, and `Unavailable`, and then it may be done.
        """

    async def release_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> None:
        """Own these shards no more, once the open transaction of the epoch is over; shards of others stay theirs.

        May simply be done again. Raises `Fenced` when the own epoch has ended, and `Unavailable`.
        """

    async def owners(self) -> dict[ShardId, Owner]:
        """Whose every shard is, as of one moment. Raises `Unavailable`."""

    async def commit(self, batch: Batch) -> None:
        """Write a batch. Raises `Fenced`, also for a shard of another epoch, `Rejected`, `Unknown` or `Unavailable`."""

    async def was_committed(self, epoch: Epoch, seq: int) -> bool:
        """Whether this batch is there. Only meaningful once its epoch has ended."""

    async def is_current(self, epoch: Epoch) -> bool:
        """Whether this epoch has not ended: its host may still write."""

    async def load_wallets(self, players: Sequence[PlayerId]) -> dict[PlayerId, WalletRow]:
        """These players' accounts and pending holds; empty for one who has none yet."""

    async def players_with_holds(self) -> list[PlayerId]:
        """Players who have pending holds: their wallets must wake up some day, although nobody asks for them."""

    async def load_seeds(self, players: Sequence[PlayerId]) -> dict[PlayerId, SeedRow]:
        """These players' newest seeds; nothing for one who has none yet."""

    async def load_journals(self, actors: Sequence[str]) -> dict[str, JournalRow]:
        """These actors' snapshots and the events after them."""

    async def newest_rounds(self, table_ids: Sequence[str]) -> dict[str, RoundRow]:
        """The newest round of each of these tables; nothing for one that had none yet."""

    async def find_round(self, table_id: str, number: int) -> RoundRow | None:
        """One round."""

    async def round_bets(self, table_id: str, number: int) -> list[BetRow]:
        """The bets of one round that this ledger has, by their ids."""

    async def find_commands(self, commands: Sequence[CommandId]) -> dict[CommandId, KnownCommand]:
        """What is remembered of these ids, whoever used them."""

    async def find_bet(self, bet: BetId) -> BetRow | None:
        """One bet."""

    async def find_seed(self, player: PlayerId, number: int) -> SeedRow | None:
        """One of a player's seeds."""

    async def statement(
        self, account: AccountId, before: int | None, limit: int
    ) -> tuple[list[StatementLine], int | None]:
        """At most `limit` transfers of an account, newest first, and the cursor of the next page, if there is one.

        `before` is the cursor of this page; without one it is the first. Of another account's cursor comes nothing.
        """


class Players(Protocol):
    """Who is who. Not on the bet path: a login is one small transaction of its own."""

    async def register(
        self, provider: str, subject: str, name: str, proof: bytes | None, proof_expires_ms: int
    ) -> PlayerRow | None:
        """The player of this identity, made if new; `proof` is the digest of a single-use proof.

        Nothing, and no player made, if the proof was used before. Raises `Unavailable`, and then the proof may be used
        up; `Rejected` for what cannot be stored, and when all numbers up to `PLAYER_ID_MAX` are given away.
        """

    async def find(self, player: PlayerId) -> PlayerRow | None:
        """A player by number."""

    async def define_assets(self, assets: Sequence[Asset]) -> None:
        """See that the assets are known by these numbers and scales. Raises `Rejected` when one is known otherwise."""


class Sessions(Protocol):
    """Sessions and their resume tokens: hot state, lost when Redis is wiped, which costs a resume and nothing else."""

    async def put(self, token_digest: bytes, session: str, player: PlayerId, name: str, seconds: int) -> None:
        """A resume token, good for one use within `seconds`."""

    async def take(self, token_digest: bytes) -> tuple[str, PlayerId, str] | None:
        """Use a resume token: (session, player, name) the first time, nothing ever after."""

    async def keep(self, token_digests: Sequence[bytes], seconds: int) -> None:
        """Good for another `seconds` from now, those that are there still: their connections live."""
