"""The tenure of a host in a cluster: it owns what it has acquired, and keeps that through its own mishaps."""

from collections.abc import Collection

from persistence.interfaces import Fenced, Ledger, StillOwned, Unavailable
from protocol.ids import Epoch, ShardId


class Acquired:
    """`owned` is what the host wants to keep when it must begin anew."""

    def __init__(self, ledger: Ledger, name: str) -> None:
        self.owned: set[ShardId] = set()
        self._ledger = ledger
        self._name = name

    async def renew(self) -> tuple[Epoch, Collection[ShardId]]:
        """See `Tenure.renew`. A shard that another host has acquired meanwhile is that one's."""
        epoch = await self._ledger.open_epoch(self._name)
        while self.owned:
            try:
                epoch = await self._ledger.acquire_shards(epoch, sorted(self.owned))
                break
            except StillOwned as error:
                self.owned -= error.shards.keys()
            except Fenced as error:
                raise Unavailable(f"the epoch ended as soon as it began: {error}") from error
        return epoch, set(self.owned)

    async def replaced(self) -> tuple[Epoch, Collection[ShardId]]:
        """See `Tenure.replaced`. It owns nothing until it is told otherwise."""
        self.owned.clear()
        return await self._ledger.open_epoch(self._name), ()
