"""Which command ids were used lately, and by whom: two players may not use one id.

The ledger keeps every id, and would refuse the batch of everybody for two players with one. A wallet knows its own
player's ids. Of another player's it can know those that were used on this host a moment ago, which are here; whatever
is older it must ask the ledger about.
"""

from typing import Final

from protocol.ids import CommandId, PlayerId, unix_ms_of

KEPT_MS: Final = 5_000
"""Ids are kept so long after the time in them: longer than a request is on its way, unless something is wrong."""
BUCKET_MS: Final = 1_000
IDS_MAX: Final = 500_000
"""Kept at most, some 60 MB; with more, only those of a shorter time are."""


class UsedIds:
    """The owners of ids made after `floor` (ms), shared by all wallets of a host. Survives the loss of their memory."""

    __slots__ = ("_buckets", "_count", "floor")

    def __init__(self, floor: int = 0) -> None:
        self.floor = floor
        """An id made then or before may have been used without being known here."""
        self._buckets: dict[int, dict[CommandId, PlayerId]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def owner(self, command: CommandId) -> PlayerId | None:
        """Who used this id first, if that is known here."""
        bucket = self._buckets.get(unix_ms_of(command) // BUCKET_MS)
        return None if bucket is None else bucket.get(command)

    def add(self, command: CommandId, player: PlayerId, now: int) -> None:
        """A player uses an id now (ms); it stays the first one's."""
        number = unix_ms_of(command) // BUCKET_MS
        bucket = self._buckets.get(number)
        if bucket is None:
            bucket = self._buckets[number] = {}
            self._forget_old(now)
            if number not in self._buckets:
                return
        if command not in bucket:
            bucket[command] = player
            self._count += 1

    def _forget_old(self, now: int) -> None:
        """Once for each new second, and the floor rises above whatever is forgotten."""
        for number in sorted(self._buckets):
            end = (number + 1) * BUCKET_MS
            if end > now - KEPT_MS and self._count <= IDS_MAX:
                break
            self._count -= len(self._buckets.pop(number))
            self.floor = max(self.floor, end - 1)
