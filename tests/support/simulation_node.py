"""Processes of a simulated cluster: hosts, and gateways with nothing but a router."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actors.instant.load import InstantKind
from actors.jackpots.feeder import FeederKind
from actors.jackpots.jackpot import JackpotKind
from actors.runtime.actor import ReplyTo
from actors.runtime.node import HostNode
from actors.runtime.ref import Ref
from actors.runtime.router import Router
from actors.runtime.routes import Routes, routes_of
from actors.runtime.switchboard import Switchboard
from actors.wallet.load import WalletKind, players_to_wake
from persistence.interfaces import StoreError
from tests.support.simulation_commands import is_poison
from tests.support.simulation_mesh import Pausable, WeatherMesh
from tests.support.simulation_plan import ALONE, ASSETS, JACKPOTS, SHARDS
from tests.support.simulation_process import OUR_FAULTS, Surroundings, tables_of
from tests.support.simulation_store import Wire


class Tap:
    """What a host pushes goes to its links, and is seen by the oracle."""

    def __init__(self, world: Surroundings, switchboard: Switchboard) -> None:
        self._world = world
        self._switchboard = switchboard

    def pushed(self, topic: str, event: Any, origin: ReplyTo | None = None) -> None:
        """See `Outbox.pushed`."""
        self._world.oracle.pushed(topic, event)
        self._switchboard.pushed(topic, event, origin)


class PausedWire(Wire):
    """A connection that stands still as long as its process does."""

    def __init__(self, station: Pausable, store: Any, die: Callable[[], None]) -> None:
        super().__init__(store, die)
        self._station = station

    async def _travel(self) -> None:
        await self._station.awake()
        await super()._travel()
        await self._station.awake()


class SimulatedHost(Pausable):
    """A host that can be killed and paused."""

    def __init__(self, world: Surroundings, mesh: WeatherMesh, name: str) -> None:
        super().__init__()
        self.name = name
        self.alive = True
        self._world = world
        self._wire = PausedWire(self, world.store, self.die)
        self.node = HostNode(
            name,
            self._wire,
            {
                "wallet": WalletKind(ASSETS, None, JACKPOTS),
                "instant": InstantKind(ASSETS, ALONE, world.sealer, JACKPOTS),
                "table": tables_of(world.plan, world.sealer),
                "feeder": FeederKind(JACKPOTS.plans),
                "jackpot": JackpotKind(JACKPOTS.plans),
            },
            shards=SHARDS,
            clock=world.now,
            entropy=world.rng.randbytes,
            limits=world.plan.limits,
            standing=[*world.plan.standing, *JACKPOTS.actors()],
            unfinished=players_to_wake,
            connect=lambda host: mesh.peer(self, host),
            find_routes=self._find_routes,
            on_event=self._event,
            on_fault=self._turn_failed,
        )
        self.node.host.outbox = Tap(world, self.node.switchboard)

    async def live(self) -> None:
        """Begin, owning nothing."""
        try:
            await self.node.start()
        except StoreError as error:
            self._world.say(f"{self.name} cannot start: {error}")
            self.die()

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Service.call`."""
        return await self.node.call(method, payload)

    def die(self) -> None:
        """Stop at once, as by kill -9."""
        if not self.alive:
            return
        self._world.say(f"{self.name} dies")
        self._world.happened["died"] += 1
        for name in ("lookups", "resets", "turns_failed"):
            self._world.happened[name] += getattr(self.node.host.counters, name)
        self._world.happened["dropped"] += self.node.courier.dropped
        self.alive = False
        self._wire.cut = True
        self.node.end()
        self.go_on()

    async def _find_routes(self) -> Routes:
        return routes_of(await self._wire.owners())

    def _event(self, event: str, details: Mapping[str, Any]) -> None:
        self._world.happened[event] += 1
        self._world.say(f"{self.name}: {event} {dict(details)}")
        if event in OUR_FAULTS or "exc_info" in details:
            self._world.fail(f"{self.name}: {event} {dict(details)}")

    def _turn_failed(self, ref: Ref, message: Any, fault: BaseException) -> None:
        if not is_poison(message):
            self._world.fail(f"{self.name}: a turn of {ref} failed by {message}: {fault!r}")


class SimulatedGateway(Pausable):
    """What players speak to: a router, and whatever it was asked."""

    def __init__(self, world: Surroundings, mesh: WeatherMesh, name: str, watched: Sequence[Ref]) -> None:
        super().__init__()
        self.name = name
        self.alive = True
        self._world = world
        self._wire = PausedWire(self, world.store, self.die)
        self._router = Router(
            name,
            SHARDS,
            connect=lambda host: mesh.peer(self, host),
            find_routes=self._find_routes,
            outbox=self,
            on_event=self._event,
        )
        for ref in watched:
            self._router.watch(ref)

    async def call(self, method: str, payload: bytes) -> bytes:
        """Nobody calls a gateway here."""
        raise LookupError(method)

    def post(self, ref: Ref, command: Any, reply_to: ReplyTo | None) -> None:
        """A message arrives; a dead process does not hear it."""
        if self.alive:
            self._router.post(ref, command, reply_to)

    def pushed(self, topic: str, event: Any, origin: ReplyTo | None = None) -> None:
        """See `Outbox.pushed`."""
        self._world.happened["events at gateways"] += 1

    def die(self) -> None:
        """Stop at once."""
        if self.alive:
            self._world.say(f"{self.name} dies")
            self._world.happened["gateways died"] += 1
            self.alive = False
            self._wire.cut = True
            self._router.close()
            self.go_on()

    async def _find_routes(self) -> Routes:
        return routes_of(await self._wire.owners())

    def _event(self, event: str, details: Mapping[str, Any]) -> None:
        self._world.happened[event] += 1
        self._world.say(f"{self.name}: {event} {dict(details)}")
        if "exc_info" in details:
            self._world.fail(f"{self.name}: {event} {dict(details)}")
