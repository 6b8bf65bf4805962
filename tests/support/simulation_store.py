"""The ledger as processes of a simulation reach it: over wires that are slow, and hide what became of a commit."""

import asyncio
from collections.abc import Callable, Sequence
from enum import Enum, auto
from random import Random
from typing import Final, TypeVar

from persistence.interfaces import (
    Batch,
    BetRow,
    Fenced,
    JournalRow,
    KnownCommand,
    Ledger,
    Owner,
    Rejected,
    RoundRow,
    SeedRow,
    StatementLine,
    Unavailable,
    Unknown,
    WalletRow,
)
from persistence.memory.ledger import MemoryLedger
from protocol.ids import AccountId, BetId, CommandId, Epoch, PlayerId, ShardId
from tests.support.simulation_plan import Weather


class Mishap(Enum):
    """What may become of one call."""

    NONE = auto()
    UNAVAILABLE = auto()
    """There is no connection; nothing is done."""
    LOST_BEFORE = auto()
    """The connection breaks, and the commit never arrives."""
    LOST_AFTER = auto()
    """The commit is written; its answer is lost."""
    LOST_ON_THE_WAY = auto()
    """The connection breaks, and the commit arrives all the same, later, unless its epoch has ended by then."""
    DIES_BEFORE = auto()
    """The process dies, and the commit never arrives."""
    DIES_AFTER = auto()
    """The commit is written, and the process dies."""
    DIES_ON_THE_WAY = auto()
    """The process dies, and the commit arrives all the same."""


T = TypeVar("T")

LOST: Final = frozenset({Mishap.LOST_BEFORE, Mishap.LOST_AFTER, Mishap.LOST_ON_THE_WAY})
DEADLY: Final = frozenset({Mishap.DIES_BEFORE, Mishap.DIES_AFTER, Mishap.DIES_ON_THE_WAY})
WRITTEN_AT_ONCE: Final = frozenset({Mishap.NONE, Mishap.LOST_AFTER, Mishap.DIES_AFTER})
ON_THE_WAY: Final = frozenset({Mishap.LOST_ON_THE_WAY, Mishap.DIES_ON_THE_WAY})
_MISHAPS: Final = tuple(one for one in Mishap if one is not Mishap.NONE)


class Store:
    """The one ledger, which outlives every process. What is written, or rejected, is told at that moment."""

    def __init__(
        self,
        ledger: MemoryLedger,
        rng: Random,
        weather: Weather,
        *,
        committed: Callable[[Batch], None],
        rejected: Callable[[Batch, Rejected], None],
    ) -> None:
        self.ledger = ledger
        self.rng = rng
        self.weather = weather
        self._committed = committed
        self._rejected = rejected

    def write(self, batch: Batch) -> None:
        """Raises what the ledger raises."""
        try:
            self.ledger.commit_now(batch)
        except Rejected as error:
            self._rejected(batch, error)
            raise
        self._committed(batch)

    def write_late(self, batch: Batch) -> None:
        """A commit whose sender has long given up: written if its epoch still stands."""
        try:
            self.write(batch)
        except Fenced:
            return

    def mishap(self, chance: float) -> Mishap:
        """Draw what becomes of a call."""
        rng = self.rng
        return rng.choice(_MISHAPS) if rng.random() < chance else Mishap.NONE

    def loses_a_read(self) -> bool:
        """Draw whether a question, or its answer, gets lost."""
        return self.rng.random() < self.weather.read_mishaps

    async def delay(self) -> None:
        """Let some time pass, or none."""
        await asyncio.sleep(self.rng.random() ** 3 * self.weather.delay_seconds_max)


