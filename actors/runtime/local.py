"""The local runtime: one host in this process that owns every shard, until another process takes them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from actors.runtime.actor import Kind
from actors.runtime.driver import RETRY_SECONDS_MAX, SWEEP_SECONDS, Driver
from actors.runtime.host import Host
from actors.runtime.ref import Ref
from persistence.interfaces import Batch, KnownCommand, Ledger
from protocol.ids import Epoch, ShardId

__all__ = ["RETRY_SECONDS_MAX", "SWEEP_SECONDS", "LocalRuntime"]


class _Everything:
    """The tenure of a host that has no others beside it: it takes all shards, from whoever has them."""

    def __init__(self, ledger: Ledger, name: str, shards: int) -> None:
        self._ledger = ledger
        self._name = name
        self._shards = [ShardId(shard) for shard in range(shards)]

    async def renew(self) -> tuple[Epoch, Collection[ShardId]]:
        """See `Tenure.renew`."""
        return await self._ledger.take_shards(self._name, self._shards), self._shards

    async def replaced(self) -> None:
        """See `Tenure.replaced`: a second process on the database; the newer one stays."""


class LocalRuntime(Driver):
    """Drives a host of all shards. `fenced` is set when another process has taken them."""

    def __init__(
        self,
        host: Host,
        ledger: Ledger,
        kinds: Mapping[str, Kind],
        *,
        name: str,
        standing: Sequence[Ref],
        unfinished: Callable[[Ledger], Awaitable[Sequence[Ref]]] | None = None,
        on_event: Callable[[str, Mapping[str, Any]], None],
        on_commit: Callable[[Batch, float], None] | None = None,
        on_taken: Callable[[KnownCommand], None] | None = None,
    ) -> None:
        """See `Driver`. `name` is shown as the owner of the shards."""
        super().__init__(
            host,
            ledger,
            kinds,
            _Everything(ledger, name, host.shards),
            standing=standing,
            unfinished=unfinished,
            on_event=on_event,
            on_commit=on_commit,
            on_taken=on_taken,
        )
