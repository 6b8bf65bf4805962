"""A bet's life between two hosts, step by step: what is said and what is written, and one mishap at one of them."""

import asyncio
from collections.abc import Callable, Mapping
from enum import Enum
from random import Random
from typing import Any, Final, NamedTuple

from actors.games.interface import BetPlaced, BetsReturned, RoundSettled
from actors.runtime.node import HostNode
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from actors.runtime.transport import PeerLost
from actors.table.journal import TableEvent, read_event
from persistence.interfaces import Batch, Unknown
from persistence.memory.ledger import MemoryLedger
from protocol.ids import PlayerId
from protocol.records import JournalEntry
from tests.support.casino import TABLE
from tests.support.hand_driven import SHARDS
from tests.support.nodes import ALL, Nodes, on_shard

TABLES, WALLETS, HEIR = "tables", "wallets", "heir"
"""Who has the table, who everything else, and who comes in the place of a host that is gone."""
TABLES_SHARD: Final = shard_of(Ref("table", TABLE), SHARDS)
PLAYER: Final[PlayerId] = on_shard(next(shard for shard in ALL if shard != TABLES_SHARD))
WAY_SECONDS: Final = 0.02
"""How long what a host says to another is on its way."""
LATE_SECONDS: Final = 2.2
DETECTION_SECONDS: Final = 0.3
SAYS: Final = "says"


class Step(NamedTuple):
    """A host is about to commit (`commit`), has done so (`committed`), or says something to another (`says …`)."""

    host: str
    what: str


class Mishap(Enum):
    """What goes wrong at a step, and to whom."""

    TABLES_DIE = "the table's host dies, another takes its place"
    WALLETS_DIE = "the wallet's host dies, another takes its place"
    TABLES_DIE_TO_OTHER = "the table's host dies, and the wallet's takes it over"
    WALLETS_DIE_TO_OTHER = "the wallet's host dies, and the table's takes it over"
    TABLES_BEGIN_ANEW = "the table's host throws its memory away"
    WALLETS_BEGIN_ANEW = "the wallet's host throws its memory away"
    TABLES_REPLACED = "the table's host is replaced without knowing it"
    WALLETS_REPLACED = "the wallet's host is replaced without knowing it"
    TABLES_SHARD_MOVES = "the table moves to the wallet's host"
    GATEWAY_DIES = "the gateway dies, and the player asks another"
    ANSWER_LOST = "the connection to the ledger breaks"
    LOST = "what is said is lost"
    TWICE = "what is said comes twice"
    LATE = "what is said comes late"

    @property
    def victim(self) -> str:
        """The host that it happens to."""
        return WALLETS if self.name.startswith("WALLETS") else TABLES


OF_MESSAGES: Final = frozenset({Mishap.LOST, Mishap.TWICE, Mishap.LATE})


def mishaps_of(step: Step) -> list[Mishap]:
    """What may go wrong at a step."""
    if step.what.startswith(SAYS):
        return [one for one in Mishap if one is not Mishap.ANSWER_LOST]
    return [one for one in Mishap if one not in OF_MESSAGES]


class SteppedLedger(MemoryLedger):
    """Asks before and after each commit what happens; keeps every event that tables wrote down."""

    def __init__(self) -> None:
        super().__init__(SHARDS)
        self.events: list[TableEvent] = []
        self.reached: Callable[[Step], Mishap | None] = lambda step: None

    async def commit(self, batch: Batch) -> None:
        """See `Ledger.commit`."""
        host = self.tables.epochs[batch.epoch].host
        await self._reach(Step(host, "commit"), batch)
        self.commit_now(batch)
        self.events += [read_event(record.event) for record in batch.records if type(record) is JournalEntry]
        await self._reach(Step(host, "committed"), batch)

    async def _reach(self, step: Step, batch: Batch) -> None:
        if self.reached(step) is Mishap.ANSWER_LOST:
            raise Unknown(f"no answer to batch {batch.seq} of epoch {batch.epoch}")
        # Whoever is dead goes no further than this.
        await asyncio.sleep(0)

    def placed(self, bet: bytes) -> int:
        """How often a bet came to stand."""
        return len([one for one in self.events if type(one) is BetPlaced and one.bet == bet])

    def returned(self, bet: bytes) -> int:
        """How often a bet was taken back."""
        return len([one for one in self.events if type(one) is BetsReturned and bet in one.bets])

    def payouts(self, bet: bytes) -> list[int]:
        """What the table decided that a bet is paid, each time."""
        settled = [one for one in self.events if type(one) is RoundSettled]
        return [payout for one in settled for at, payout in one.payouts if at == bet]