class Wire(Ledger):
    """One process's connection. `die` ends that process; a call of a dead process is never answered."""

    def __init__(self, store: Store, die: Callable[[], None]) -> None:
        self._store = store
        self._die = die
        self.cut = False

    async def commit(self, batch: Batch) -> None:
        """See `Ledger.commit`."""
        store = self._store
        await self._travel()
        mishap = store.mishap(store.weather.commit_mishaps)
        if mishap is Mishap.UNAVAILABLE:
            raise Unavailable("no connection")
        if mishap in WRITTEN_AT_ONCE:
            store.write(batch)
        if mishap in ON_THE_WAY:
            seconds = store.rng.random() * store.weather.on_the_way_seconds_max
            asyncio.get_running_loop().call_later(seconds, store.write_late, batch)
        if mishap in DEADLY:
            self._die()
        await self._travel()
        if mishap in LOST:
            raise Unknown(f"no answer to batch {batch.seq} of epoch {batch.epoch}")

    async def take_shards(self, host: str, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.take_shards`. When its answer is lost, there is an epoch that nobody uses."""
        epoch = await self._ask(lambda ledger: ledger.take_shards_now(host, shards))
        if self._store.loses_a_read():
            raise Unknown("no answer to taking shards")
        return epoch

    async def open_epoch(self, host: str) -> Epoch:
        """See `Ledger.open_epoch`. When its answer is lost, there is an epoch that nobody uses."""
        return await self._change(lambda ledger: ledger.ownership.open_epoch(host))

    async def end_epoch(self, epoch: Epoch) -> None:
        """See `Ledger.end_epoch`."""
        await self._change(lambda ledger: ledger.ownership.end_epoch(epoch))

    async def acquire_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.acquire_shards`."""
        return await self._change(lambda ledger: ledger.ownership.acquire_shards(epoch, shards))

    async def release_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> None:
        """See `Ledger.release_shards`."""
        await self._change(lambda ledger: ledger.ownership.release_shards(epoch, shards))

    async def owners(self) -> dict[ShardId, Owner]:
        """See `Ledger.owners`."""
        return await self._ask(lambda ledger: ledger.ownership.owners())

    async def players_with_holds(self) -> list[PlayerId]:
        """See `Ledger.players_with_holds`."""
        return await self._ask(lambda ledger: ledger.players_with_holds_now())

    async def was_committed(self, epoch: Epoch, seq: int) -> bool:
        """See `Ledger.was_committed`."""
        return await self._ask(lambda ledger: ledger.was_committed_now(epoch, seq))

    async def is_current(self, epoch: Epoch) -> bool:
        """See `Ledger.is_current`."""
        return await self._ask(lambda ledger: not ledger.tables.epochs[epoch].ended)

    async def load_wallets(self, players: Sequence[PlayerId]) -> dict[PlayerId, WalletRow]:
        """See `Ledger.load_wallets`."""
        return await self._ask(lambda ledger: ledger.load_wallets_now(players))

    async def load_seeds(self, players: Sequence[PlayerId]) -> dict[PlayerId, SeedRow]:
        """See `Ledger.load_seeds`."""
        return await self._ask(lambda ledger: ledger.load_seeds_now(players))

    async def load_journals(self, actors: Sequence[str]) -> dict[str, JournalRow]:
        """See `Ledger.load_journals`."""
        return await self._ask(lambda ledger: ledger.load_journals_now(actors))

    async def newest_rounds(self, table_ids: Sequence[str]) -> dict[str, RoundRow]:
        """See `Ledger.newest_rounds`."""
        return await self._ask(lambda ledger: ledger.newest_rounds_now(table_ids))

    async def find_round(self, table_id: str, number: int) -> RoundRow | None:
        """See `Ledger.find_round`."""
        return await self._ask(lambda ledger: ledger.find_round_now(table_id, number))

    async def round_bets(self, table_id: str, number: int) -> list[BetRow]:
        """See `Ledger.round_bets`."""
        return await self._ask(lambda ledger: ledger.round_bets_now(table_id, number))

    async def find_commands(self, commands: Sequence[CommandId]) -> dict[CommandId, KnownCommand]:
        """See `Ledger.find_commands`."""
        return await self._ask(lambda ledger: ledger.find_commands_now(commands))

    async def find_bet(self, bet: BetId) -> BetRow | None:
        """See `Ledger.find_bet`."""
        return await self._ask(lambda ledger: ledger.find_bet_now(bet))

    async def find_seed(self, player: PlayerId, number: int) -> SeedRow | None:
        """See `Ledger.find_seed`."""
        return await self._ask(lambda ledger: ledger.find_seed_now(player, number))

    async def statement(
        self, account: AccountId, before: int | None, limit: int
    ) -> tuple[list[StatementLine], int | None]:
        """See `Ledger.statement`."""
        return await self._ask(lambda ledger: ledger.statement_now(account, before, limit))

    async def _change(self, change: Callable[[MemoryLedger], T]) -> T:
        """Ask for what is done, and then lose the answer, now and then."""
        found = await self._ask(change)
        if self._store.loses_a_read():
            raise Unavailable("no answer")
        return found

    async def _ask(self, look: Callable[[MemoryLedger], T]) -> T:
        await self._travel()
        if self._store.loses_a_read():
            raise Unavailable("no connection")
        found = look(self._store.ledger)
        await self._travel()
        return found

    async def _travel(self) -> None:
        await self._store.delay()
        if self.cut:
            await asyncio.get_running_loop().create_future()
