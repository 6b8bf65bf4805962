"""Puts shards where a measurement wants them: as a directory moves them, to a place that it would not choose."""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from actors.runtime.carrier import ProcessName
from actors.runtime.control import pack_routes, pack_shards, unpack
from actors.runtime.routes import routes_of
from actors.runtime.transport import PeerLost
from persistence.interfaces import Ledger
from protocol.ids import ShardId

if TYPE_CHECKING:
    from actors.runtime.ray import RayCarrier

TOGETHER_MAX: Final = 4
"""Shards that move at once, as many as the directory lets."""
ATTEMPTS_MAX: Final = 5
"""The directory may see a shard that nobody has, and give it to somebody: then it is taken from there."""


class Mover:
    """Has hosts give shards back and others acquire them, and tells everybody where they are."""

    def __init__(self, carrier: "RayCarrier", ledger: Ledger) -> None:
        self._carrier = carrier
        self._ledger = ledger

    async def place(self, shards: Mapping[ProcessName, Sequence[ShardId]]) -> dict[str, Any]:
        """Give each host these shards; says how many were moved, and when. Raises `PeerLost`, `StoreError`."""
        wanted = {shard: host for host, some in shards.items() for shard in some}
        began = time.monotonic()
        moved = 0
        for _ in range(ATTEMPTS_MAX):
            owners = await self._ledger.owners()
            away = [shard for shard, host in wanted.items() if owners[shard].is_free or owners[shard].host != host]
            if not away:
                return {"moved": moved, "began": began, "ended": time.monotonic()}
            for start in range(0, len(away), TOGETHER_MAX):
                await self._move(away[start : start + TOGETHER_MAX], wanted)
            moved += len(away)
        raise PeerLost(f"shards do not stay where they are wanted: {away}")

    async def _move(self, shards: Collection[ShardId], wanted: Mapping[ShardId, ProcessName]) -> None:
        owners = await self._ledger.owners()
        for host in sorted({owners[shard].host for shard in shards if not owners[shard].is_free}):
            theirs = [shard for shard in shards if owners[shard].host == host]
            await self._carrier.peer(ProcessName(host)).call("release", pack_shards(theirs))
        for taker in sorted({wanted[shard] for shard in shards}):
            ours = [shard for shard in shards if wanted[shard] == taker]
            unpack(await self._carrier.peer(taker).call("acquire", pack_shards(ours)))
        await self._tell()

    async def _tell(self) -> None:
        routes = pack_routes(routes_of(await self._ledger.owners()))
        for name in sorted(await self._carrier.names()):
            if name.startswith(("host-", "gateway-")):
                await self._carrier.peer(name).call("routes", routes)
