"""The processes of a cluster as its directory knows them, and what it asks of them."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any, Final

from actors.runtime.carrier import PID, NodeId, ProcessName
from actors.runtime.control import pack_routes, pack_shards, unpack
from actors.runtime.routes import Routes
from actors.runtime.transport import Peer, PeerLost
from persistence.clusters import ProcessKind, ProcessRow
from protocol.ids import ShardId
from server.cluster.duties import Duty
from server.cluster.pulse import Awake, Pulse

ACQUIRE_SECONDS_MAX: Final = 10.0
RELEASE_SECONDS_MAX: Final = 10.0
STOP_SECONDS_MAX: Final = 10.0
DRAIN_SECONDS_MAX: Final = 300.0
"""How long a gateway may take to send its players to others."""
DRAIN_POLL_SECONDS: Final = 0.25
ROUTES_SECONDS_MAX: Final = 1.0
STATUS_SECONDS_MAX: Final = 1.0
RATE_SECONDS_MIN: Final = 1.0
"""What is counted over less time says nothing."""
_COUNTERS: Final = frozenset({"messages", "batches", "records"})


@dataclass(slots=True)
class Member:
    """One process."""

    row: ProcessRow
    peer: Peer
    pulse: Pulse
    status: dict[str, Any] = field(default_factory=dict)
    """What it last said of itself, and how fast its counters grew; see `actors.runtime.control`."""
    pid: int | None = None
    """On its node."""
    _waits: set[asyncio.Timeout] = field(default_factory=set)
    """For answers of a host about its shards."""
    _counted: tuple[float, dict[str, int]] | None = None
    _rates: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> ProcessName:
        """See `ProcessName`."""
        return ProcessName(self.row.name)

    @property
    def node(self) -> NodeId:
        """The node that it runs on."""
        return NodeId(self.row.node)

    @property
    def duty(self) -> Duty:
        """What it is there for."""
        return Duty(self.row.kind, self.row.part)

    @property
    def is_usable(self) -> bool:
        """Whether it may be given something new."""
        return self.pulse.is_alive and not self.pulse.is_cut_off and not self.row.leaving

    async def acquire(self, shards: Collection[ShardId]) -> None:
        """Have a host own these shards, as far as they are nobody's. Raises `PeerLost`."""
        await self._change("acquire", shards, ACQUIRE_SECONDS_MAX)

    async def release(self, shards: Collection[ShardId]) -> None:
        """Have a host give these shards back, with all that is open written. Raises `PeerLost`."""
        await self._change("release", shards, RELEASE_SECONDS_MAX)

    async def _change(self, method: str, shards: Collection[ShardId], seconds_max: float) -> None:
        wait = asyncio.timeout(None)
        self._waits.add(wait)
        try:
            async with wait:
                await self._ask(method, pack_shards(shards), seconds_max)
        except TimeoutError as error:
            raise PeerLost(f"{self.name} is missed, and has not answered {method!r}") from error
        finally:
            self._waits.discard(wait)

    def give_up(self) -> None:
        """It is missed: whoever waits until it has taken shards, or given them back, waits for nothing."""
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(asyncio.get_running_loop().time())

    async def learn(self, routes: Routes) -> None:
        """Tell it where shards are. Raises `PeerLost`."""
        await self._ask("routes", pack_routes(routes), ROUTES_SECONDS_MAX)

    async def look(self) -> None:
        """See how it is; see `status`. Raises `PeerLost`."""
        if self.pid is None:
            self.pid = int(await self.peer.call(PID, b""))
        status = await self._ask("status", b"", STATUS_SECONDS_MAX)
        now = asyncio.get_running_loop().time()
        if self._counted is None or now - self._counted[0] >= RATE_SECONDS_MIN:
            self._count(now, {name: status[name] for name in _COUNTERS & status.keys()})
        self.status = {**status, **self._rates}

    def _count(self, now: float, counters: dict[str, int]) -> None:
        if self._counted is not None:
            since, before = self._counted
            self._rates = {
                f"{name}_per_second": max(0, count - before[name]) / (now - since)
                for name, count in counters.items()
                if name in before
            }
        self._counted = now, counters

    async def drain(self) -> None:
        """Have a gateway send its players to others, and wait until none is left. Raises `PeerLost`, `TimeoutError`."""
        async with asyncio.timeout(DRAIN_SECONDS_MAX):
            while (await self._ask("drain", b"", STOP_SECONDS_MAX)).get("connections", 0):  # noqa: ASYNC110
                await asyncio.sleep(DRAIN_POLL_SECONDS)

    async def stop(self) -> None:
        """Have it end in order. Raises `PeerLost`."""
        await self._ask("stop", b"", STOP_SECONDS_MAX)

    async def _ask(self, method: str, payload: bytes, seconds_max: float) -> dict[str, Any]:
        try:
            async with asyncio.timeout(seconds_max):
                return unpack(await self.peer.call(method, payload))
        except (TimeoutError, ValueError) as error:
            raise PeerLost(f"{self.name} did not answer {method!r} as it should: {error!r}") from error


class Members:
    """Everybody. `on_lost` is told when a call to one was lost."""

    def __init__(self, awake: Awake, *, on_lost: Callable[[], None], silence_seconds: float) -> None:
        self._awake = awake
        self._on_lost = on_lost
        self._silence_seconds = silence_seconds
        self._members: dict[ProcessName, Member] = {}

    def add(self, row: ProcessRow, peer: Peer) -> Member:
        """Know a process, and feel its pulse from now on."""
        pulse = Pulse(peer, self._awake, on_lost=self._on_lost, silence_seconds=self._silence_seconds)
        member = Member(row, peer, pulse)
        self._members[member.name] = member
        return member

    def find(self, name: str) -> Member | None:
        """The process of this name."""
        return self._members.get(ProcessName(name))

    async def drop(self, member: Member) -> None:
        """Know a process no more."""
        self._members.pop(member.name, None)
        await member.pulse.stop()
        member.peer.close()

    def leave(self, member: Member) -> ProcessRow:
        """Give a process nothing new from now on."""
        member.row = replace(member.row, leaving=True)
        return member.row

    def stay(self, member: Member) -> ProcessRow:
        """Take `leave` back."""
        member.row = replace(member.row, leaving=False)
        return member.row

    @property
    def all(self) -> list[Member]:
        """Everybody, in the order of their numbers."""
        return sorted(self._members.values(), key=lambda member: _number_of(member.row.name))

    def of(self, kind: ProcessKind) -> list[Member]:
        """Everybody of a kind."""
        return [member for member in self.all if member.row.kind == kind]

    def on(self, duty: Duty) -> list[Member]:
        """Everybody who is there for the same."""
        return [member for member in self.all if member.duty == duty]

    @property
    def hosts(self) -> list[Member]:
        """The hosts."""
        return self.of(ProcessKind.HOST)

    @property
    def gateways(self) -> list[Member]:
        """The gateways."""
        return self.of(ProcessKind.GATEWAY)

    async def close(self) -> None:
        """Feel nobody's pulse any more."""
        for member in self.all:
            await self.drop(member)


def _number_of(name: str) -> tuple[int, str]:
    number = name.rpartition("-")[2]
    return (int(number) if number.isdigit() else 0, name)
