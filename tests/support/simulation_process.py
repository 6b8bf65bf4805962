"""One process of a simulated casino: a host on the local runtime, with a wire to the store, that can be killed."""

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any, Final, Protocol

from actors.fairness.seal import Sealer
from actors.games.poker.rules import Rules
from actors.instant.load import InstantKind
from actors.jackpots.feeder import FeederKind
from actors.jackpots.jackpot import JackpotKind
from actors.poker.either import EitherTable
from actors.poker.load import PokerKind
from actors.runtime.actor import Kind, ReplyTo
from actors.runtime.host import Host
from actors.runtime.local import LocalRuntime
from actors.runtime.ref import Ref
from actors.table.load import TableKind
from actors.wallet.load import WalletKind, players_to_wake
from persistence.interfaces import StoreError
from tests.support.simulation_commands import is_poison
from tests.support.simulation_oracle import Oracle
from tests.support.simulation_plan import ALONE, ASSETS, CARDS, JACKPOTS, SHARDS, Plan, rooms_of
from tests.support.simulation_store import Store, Wire

OUR_FAULTS: Final = frozenset({"runtime broken", "commit failed", "actor cannot be loaded"})
"""What a runtime tells of that no wire and no crash is to blame for."""


class Surroundings(Protocol):
    """What a process sees of its world."""

    plan: Plan
    rng: Random
    sealer: Sealer
    store: Store
    oracle: Oracle
    happened: Counter[str]

    def now(self) -> int:
        """Milliseconds since 1970."""

    def say(self, what: str) -> None:
        """Write a step down."""

    def fail(self, what: str) -> None:
        """Something must not be."""

    def died(self, process: "Process") -> None:
        """It hears and says nothing any more."""


def tables_of(plan: Plan, sealer: Sealer) -> Kind:
    """Round tables, and the poker table if there is one."""
    others = TableKind(rooms_of(plan.tables), ASSETS, sealer, JACKPOTS)
    if plan.cards is None:
        return others
    poker: dict[str, Rules] = {CARDS: plan.cards}
    return EitherTable(poker, PokerKind(poker, ASSETS, sealer), others)


class Process:
    """Once it is dead, nothing comes out of it."""

    def __init__(self, world: Surroundings, name: str) -> None:
        self.name = name
        self.alive = True
        self._world = world
        self.host = Host(
            shards=SHARDS,
            clock=world.now,
            entropy=world.rng.randbytes,
            limits=world.plan.limits,
            on_fault=self._turn_failed,
            outbox=self,
        )
        self._wire = Wire(world.store, self.die)
        self._runtime = LocalRuntime(
            self.host,
            self._wire,
            {
                "wallet": WalletKind(ASSETS, None, JACKPOTS),
                "instant": InstantKind(ASSETS, ALONE, world.sealer, JACKPOTS),
                "table": tables_of(world.plan, world.sealer),
                "feeder": FeederKind(JACKPOTS.plans),
                "jackpot": JackpotKind(JACKPOTS.plans),
            },
            name=name,
            standing=[*world.plan.standing, *JACKPOTS.actors()],
            unfinished=players_to_wake,
            on_event=self._event,
        )

    async def live(self) -> None:
        """Work until dead or deposed."""
        try:
            await self._runtime.start()
        except StoreError as error:
            self._world.say(f"{self.name} cannot start: {error}")
            self.die()
            return
        await self._runtime.fenced.wait()
        self._world.happened["deposed"] += 1
        self._world.say(f"{self.name} is deposed")
        self.die()

    def die(self) -> None:
        """Stop at once, as by kill -9."""
        if not self.alive:
            return
        self._world.say(f"{self.name} dies")
        self._world.happened["died"] += 1
        for name in ("lookups", "resets", "turns_failed"):
            self._world.happened[name] += getattr(self.host.counters, name)
        self.alive = False
        self._wire.cut = True
        self._runtime.end()
        self._world.died(self)

    def post(self, ref: Ref, command: Any, reply_to: ReplyTo | None) -> None:
        """A message arrives; a dead process does not hear it."""
        if self.alive:
            self._runtime.post(ref, command, reply_to)

    def pushed(self, topic: str, event: Any, origin: ReplyTo | None = None) -> None:
        """See `Outbox.pushed`."""
        if self.alive:
            self._world.oracle.pushed(topic, event)

    def _event(self, event: str, details: Mapping[str, Any]) -> None:
        self._world.happened[event] += 1
        self._world.say(f"{self.name}: {event} {dict(details)}")
        if event in OUR_FAULTS:
            self._world.fail(f"{self.name}: {event} {dict(details)}")

    def _turn_failed(self, ref: Ref, message: Any, fault: BaseException) -> None:
        if not is_poison(message):
            self._world.fail(f"a turn of {ref} failed by {message}: {fault!r}")
