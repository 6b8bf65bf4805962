"""A small cluster in one process: hosts of a casino, joined by a mesh, over one ledger, and a router in front."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from actors.fairness.seal import KEY_BYTES, Sealer
from actors.games.catalogue import TABLE_GAMES, table_rules
from actors.instant.load import InstantKind
from actors.runtime.actor import Kind
from actors.runtime.control import pack_shards, unpack
from actors.runtime.host import HostLimits
from actors.runtime.node import HostNode
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from actors.runtime.router import Router
from actors.runtime.routes import Routes, routes_of
from actors.runtime.wire import Codec
from actors.table.load import TableKind
from actors.wallet.load import WalletKind, players_to_wake
from persistence.interfaces import Ledger
from persistence.memory.ledger import MemoryLedger
from protocol.ids import PlayerId, ShardId
from tests.support.casino import ASSETS, DICE_LIMITS, RULES, TABLE
from tests.support.hand_driven import NOON_MS, SHARDS
from tests.support.mesh import Mesh

ALL = [ShardId(shard) for shard in range(SHARDS)]


def casino_kinds() -> dict[str, Kind]:
    """Wallets, instant games and one table."""
    sealer = Sealer(bytes(KEY_BYTES))
    limits = {(game, asset.code): DICE_LIMITS for game in ("dice", "mines") for asset in ASSETS}
    tables = {TABLE: (TABLE_GAMES["roulette"], table_rules(RULES))}
    return {
        "wallet": WalletKind(ASSETS),
        "instant": InstantKind(ASSETS, limits, sealer),
        "table": TableKind(tables, ASSETS, sealer),
    }


class Nodes:
    """Hosts by name, and a router. `events` has what they told, `pushed_events` what came to the router's watchers."""

    def __init__(
        self,
        ledger: Ledger | None = None,
        *,
        kinds: Mapping[str, Kind] | None = None,
        standing: Sequence[Ref] = (Ref("table", TABLE),),
        codec: Codec | None = None,
        limits: HostLimits | None = None,
        ledger_of: Callable[[str], Ledger] | None = None,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """`ledger_of` makes a host's own way to the ledger; without it they share one."""
        self._ledger_of = ledger_of
        self._entropy = entropy
        self.ledger = ledger if ledger is not None else MemoryLedger(SHARDS)
        self.mesh = Mesh()
        self.hosts: dict[str, HostNode] = {}
        self.events: list[str] = []
        self.faults: list[tuple[str, Mapping[str, Any]]] | None = None
        """Where a test that expects faults wants to find them; otherwise each one is an error."""
        self.fenced: list[Mapping[str, Any]] = []
        """The batches that were refused because their epoch had ended."""
        self.pushed_events: list[tuple[str, Any]] = []
        self.lost_topics: list[str] = []
        self.codec = codec
        self._kinds = kinds
        self._standing = standing
        self._limits = limits or HostLimits()
        self.loop = asyncio.get_running_loop()
        self.router = self.new_router("gateway")

    def new_router(self, name: str) -> Router:
        """Another gateway's."""
        return Router(
            name,
            SHARDS,
            connect=self.mesh.peer,
            find_routes=self.find_routes,
            outbox=self,
            on_event=self._event,
            codec=self.codec,
        )

    async def find_routes(self) -> Routes:
        """As the ledger has them."""
        return routes_of(await self.ledger.owners())

    def now(self) -> int:
        """Milliseconds."""
        return NOON_MS + int(self.loop.time() * 1000)

    async def launch(self, name: str, *shards: ShardId) -> HostNode:
        """Start a host that owns these shards."""
        node = HostNode(
            name,
            self._ledger_of(name) if self._ledger_of is not None else self.ledger,
            self._kinds if self._kinds is not None else casino_kinds(),
            shards=SHARDS,
            clock=self.now,
            entropy=self._entropy,
            limits=self._limits,
            standing=self._standing,
            unfinished=players_to_wake,
            connect=self.mesh.peer,
            find_routes=self.find_routes,
            on_event=self._event,
            on_fault=lambda ref, message, fault: self.events.append(f"fault of {ref}: {fault!r}"),
            codec=self.codec,
        )
        await node.start()
        self.hosts[name] = self.mesh.services[name] = node
        if shards:
            await self.acquire(name, *shards)
        return node

    async def acquire(self, name: str, *shards: ShardId) -> dict[str, Any]:
        """Have a host own these shards too."""
        return unpack(await self.mesh.peer(name).call("acquire", pack_shards(shards)))

    async def release(self, name: str, *shards: ShardId) -> dict[str, Any]:
        """Have a host give these shards back."""
        return unpack(await self.mesh.peer(name).call("release", pack_shards(shards)))

    async def move(self, source: str, target: str, *shards: ShardId) -> None:
        """Have shards move."""
        await self.release(source, *shards)
        await self.acquire(target, *shards)

    def kill(self, name: str) -> None:
        """As by kill -9."""
        del self.mesh.services[name]
        self.hosts.pop(name).end()

    async def take_over(self, dead: str, survivor: str) -> None:
        """What a directory does about a host that is gone."""
        owners = await self.ledger.owners()
        left = [shard for shard, owner in owners.items() if owner.host == dead]
        for epoch in {owner.epoch for owner in owners.values() if owner.host == dead and owner.epoch is not None}:
            await self.ledger.end_epoch(epoch)
        await self.acquire(survivor, *left)

    async def close(self) -> None:
        """End everything."""
        self.router.close()
        for node in self.hosts.values():
            node.end()
        await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # --- what comes and goes ---

    def ask(self, ref: Ref, command: Any, router: Router | None = None) -> "asyncio.Future[Any]":
        """The answer that is to come, through another gateway's router if one is given."""
        answer: asyncio.Future[Any] = self.loop.create_future()
        (router or self.router).post(ref, command, answer.set_result)
        return answer

    def pushed(self, topic: str, event: Any, origin: Any = None) -> None:
        """See `Outbox.pushed`."""
        self.pushed_events.append((topic, event))

    def lost(self, topic: str) -> None:
        """Events of a topic may have been missed."""
        self.lost_topics.append(topic)

    def _event(self, event: str, details: Mapping[str, Any]) -> None:
        self.events.append(event)
        if details.get("kind") == "Fenced":
            self.fenced.append(details)
        if "exc_info" in details and self.faults is not None:
            self.faults.append((event, details))
        elif "exc_info" in details:
            raise AssertionError(event) from details["exc_info"]


def on_shard(shard: ShardId, kind: str = "wallet") -> PlayerId:
    """A player who lives there."""
    return next(PlayerId(key) for key in range(1, 9_999) if shard_of(Ref(kind, key), SHARDS) == shard)
