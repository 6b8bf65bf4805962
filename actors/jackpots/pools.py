"""What a jackpot remembers, durably: its pools, what it has heard of its feeders, and what it has awarded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgpack

from persistence.interfaces import JournalRow
from protocol.ids import BetId


@dataclass(frozen=True, slots=True)
class Seeded:
    """A pool begins, with so much of the house's."""

    level: str
    seed: int


@dataclass(frozen=True, slots=True)
class Fed:
    """A feeder has had so much for a level in all; what is above `cap` waits for the pool after this one."""

    feeder: str
    level: str
    total: int
    cap: int


@dataclass(frozen=True, slots=True)
class Won:
    """A claim takes what is in a pool; the next one begins with `seed` and with what has waited, up to `cap`."""

    feeder: str
    number: int
    bet: BetId
    level: str
    amount: int
    seed: int
    cap: int
    at: int


@dataclass(frozen=True, slots=True)
class Paid:
    """A feeder does not claim this any more: it has paid."""

    feeder: str
    number: int


Event = Seeded | Fed | Won | Paid


@dataclass(slots=True)
class Pool:
    """One level: `reserve` came when the pool was full. The newest win is `last_amount`, at `last_at`."""

    amount: int = 0
    reserve: int = 0
    wins: int = 0
    last_amount: int = 0
    last_at: int = 0

    def add(self, amount: int, cap: int) -> None:
        """Take it all: up to the cap into the pool, what is above into the reserve. A pool never shrinks by this."""
        fits = min(amount, max(0, cap - self.amount))
        self.amount += fits
        self.reserve += amount - fits

    def begin(self, seed: int, cap: int) -> None:
        """Begin anew after a win."""
        self.amount = 0
        reserve, self.reserve = self.reserve, 0
        self.add(seed + reserve, cap)


@dataclass(slots=True)
class Heard:
    """A feeder as far as it was heard: its totals by level, and the number of its newest claim that was awarded."""

    totals: dict[str, int] = field(default_factory=dict)
    claimed: int = 0


@dataclass(slots=True)
class Memory:
    """Everything of the jackpot with this number that is durable."""

    asset: int = 0
    number: int = 0
    pools: dict[str, Pool] = field(default_factory=dict)
    feeders: dict[str, Heard] = field(default_factory=dict)
    unpaid: dict[tuple[str, int], int] = field(default_factory=dict)
    """Awards by feeder and number of claim, until the feeder has paid."""
    n: int = 0
    """The number of the last event."""
    seeded: int = 0
    """What the house has begun pools with, in all."""
    awarded: int = 0
    """What claims have taken, in all."""

    def apply(self, event: Event) -> None:
        """Change by an event that is, or will be, committed."""
        if type(event) is Seeded:
            self.pools[event.level] = Pool(event.seed)
            self.seeded += event.seed
        elif type(event) is Fed:
            heard = self.feeders.setdefault(event.feeder, Heard())
            gain = event.total - heard.totals.get(event.level, 0)
            heard.totals[event.level] = event.total
            self.pools.setdefault(event.level, Pool()).add(gain, event.cap)
        elif type(event) is Won:
            pool = self.pools.setdefault(event.level, Pool())
            pool.begin(event.seed, event.cap)
            pool.wins, pool.last_amount, pool.last_at = pool.wins + 1, event.amount, event.at
            self.feeders.setdefault(event.feeder, Heard()).claimed = event.number
            self.unpaid[event.feeder, event.number] = event.amount
            self.seeded += event.seed
            self.awarded += event.amount
        elif type(event) is Paid:
            self.unpaid.pop((event.feeder, event.number), None)

    @property
    def owed(self) -> int:
        """What is in all pools and reserves, and what was awarded and is not known to be paid."""
        return sum(pool.amount + pool.reserve for pool in self.pools.values()) + sum(self.unpaid.values())

    def dump(self) -> bytes:
        """As a snapshot."""
        pools = {
            level: (pool.amount, pool.reserve, pool.wins, pool.last_amount, pool.last_at)
            for level, pool in self.pools.items()
        }
        feeders = {feeder: (heard.totals, heard.claimed) for feeder, heard in self.feeders.items()}
        unpaid = [(feeder, number, amount) for (feeder, number), amount in self.unpaid.items()]
        fields = (self.asset, self.number, pools, feeders, unpaid, self.seeded, self.awarded)
        return msgpack.packb(fields)  # type: ignore[no-any-return]


def write_event(event: Event) -> bytes:
    """The bytes of an event."""
    kind = type(event)
    return msgpack.packb((kind.__name__, [getattr(event, name) for name in kind.__slots__]))  # type: ignore[no-any-return]


def read_event(data: bytes) -> Event:
    """The event that was written."""
    name, fields = msgpack.unpackb(data)
    return _BY_NAME[name](*fields)  # type: ignore[no-any-return]


def read_memory(row: JournalRow) -> Memory:
    """What was written; of a jackpot that is new, nothing."""
    memory = Memory(n=row.snapshot_n)
    if row.snapshot is not None:
        memory.asset, memory.number, pools, feeders, unpaid, memory.seeded, memory.awarded = msgpack.unpackb(
            row.snapshot
        )
        memory.pools = {level: Pool(*fields) for level, fields in pools.items()}
        memory.feeders = {feeder: Heard(totals, claimed) for feeder, (totals, claimed) in feeders.items()}
        memory.unpaid = {(feeder, number): amount for feeder, number, amount in unpaid}
    for n, event in row.events:
        memory.apply(read_event(event))
        memory.n = n
    return memory


_BY_NAME: Mapping[str, type[Any]] = {kind.__name__: kind for kind in (Seeded, Fed, Won, Paid)}