class SteppedNodes(Nodes):
    """Two hosts, each step of which is noted, once `watching`; `mishaps` happen at the steps with these numbers."""

    def __init__(self, mishaps: Mapping[int, Mishap], **kwargs: Any) -> None:
        self.books = SteppedLedger()
        super().__init__(self.books, entropy=Random(1).randbytes, **kwargs)
        self.books.reached = self._reached
        self.steps: list[Step] = []
        self.watching = False
        self.happened = 0
        """How many mishaps there were."""
        self.gateways = 1
        self._replacing = asyncio.Lock()
        self._mishaps = mishaps
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """One host has the table, the other everything else."""
        await self.launch(TABLES, TABLES_SHARD)
        await self.launch(WALLETS, *(shard for shard in ALL if shard != TABLES_SHARD))

    async def launch(self, name: str, *shards: Any) -> HostNode:
        """See `Nodes.launch`; what the host says to others is a step."""
        node = await super().launch(name)
        carry = node.host.courier

        def say(ref: Ref, message: Any, sender: Ref) -> None:
            mishap = self._reached(Step(name, f"{SAYS} {type(message).__name__}"))
            delays = {Mishap.LOST: (), Mishap.TWICE: (WAY_SECONDS, LATE_SECONDS), Mishap.LATE: (LATE_SECONDS,)}
            for seconds in delays.get(mishap, (WAY_SECONDS,)) if mishap is not None else (WAY_SECONDS,):
                self.loop.call_later(seconds, carry, ref, message, sender)

        node.host.courier = say
        if shards:
            await self.acquire(name, *shards)
        return node

    async def close(self) -> None:
        """See `Nodes.close`. What a mishap began must have come to its end."""
        await asyncio.gather(*self._tasks)
        await super().close()

    def change_gateway(self) -> None:
        """The gateway is gone, and forgets whoever waits; there is another."""
        self.gateways += 1
        self.router.close()
        self.router = self.new_router(f"gateway {self.gateways}")

    def _reached(self, step: Step) -> Mishap | None:
        if not self.watching:
            return None
        self.steps.append(step)
        mishap = self._mishaps.get(len(self.steps) - 1)
        if mishap is not None and mishap in mishaps_of(step) and mishap.victim in self.hosts:
            self.happened += 1
            self._happen(mishap)
            return mishap
        return None

    def _happen(self, mishap: Mishap) -> None:
        victim = mishap.victim
        other = WALLETS if victim == TABLES else TABLES
        name = mishap.name.partition("_")[2]
        if mishap is Mishap.GATEWAY_DIES:
            self.change_gateway()
        elif name.startswith("DIE"):
            self.kill(victim)
            self._begin(self._replace(victim, other if name == "DIE_TO_OTHER" else HEIR))
        elif name == "REPLACED":
            self._begin(self._replace(victim, HEIR))
        elif name == "BEGIN_ANEW":
            self._begin(self._begin_anew(victim))
        elif mishap is Mishap.TABLES_SHARD_MOVES:
            self._begin(self._move())

    def _begin(self, work: Any) -> None:
        self._tasks.append(self.loop.create_task(work))

    async def _replace(self, victim: str, heir: str) -> None:
        await asyncio.sleep(DETECTION_SECONDS)
        async with self._replacing:
            if heir not in self.hosts:
                heir = HEIR
            if heir not in self.hosts:
                await self.launch(heir)
            try:
                await self.take_over(victim, heir)
            except PeerLost:
                # It was replaced itself, and hears of it now.
                await self.take_over(victim, heir)
            if free := [shard for shard, owner in (await self.ledger.owners()).items() if owner.is_free]:
                await self.acquire(heir, *free)

    async def _move(self) -> None:
        async with self._replacing:
            if TABLES_SHARD in self.hosts[TABLES].host.owned and WALLETS in self.hosts:
                await self.move(TABLES, WALLETS, TABLES_SHARD)

    async def _begin_anew(self, victim: str) -> None:
        driver = self.hosts[victim].driver
        async with driver.changing:
            await driver.start_over()
