"""A whole cluster from one seed: hosts and gateways that die, stand still and come back, and shards that move."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from actors.runtime.control import pack_shards
from actors.runtime.transport import PeerLost
from persistence.interfaces import Owner, StoreError
from protocol.ids import Epoch, ShardId
from tests.support.simulation_mesh import MeshWeather, Pausable, WeatherMesh
from tests.support.simulation_node import PausedWire, SimulatedGateway, SimulatedHost
from tests.support.simulation_world import World

HEALTH_SECONDS_MAX: Final = 0.8
RESTART_SECONDS_MAX: Final = 3.0
PAUSE_SECONDS_MAX: Final = 6.0
LEISURE: Final = 10
"""How much slower the directory looks when nothing goes wrong any more."""
STRAY: Final = 0.3
"""How often a player speaks to another gateway than the last time."""


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """How a cluster is shaped; rates are per second."""

    hosts: int
    gateways: int
    mesh: MeshWeather
    deaths: float
    pauses: float
    gateway_deaths: float
    moves: float


def cluster_plan_of(rng: Random) -> ClusterPlan:
    """Some are calm, most are not."""
    rough = rng.random()
    return ClusterPlan(
        hosts=rng.randint(2, 4),
        gateways=rng.randint(1, 2),
        mesh=MeshWeather(
            lost=rng.choice((0.0, 0.02, 0.15)) * rough,
            repeated=rng.choice((0.0, 0.05, 0.3)) * rough,
            late=rng.choice((0.0, 0.02, 0.1)) * rough,
            delay_seconds_max=rng.choice((0.002, 0.02, 0.2)),
        ),
        deaths=rng.choice((0.0, 0.05, 0.3)) * rough,
        pauses=rng.choice((0.0, 0.05, 0.2)) * rough,
        gateway_deaths=rng.choice((0.0, 0.0, 0.1)) * rough,
        moves=rng.choice((0.0, 0.3, 2.0)),
    )


class _Directory(Pausable):
    """Who orders moves and take-overs; as good as dead now and then, and as blind as it likes."""

    name = "directory"
    alive = True

    async def call(self, method: str, payload: bytes) -> bytes:
        """Nobody calls it here."""
        raise LookupError(method)


class ClusterWorld(World):
    """See `World`; `current` is a gateway here."""

    def __init__(self, seed: int, *, tracing: bool) -> None:
        super().__init__(seed, tracing=tracing)
        self.cluster = cluster_plan_of(self.rng)
        self.mesh = WeatherMesh(self.rng, self.cluster.mesh)
        self.hosts: list[SimulatedHost] = []
        self.gateways: list[SimulatedGateway] = []
        self._directory = _Directory()
        self._directory_wire = PausedWire(self._directory, self.store, lambda: None)
        self._names = 0

    # --- processes ---

    def launch(self) -> None:
        """Start everything."""
        for _ in range(self.cluster.hosts):
            self._launch_host()
        for _ in range(self.cluster.gateways):
            self._launch_gateway()
        self.start(self._direct(), "directory")

    def _launch_host(self) -> None:
        if self.broken.done():
            return
        self._names += 1
        host = SimulatedHost(self, self.mesh, f"host {self._names}")
        self.say(f"{host.name} starts")
        self.hosts.append(host)
        self.mesh.stations[host.name] = host
        self.start(host.live(), host.name)

    def _launch_gateway(self) -> None:
        if self.broken.done():
            return
        self._names += 1
        watched = self.plan.standing
        gateway = SimulatedGateway(self, self.mesh, f"gateway {self._names}", watched)
        self.gateways.append(gateway)
        self.mesh.stations[gateway.name] = gateway
        self.current = gateway  # type: ignore[assignment]

    @property
    def alive_hosts(self) -> list[SimulatedHost]:
        """Those that are not dead, paused or not."""
        return [host for host in self.hosts if host.alive]

    def some_process(self) -> SimulatedGateway | None:  # type: ignore[override]
        """A gateway."""
        alive = [one for one in self.gateways if one.alive]
        if not alive:
            return None
        return self.rng.choice(alive) if self.rng.random() < STRAY else alive[-1]

    def abandon(self) -> None:
        """End whatever still goes on."""
        super().abandon()
        for gateway in self.gateways:
            gateway.die()
        for host in self.hosts:
            host.die()
        self.mesh.close()

    # --- what goes wrong ---

    async def trouble(self) -> None:
        """Until it is to be calm."""
        every: tuple[tuple[float, Callable[[], None]], ...] = (
            (self.cluster.deaths, self._kill_host),
            (self.cluster.pauses, self._pause),
            (self.cluster.gateway_deaths, self._kill_gateway),
            (self.plan.sweeps_per_second, self._sweep_host),
            (0.05, self._blind_directory),
        )
        total = sum(rate for rate, _ in every)
        while True:
            await asyncio.sleep(self.rng.expovariate(total))
            if self.calm:
                return
            [(_, act)] = self.rng.choices(every, weights=[rate for rate, _ in every])
            act()

    def _kill_host(self) -> None:
        if self.alive_hosts:
            self.rng.choice(self.alive_hosts).die()

    def _pause(self) -> None:
        stations: list[Pausable] = [*self.alive_hosts, *(one for one in self.gateways if one.alive)]
        if stations:
            station = self.rng.choice(stations)
            self.happened["paused"] += 1
            self.say(f"{getattr(station, 'name', '')} stands still")
            station.pause(self.rng.random() * PAUSE_SECONDS_MAX, self.loop.call_later)

    def _blind_directory(self) -> None:
        self._directory.pause(self.rng.random() * PAUSE_SECONDS_MAX, self.loop.call_later)

    def _kill_gateway(self) -> None:
        alive = [one for one in self.gateways if one.alive]
        if alive:
            self.rng.choice(alive).die()
            self.loop.call_later(self.rng.random(), self._launch_gateway)

    def _sweep_host(self) -> None:
        for host in self.alive_hosts:
            if not host.node.host.suspended:
                self.happened["fell asleep"] += host.node.host.sweep()

    def calm_down(self) -> None:
        """From now on nothing goes wrong."""
        super().calm_down()
        weather = self.cluster.mesh
        weather.lost = weather.repeated = weather.late = 0.0
        self._directory.go_on()
        for host in self.hosts:
            host.go_on()
        for gateway in self.gateways:
            gateway.go_on()

    # --- the directory ---

    async def _direct(self) -> None:
        """See that every shard is somewhere, and that it does not stay there for too long."""
        while True:
            await asyncio.sleep((0.05 + self.rng.random() * 0.3) * (LEISURE if self.calm else 1))
            while len(self.alive_hosts) < self.cluster.hosts:
                await asyncio.sleep(self.rng.random() * RESTART_SECONDS_MAX)
                self._launch_host()
            try:
                await self._direct_once()
            except (StoreError, PeerLost) as error:
                self.say(f"directory: {error}")

    async def _direct_once(self) -> None:
        owners = await self._directory_wire.owners()
        hosts = self.alive_hosts
        checked = await asyncio.gather(*(self._is_healthy(host) for host in hosts))
        healthy = {host.name for host, well in zip(hosts, checked, strict=True) if well}
        gone: set[Epoch] = {
            owner.epoch
            for owner in owners.values()
            if not owner.is_free and owner.host not in healthy and owner.epoch is not None
        }
        for epoch in sorted(gone):
            self.say(f"directory ends epoch {epoch}")
            self.happened["taken over"] += 1
            await self._directory_wire.end_epoch(epoch)
        free = [shard for shard, owner in owners.items() if owner.is_free or owner.epoch in gone]
        await self._assign(free, sorted(healthy))
        if not self.calm and self.rng.random() < self.cluster.moves / 4:
            await self._move(owners)

    async def _is_healthy(self, host: SimulatedHost) -> bool:
        try:
            peer = self.mesh.peer(self._directory, host.name)
            await asyncio.wait_for(peer.call("health", b""), HEALTH_SECONDS_MAX)
        except (PeerLost, TimeoutError):
            return False
        return True

    async def _assign(self, shards: list[ShardId], hosts: list[str]) -> None:
        if not hosts:
            return
        targets: dict[str, list[ShardId]] = {}
        for shard in shards:
            targets.setdefault(self.rng.choice(hosts), []).append(shard)
        for host, wanted in targets.items():
            await self._ask(host, "acquire", wanted)

    async def _move(self, owners: dict[ShardId, Owner]) -> None:
        shard = self.rng.choice(sorted(owners))
        if not owners[shard].is_free:
            self.happened["moved"] += 1
            await self._ask(owners[shard].host, "release", [shard])

    async def _ask(self, host: str, method: str, shards: list[ShardId]) -> None:
        self.say(f"directory asks {host} to {method} {shards}")
        try:
            await self.mesh.peer(self._directory, host).call(method, pack_shards(shards))
        except PeerLost as error:
            self.say(f"directory: {host} does not {method}: {error}")
