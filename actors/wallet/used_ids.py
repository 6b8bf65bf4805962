"""Which command ids were used lately, and by whom: two players may not use one id.

The ledger keeps every id, and would refuse the batch of everybody for two players with one. A wallet knows its own
player's ids. Of another player's it can know those that were used on this host a moment ago, which are here; whatever
is older it must ask the ledger about.
"""

from typing import Final

from protocol.ids import CommandId, PlayerId, unix_ms_of

KEPT_MS: Final = 5_000
"""Ids are kept so long after the time in them: longer than a request is on its way, unless something is wrong."""
IDS_MAX: Final = 500_000
"""Kept at most, some 60 MB; with more, only those of a shorter time are."""
SECOND_MS: Final = 1_000
_UNIX_MS_BYTES: Final = 6


class UsedIds:
    """The owners of ids made after `floor` (ms), shared by all wallets of a host. Survives the loss of their memory."""

    __slots__ = ("_end", "_ids", "_limit", "_owners", "_seconds", "floor")

    def __init__(self, floor: int = 0) -> None:
        self.floor = floor
        """An id made then or before may have been used without being known here."""
        self._owners: dict[CommandId, PlayerId] = {}
        self._seconds: dict[int, list[CommandId]] = {}
        """The ids to be forgotten together: of the second in which they were made, or used if that was later."""
        self._ids: list[CommandId] = []
        self._end = 0
        self._limit = b""
        """The present second's ids, its end (ms), and what ids that are made after it begin with or exceed."""

    def __len__(self) -> int:
        return len(self._owners)

    def owner(self, command: CommandId) -> PlayerId | None:
        """Who used this id first, if that is known here."""
        return self._owners.get(command)

    def add(self, command: CommandId, player: PlayerId, now: int) -> None:
        """A player uses an id now (ms); it stays the first one's."""
        owners = self._owners
        if command in owners:
            return
        owners[command] = player
        if now >= self._end:
            self._begin_second(now)
        if command < self._limit:
            self._ids.append(command)
        else:
            self._seconds.setdefault(unix_ms_of(command) // SECOND_MS, []).append(command)

    def _begin_second(self, now: int) -> None:
        """Forget what is old, or too much, and let the floor rise above that."""
        second = now // SECOND_MS
        self._end = (second + 1) * SECOND_MS
        self._limit = self._end.to_bytes(_UNIX_MS_BYTES, "big")
        self._ids = self._seconds.setdefault(second, [])
        for old in sorted(self._seconds):
            end = (old + 1) * SECOND_MS
            if old >= second or (end > now - KEPT_MS and len(self._owners) <= IDS_MAX):
                break
            for command in self._seconds.pop(old):
                del self._owners[command]
            self.floor = max(self.floor, end - 1)
