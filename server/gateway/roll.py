"""The roll of who is online, here and at the other gateways of the cluster."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import msgpack
from structlog.typing import FilteringBoundLogger

from persistence.interfaces import StoreError
from persistence.presence import Found, Online, Presence
from server.observe.metrics import GatewayCounters

REPORT_SECONDS_MAX: Final = 5.0
"""A gateway that has said nothing new for so long is taken for gone."""
FORGET_SECONDS: Final = 60.0
"""After so long its last report is dropped."""
AT_ONCE_MAX: Final = 500
"""Sessions in one question to the store."""
GONE_MAX: Final = 20_000
"""Sessions whose end the store was not told of yet: what is beyond is forgotten there when its time is over."""
GRACE_SECONDS: Final = 10

ALONE: Final = Found(is_newest=True, elsewhere=())


class Roll(Protocol):
    """What a gateway knows of those online."""

    async def enter(self, online: Online) -> Found:
        """A session begins or goes on here."""

    def leave(self, online: Online) -> None:
        """Its connection has ended."""

    async def withdraw(self, online: Online) -> None:
        """It was not let in after all: take an `enter` back at once."""

    async def renew(self, online: Sequence[Online]) -> list[Online]:
        """Their connections are alive; answers with those whose session is elsewhere by a newer claim."""

    async def exchange(self, own: dict[str, Any], now: float) -> None:
        """Tell the other gateways about this one, and hear about them. `now` in monotonic seconds."""

    def watching(self, table: str) -> int:
        """How many connections of other gateways watch a table."""

    async def elsewhere(self, online: Sequence[Online]) -> int:
        """How many of these sessions are online at other gateways by now."""

    @property
    def gateways(self) -> int:
        """How many gateways there are, this one included."""


class Alone:
    """The only gateway there is."""

    gateways = 1

    async def enter(self, online: Online) -> Found:
        """See `Roll.enter`."""
        return ALONE

    def leave(self, online: Online) -> None:
        """See `Roll.leave`."""

    async def withdraw(self, online: Online) -> None:
        """See `Roll.withdraw`."""

    async def renew(self, online: Sequence[Online]) -> list[Online]:
        """See `Roll.renew`."""
        return []

    async def exchange(self, own: dict[str, Any], now: float) -> None:
        """See `Roll.exchange`."""

    def watching(self, table: str) -> int:
        """See `Roll.watching`."""
        return 0

    async def elsewhere(self, online: Sequence[Online]) -> int:
        """See `Roll.elsewhere`."""
        return 0


@dataclass(slots=True)
class _Neighbour:
    """Another gateway. `at` is when (here) its report was a new one."""

    said: bytes
    at: float
    watching: dict[str, int] = field(default_factory=dict)


class SharedRoll:
    """The roll of a cluster, through a store. While that is gone, it is as if this gateway were alone."""

    def __init__(
        self, name: str, presence: Presence, seconds: int, counters: GatewayCounters, log: FilteringBoundLogger
    ) -> None:
        """A session is online for `seconds` after it was renewed last."""
        self._name = name
        self._presence = presence
        self._seconds = seconds + GRACE_SECONDS
        self._counters = counters
        self._log = log
        self._neighbours: dict[str, _Neighbour] = {}
        self._alive: list[_Neighbour] = []
        self._gone: list[Online] = []
        self._beats = 0
        self._works = True

    @property
    def gateways(self) -> int:
        """See `Roll.gateways`."""
        return 1 + len(self._alive)

    async def enter(self, online: Online) -> Found:
        """See `Roll.enter`. `elsewhere` leaves out sessions here and at gateways that are gone."""
        try:
            (found,) = await self._presence.announce(self._name, [online], self._seconds)
        except StoreError as error:
            self._failed(error)
            return ALONE
        alive = {name for name, neighbour in self._neighbours.items() if neighbour in self._alive}
        return Found(found.is_newest, tuple(name for name in found.elsewhere if name in alive))

    def leave(self, online: Online) -> None:
        """See `Roll.leave`. The store is told at the next `exchange` that reaches it."""
        if len(self._gone) < GONE_MAX:
            self._gone.append(online)

    async def withdraw(self, online: Online) -> None:
        """See `Roll.withdraw`."""
        try:
            await self._presence.leave(self._name, [online])
        except StoreError as error:
            self._failed(error)

    async def renew(self, online: Sequence[Online]) -> list[Online]:
        """See `Roll.renew`."""
        lost: list[Online] = []
        for start in range(0, len(online), AT_ONCE_MAX):
            some = online[start : start + AT_ONCE_MAX]
            try:
                found = await self._presence.announce(self._name, some, self._seconds)
            except StoreError as error:
                self._failed(error)
                return lost
            lost += [one for one, what in zip(some, found, strict=True) if not what.is_newest]
        return lost

    async def exchange(self, own: dict[str, Any], now: float) -> None:
        """See `Roll.exchange`."""
        self._beats += 1
        try:
            await self._tell_who_is_gone()
            reports = await self._presence.report(self._name, msgpack.packb({**own, "beat": self._beats}))
            await self._read(reports, now)
        except StoreError as error:
            self._failed(error)
            self._count(now)
            return
        self._works = True

    async def _tell_who_is_gone(self) -> None:
        while some := self._gone[:AT_ONCE_MAX]:
            await self._presence.leave(self._name, some)
            # Not before: whom the store has not heard of is told again.
            del self._gone[: len(some)]

    async def _read(self, reports: dict[str, bytes], now: float) -> None:
        for name, said in reports.items():
            known = self._neighbours.get(name)
            if name == self._name or (known is not None and known.said == said):
                continue
            # The first word of somebody may be their last one from long ago: only news says that they are there.
            at = now if known is not None else now - REPORT_SECONDS_MAX
            self._neighbours[name] = _Neighbour(said, at, dict(msgpack.unpackb(said)["watching"]))
        self._count(now)
        old = [name for name, one in self._neighbours.items() if now - one.at > FORGET_SECONDS]
        for name in old:
            del self._neighbours[name]
        if old:
            await self._presence.forget(old)

    def _count(self, now: float) -> None:
        self._alive = [one for one in self._neighbours.values() if now - one.at < REPORT_SECONDS_MAX]

    def watching(self, table: str) -> int:
        """See `Roll.watching`."""
        return sum(one.watching.get(table, 0) for one in self._alive)

    async def elsewhere(self, online: Sequence[Online]) -> int:
        """See `Roll.elsewhere`."""
        count = 0
        for start in range(0, len(online), AT_ONCE_MAX):
            some = online[start : start + AT_ONCE_MAX]
            try:
                found = await self._presence.find([one.player for one in some])
            except StoreError as error:
                self._failed(error)
                break
            for one, sessions in zip(some, found, strict=True):
                count += sessions.get(one.session, self._name) != self._name
        return count

    def _failed(self, error: StoreError) -> None:
        self._counters.shared_state_failures += 1
        if self._works:
            self._log.warning("other gateways cannot be heard for now", reason=str(error))
        self._works = False
