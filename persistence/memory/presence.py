"""Presence and shared rates in memory, with the promises of the real ones, for tests."""

from collections.abc import Callable, Sequence

from persistence.interfaces import Unavailable
from persistence.presence import Found, Online
from protocol.commands import Claim
from protocol.ids import PlayerId

_Entry = tuple[Claim, float, str]


class MemoryPresence:
    """Who is online, of one process. `monotonic` gives seconds; while `gone`, nothing is answered."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._players: dict[PlayerId, dict[str, _Entry]] = {}
        self._reports: dict[str, bytes] = {}
        self.gone = False

    async def announce(self, gateway: str, online: Sequence[Online], seconds: int) -> list[Found]:
        """See `Presence.announce`."""
        self._answer()
        found: list[Found] = []
        for one in online:
            known = self._of(one.player)
            before = known.get(one.session)
            is_newest = before is None or before[0] <= one.claim
            if is_newest:
                known[one.session] = (one.claim, self._monotonic() + seconds, gateway)
            elsewhere = tuple(where for session, (_, _, where) in known.items() if session != one.session)
            found.append(Found(is_newest, elsewhere))
        return found

    async def leave(self, gateway: str, gone: Sequence[Online]) -> None:
        """See `Presence.leave`."""
        self._answer()
        for one in gone:
            known = self._of(one.player)
            entry = known.get(one.session)
            if entry is not None and entry[2] == gateway and entry[0] <= one.claim:
                del known[one.session]

    async def find(self, players: Sequence[PlayerId]) -> list[dict[str, str]]:
        """See `Presence.find`."""
        self._answer()
        return [self.sessions_of(player) for player in players]

    def sessions_of(self, player: PlayerId) -> dict[str, str]:
        """The gateway of each session of a player."""
        return {session: where for session, (_, _, where) in self._of(player).items()}

    async def report(self, gateway: str, report: bytes) -> dict[str, bytes]:
        """See `Presence.report`."""
        self._answer()
        self._reports[gateway] = report
        return dict(self._reports)

    async def forget(self, gateways: Sequence[str]) -> None:
        """See `Presence.forget`."""
        self._answer()
        for gateway in gateways:
            self._reports.pop(gateway, None)

    def _of(self, player: PlayerId) -> dict[str, _Entry]:
        now = self._monotonic()
        known = self._players.setdefault(player, {})
        for session in [session for session, entry in known.items() if entry[1] <= now]:
            del known[session]
        return known

    def _answer(self) -> None:
        if self.gone:
            raise Unavailable("the memory's presence is gone")


class MemoryRates:
    """Rates of one process. While `gone`, nothing is answered."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._full_at: dict[PlayerId, float] = {}
        self.gone = False
        self.spent = 0
        """All tokens that were told of."""

    async def spend(self, interval_ms: float, spent: Sequence[tuple[PlayerId, int]]) -> list[float]:
        """See `SharedRates.spend`."""
        if self.gone:
            raise Unavailable("the memory's rates are gone")
        now = self._monotonic() * 1000
        ahead: list[float] = []
        for player, tokens in spent:
            full_at = max(self._full_at.get(player, 0.0), now) + tokens * interval_ms
            self._full_at[player] = full_at
            self.spent += tokens
            ahead.append(full_at - now)
        return ahead
