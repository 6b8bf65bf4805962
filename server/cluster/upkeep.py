"""Sees to the shards of every database again and again, each by itself, for as long as its directory may do that."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from persistence.clusters import Superseded
from persistence.interfaces import StoreError
from protocol.shards import Partition
from server.cluster.ownership import Ownership
from server.cluster.plan import Weight
from server.cluster.pulse import Awake
from server.cluster.store_watch import StoreWatch
from server.cluster.term import Term

TEND_SECONDS: Final = 1.0
"""How often everything is looked at though nothing was heard to have happened."""
RETRY_SECONDS: Final = 0.1
"""After shards could not be given to anybody."""


class Upkeep:
    """Each database is tended by itself: one that says nothing keeps nobody from looking after the others."""

    def __init__(
        self,
        term: Term,
        ownerships: Sequence[Ownership],
        awake: Awake,
        weight: Weight,
        *,
        partition: Partition,
        on_event: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        self._term = term
        self._ownerships = ownerships
        self._weight = weight
        self._partition = partition
        self._on_event = on_event
        self._term_watch = StoreWatch(awake)
        self._watches = tuple(StoreWatch(awake) for _ in ownerships)
        self._wakes = tuple(asyncio.Event() for _ in ownerships)

    def wake(self) -> None:
        """Something has happened: look now."""
        for wake in self._wakes:
            wake.set()

    async def settle(self) -> bool:
        """See to every database once. Returns whether every shard is on a host now. Raises `StoreError`."""
        return all(await asyncio.gather(*(one.settle(self._weight) for one in self._ownerships)))

    def is_cut_off(self) -> bool:
        """Whether hosts reach a store that this directory does not. The cluster's own is in the first database."""
        watched = ((self._term_watch, self._ownerships[0]), *zip(self._watches, self._ownerships, strict=True))
        return any(watch.is_cut_off(host.pulse for host in ownership.hosts) for watch, ownership in watched)

    async def tend(self, ownership: Ownership) -> None:
        """See to one database for ever. Raises `Superseded` when that is another directory's to do."""
        wake = self._wakes[ownership.part]
        pause = TEND_SECONDS
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await wake.wait()
            wake.clear()
            pause = TEND_SECONDS if await self._tended(ownership) else RETRY_SECONDS

    async def _tended(self, ownership: Ownership) -> bool:
        """Say that the directory is there, and see to the shards. Only who still is the directory may do that."""
        watch = self._watches[ownership.part]
        try:
            self._term_watch.asks()
            await self._term.beat()
            self._term_watch.answered()
            watch.asks()
            settled = await ownership.settle(
                self._weight, store_is_well=lambda: self._term_watch.is_well() and watch.is_well()
            )
            watch.answered()
            return settled
        except Superseded:
            raise
        except StoreError as error:
            watch.failed()
            self._term_watch.failed()
            shards = str(self._partition.parts[ownership.part])
            self._on_event(
                "store not available", {"error": str(error), "shards": shards, "again_in_seconds": RETRY_SECONDS}
            )
            return False
