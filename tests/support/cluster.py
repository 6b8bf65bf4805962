"""A small cluster in one process: hosts and gateways as they are configured, joined by a mesh, over real stores.

There may be several databases: then each has a host of its own.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import structlog

from actors.runtime.control import pack, pack_shards, unpack
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from clients.python import Client, Settings
from clients.python.credentials import Login
from protocol.ids import ShardId
from protocol.shards import Partition
from server.bootstrap import Place, addresses_of, prepare
from server.cluster.gateway_node import GatewayNode
from server.cluster.host_node import CasinoHost, routes_in
from server.config import Config, Limits, RouletteSettings
from tests.support.mesh import Mesh

SHARDS = 16
TABLE = "wheel"
TABLES_SHARD = shard_of(Ref("table", TABLE), SHARDS)
WAIT_SECONDS_MAX = 180.0
QUICK = Settings(answer_seconds_max=120.0, repeats_max=1_000, first_pause_seconds=0.01, pause_seconds_max=0.2)
WHEEL = RouletteSettings(
    id=TABLE,
    variant="european",
    asset="PLAY",
    min_bet=10,
    max_bet=1_000,
    max_total=10_000,
    exposure_max=10_000_000,
    betting_ms=300,
    closed_ms=10,
    spin_ms=10,
    settled_ms=10,
)

NOBODYS = UUID(int=0)
"""The platform of processes that reach no database."""

T = TypeVar("T")


def config_for(database_url: str | None, redis_url: str, data_dir: Path, **more: Any) -> Config:
    """The configuration of every process of a cluster."""
    fields: dict[str, Any] = {
        "database_url": database_url,
        "redis_url": redis_url,
        "data_dir": data_dir,
        "unsafe": True,
        "shards": SHARDS,
        "port": 0,
        "guest_enabled": True,
        "token_secret": "t" * 32,
        "seed_key": base64.b64encode(bytes(32)).decode(),
        "tables": (WHEEL,),
        "limits": Limits(drain_spread_seconds=0.5),
    }
    return Config(**{**fields, **more})


class Cluster:
    """Processes by name. The table is on host `one`, everybody's wallet and games on host `two`.

    With two databases these hosts have whatever is in the first, and in the second.
    """

    def __init__(self, config: Config, fleet: UUID = NOBODYS) -> None:
        self.config = config
        self.fleet = fleet
        self.partition = Partition(SHARDS, tuple(part.shards for part in config.databases))
        self.mesh = Mesh()
        self.hosts: dict[str, CasinoHost] = {}
        self.gateways: dict[str, GatewayNode] = {}
        self._dead: list[CasinoHost] = []
        self.log: Any = structlog.wrap_logger(None, processors=[_drop])

    async def start(self, *gateways: str) -> None:
        """Start the two hosts, and gateways of these names."""
        if len(self.partition.parts) > 1:
            first, second = self.partition.parts
            await self.host("one", *first)
            await self.host("two", *second)
        else:
            elsewhere = [ShardId(shard) for shard in range(SHARDS) if shard != TABLES_SHARD]
            await self.host("one", TABLES_SHARD)
            await self.host("two", *elsewhere)
        for name in gateways:
            await self.gateway(name)

    async def host(self, name: str, *shards: ShardId, part: int | None = None) -> CasinoHost:
        """Start a host that owns these shards, all of them of one database, or none of that `part` yet."""
        if part is None:
            part = self.partition.of_shard(shards[0]) if shards else 0
        host = CasinoHost(self.config, Place(self.fleet, part), name, self.mesh.peer, self.log)
        await host.start()
        self.hosts[name] = self.mesh.services[name] = host
        await self.ask(name, "acquire", pack_shards(shards))
        return host

    async def gateway(self, name: str, config: Config | None = None) -> GatewayNode:
        """Start a gateway."""
        gateway = GatewayNode(config or self.config, Place(self.fleet), name, self.mesh.peer, self.log)
        await gateway.start()
        self.gateways[name] = self.mesh.services[name] = gateway
        return gateway

    async def ask(self, name: str, method: str, payload: bytes = b"") -> dict[str, Any]:
        """Call a process, and read its answer."""
        return unpack(await self.mesh.peer(name).call(method, payload))

    async def kill_host(self, dead: str, survivor: str) -> None:
        """End a host as by kill -9, and have another one own what it had."""
        del self.mesh.services[dead]
        host = self.hosts.pop(dead)
        assert host.node is not None
        host.node.end()
        self._dead.append(host)
        ledger = self.ledger(survivor)
        owners = await ledger.owners()
        lost = [shard for shard, owner in owners.items() if owner.host == dead]
        for epoch in {owner.epoch for owner in owners.values() if owner.host == dead and owner.epoch is not None}:
            await ledger.end_epoch(epoch)
        await self.ask(survivor, "acquire", pack_shards(lost))

    async def move(self, source: str, target: str, *shards: ShardId) -> None:
        """Have shards move while everybody plays."""
        await self.ask(source, "release", pack_shards(shards))
        await self.ask(target, "acquire", pack_shards(shards))

    def ledger(self, host: str) -> Any:
        """The ledger behind a host."""
        node = self.hosts[host].node
        assert node is not None
        return node._ledger

    async def routes(self, host: str) -> Any:
        """Where shards are."""
        return await routes_in(self.ledger(host))

    def url(self, *gateways: str) -> str:
        """The addresses of gateways, as clients are given them."""
        ports = [self.gateways[name].address[1] for name in gateways]
        return ",".join(f"ws://127.0.0.1:{port}/ws" for port in ports)

    def client(self, *gateways: str, login: Login | None = None) -> Client:
        """A client that begins at the first of these gateways."""
        return Client(self.url(*gateways), login, settings=QUICK, chance=lambda: 0.0)

    async def drain(self, name: str, seconds: float) -> dict[str, Any]:
        """Drain a gateway until nobody is there, and everybody is back at another one."""

        async def nobody_is_left() -> dict[str, Any] | None:
            said = await self.ask(name, "drain", pack({"seconds": seconds}))
            return None if said["connections"] or said["away"] else said

        return await until(nobody_is_left)

    async def close(self) -> None:
        """End everything."""
        for gateway in self.gateways.values():
            await gateway.end()
        for name in self.hosts:
            await self.ask(name, "stop")
        for host in self._dead:
            await host.end()


@asynccontextmanager
async def cluster(config: Config, *gateways: str) -> AsyncIterator[Cluster]:
    """A cluster over a database that is prepared first."""
    log = Cluster(config).log
    made = Cluster(config, await prepare(config, addresses_of(config), log))
    try:
        await made.start(*gateways)
        yield made
    finally:
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            await made.close()


async def until(condition: Callable[[], Coroutine[Any, Any, T | None]]) -> T:
    """Ask again until there is an answer, and return it."""
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while not (found := await condition()):
            pass
        return found


def _drop(*_: Any) -> Any:
    raise structlog.DropEvent
