"""A ledger in memory that can be cut off from everybody."""

import asyncio
from collections.abc import Iterable, Sequence

from persistence.interfaces import Owner
from persistence.memory.ledger import MemoryLedger
from protocol.ids import Epoch, ShardId


class TownDatabase(MemoryLedger):
    """While it is not `reachable` it keeps everybody waiting who asks whose its shards are, or would change that."""

    def __init__(self, shards: Iterable[ShardId]) -> None:
        super().__init__(shards)
        self.reachable = asyncio.Event()
        self.reachable.set()

    async def owners(self) -> dict[ShardId, Owner]:
        """See `Ledger.owners`."""
        await self.reachable.wait()
        return await super().owners()

    async def end_epoch(self, epoch: Epoch) -> None:
        """See `Ledger.end_epoch`."""
        await self.reachable.wait()
        await super().end_epoch(epoch)

    async def acquire_shards(self, epoch: Epoch, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.acquire_shards`."""
        await self.reachable.wait()
        return await super().acquire_shards(epoch, shards)
