"""Sees to it that every shard of a database is on a live host: fences the dead, shares out what is free, and moves.

What is true is in the ledger, and read anew each time: whatever is interrupted here, whoever comes next goes on there.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from actors.runtime.carrier import ProcessName
from actors.runtime.routes import routes_of
from actors.runtime.transport import PeerLost
from persistence.clusters import ProcessKind
from persistence.interfaces import Ledger, Owner
from protocol.ids import Epoch, ShardId
from server.cluster.duties import Duty
from server.cluster.members import Member, Members
from server.cluster.plan import Move, Weight, even, shared_out

MOVED_TOGETHER_MAX: Final = 4
"""Shards that go from one host to another at once: their tables stand still for as long as all of them take."""

Layout = dict[ProcessName, list[ShardId]]


class Ownership:
    """Changes who owns what in one database, whose hosts are those of its `part`. `on_event` is told what was done.

    Of several databases each has its own: one that says nothing keeps nobody else's shards from being looked after.
    """

    def __init__(
        self, ledger: Ledger, members: Members, *, part: int = 0, on_event: Callable[[str, Mapping[str, Any]], None]
    ) -> None:
        self.part = part
        self._ledger = ledger
        self._members = members
        self._on_event = on_event
        self._moving: dict[ShardId, Member] = {}
        self._settling = asyncio.Lock()
        self.unowned = 0
        """How many shards were on no host when it was last looked."""
        self.owned = 0

    @property
    def hosts(self) -> list[Member]:
        """The hosts of this database."""
        return self._members.on(Duty(ProcessKind.HOST, self.part))

    @property
    def moving(self) -> int:
        """How many shards are between two hosts."""
        return len(self._moving)

    async def layout(self) -> Layout:
        """Which shards each host has that is alive, or may be: all of them are there, also those that have none."""
        owners = await self._ledger.owners()
        layout: Layout = {member.name: [] for member in self.hosts if not member.pulse.is_silent}
        for shard, owner in owners.items():
            name = ProcessName(owner.host)
            if not owner.is_free and name in layout:
                layout[name].append(shard)
        return layout

    async def settle(self, weight: Weight = even, *, store_is_well: Callable[[], bool] = lambda: False) -> bool:
        """Take from the dead, give to the living, and tell everybody. Returns whether every shard is on a host now.

        A host that was never heard of yet is neither: its shards stay where they are. While the store is well, those
        lose them too who cannot reach it. Raises `StoreError`.
        """
        async with self._settling:
            owners = await self._ledger.owners()
            orphaned = self._orphaned(owners, from_cut_off=store_is_well())
            if orphaned:
                # First they can write no more, and only then does anybody else begin.
                await asyncio.gather(*(self._ledger.end_epoch(epoch) for epoch in orphaned))
                self._on_event("hosts fenced", {"hosts": sorted(set(orphaned.values())), "epochs": sorted(orphaned)})
                owners = await self._ledger.owners()
            free = [shard for shard, owner in owners.items() if owner.is_free and not self._is_moving(shard)]
            if free and await self._give(free, owners, weight):
                owners = await self._ledger.owners()
            if orphaned or free:
                await self._tell(owners)
            self.unowned = sum(owner.is_free for owner in owners.values())
            self.owned = len(owners) - self.unowned
            return self.unowned == 0

    def _is_moving(self, shard: ShardId) -> bool:
        """Whether somebody is about to have it; not if whoever has to give it has died over that."""
        giver = self._moving.get(shard)
        return giver is not None and not giver.pulse.is_silent

    def _orphaned(self, owners: Mapping[ShardId, Owner], *, from_cut_off: bool) -> dict[Epoch, str]:
        """Epochs that have shards and no host that can do anything with them, by whoever had them."""
        found: dict[Epoch, str] = {}
        for owner in owners.values():
            if owner.is_free or owner.epoch is None:
                continue
            member = self._members.find(owner.host)
            if member is None or member.pulse.is_silent or (from_cut_off and member.pulse.is_cut_off):
                found[owner.epoch] = owner.host
        return found

    async def _give(self, free: Sequence[ShardId], owners: Mapping[ShardId, Owner], weight: Weight) -> bool:
        usable = {member.name: member for member in self.hosts if member.is_usable}
        owned: Layout = {name: [] for name in usable}
        for shard, owner in owners.items():
            if not owner.is_free and owner.host in owned:
                owned[ProcessName(owner.host)].append(shard)
        plan = shared_out(free, owned, weight)
        if plan:
            await asyncio.gather(*(self._acquire(usable[name], shards) for name, shards in plan.items()))
        return bool(plan)

    async def _acquire(self, member: Member, shards: Sequence[ShardId]) -> bool:
        try:
            await member.acquire(shards)
        except PeerLost as error:
            self._on_event("shards not acquired", {"host": member.name, "shards": len(shards), "error": str(error)})
            return False
        self._on_event("shards given", {"host": member.name, "shards": len(shards)})
        return True

    async def _tell(self, owners: Mapping[ShardId, Owner]) -> None:
        """Everybody learns where shards are; who does not hear it asks when it matters."""
        routes = routes_of(owners)
        told = (member.learn(routes) for member in self._members.all if member.pulse.is_alive)
        await asyncio.gather(*told, return_exceptions=True)

    # --- moving ---

    async def move(
        self,
        moves: Sequence[Move],
        *,
        on_moved: Callable[[int], None] = lambda _: None,
        is_over: Callable[[], bool] = lambda: False,
    ) -> int:
        """Have live shards change hosts, a few at a time, until `is_over`. Returns how many did; the others stay, or
        are shared out.

        Raises `StoreError`.
        """
        moved = 0
        ordered = sorted(moves, key=lambda move: (move.source, move.target, move.shard))
        for (source, target), group in groupby(ordered, key=lambda move: (move.source, move.target)):
            shards = [move.shard for move in group]
            for start in range(0, len(shards), MOVED_TOGETHER_MAX):
                if is_over():
                    return moved
                chunk = shards[start : start + MOVED_TOGETHER_MAX]
                if await self._move_together(chunk, source, target):
                    moved += len(chunk)
                    on_moved(moved)
        return moved

    async def _move_together(self, shards: Sequence[ShardId], source: ProcessName, target: ProcessName) -> bool:
        giver, taker = self._members.find(source), self._members.find(target)
        if giver is None or taker is None or not taker.is_usable:
            return False
        self._moving |= dict.fromkeys(shards, giver)
        try:
            await giver.release(shards)
            acquired = await self._acquire(taker, shards)
        except PeerLost as error:
            self._on_event("shards not released", {"host": source, "shards": len(shards), "error": str(error)})
            return False
        finally:
            for shard in shards:
                self._moving.pop(shard, None)
        owners = await self._ledger.owners()
        await self._tell({shard: owners[shard] for shard in shards})
        return acquired
