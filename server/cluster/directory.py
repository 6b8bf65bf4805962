"""The directory of a cluster: begins, directs until another one does or the cluster is stopped, and answers questions.

All it knows it reads from the database and hears from the processes, so it may be killed at any time; play goes on
without it, and the next one goes on from what is true.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from actors.runtime.carrier import Carrier, CarrierError, ProcessName
from persistence.clusters import ClusterStore, Superseded
from persistence.interfaces import StoreError
from persistence.ledgers import Ledgers
from server.cluster.charter import Charter
from server.cluster.crew import Crew, Recipes
from server.cluster.loads import Loads
from server.cluster.lookout import Lookout
from server.cluster.members import Member
from server.cluster.operations import NotNow, Operations
from server.cluster.orders import Orders
from server.cluster.ownership import Ownership
from server.cluster.pulse import SILENCE_SECONDS_MAX
from server.cluster.staffing import Staffing
from server.cluster.survey import Survey
from server.cluster.term import Term, begun
from server.cluster.upkeep import Upkeep


class Directory:
    """A `Service`: questions and answers are JSON; see `call`. `ended` is set when it has nothing to do any more."""

    def __init__(
        self,
        name: ProcessName,
        charter: Charter,
        ledgers: Ledgers,
        store: ClusterStore,
        carrier: Carrier,
        recipes: Recipes,
        *,
        on_event: Callable[[str, Mapping[str, Any]], None],
        silence_seconds: float = SILENCE_SECONDS_MAX,
    ) -> None:
        self.ended = asyncio.Event()
        self.metrics_address: tuple[str, int] | None = None
        self._name = name
        self._charter = charter
        self._store = store
        self._carrier = carrier
        self._recipes = recipes
        self._on_event = on_event
        self._lookout = Lookout(
            carrier,
            on_change=self._somebody_changed,
            on_return=self._somebody_is_back,
            on_event=on_event,
            silence_seconds=silence_seconds,
        )
        self._members = self._lookout.members
        self._partition = ledgers.partition
        self._ownerships = tuple(
            Ownership(ledger, self._members, part=part, on_event=on_event) for part, ledger in enumerate(ledgers.all)
        )
        self._loads = Loads(asyncio.get_running_loop().time)
        self._term: Term
        self._crew: Crew
        self._operations: Operations
        self._orders: Orders
        self._upkeep: Upkeep
        self._staffing: Staffing
        self._survey: Survey
        self._down = False
        self._superseded = False
        self._renew = False
        self._has_failed = False
        self._tasks: list[asyncio.Task[None]] = []

    # --- life ---

    async def start(self) -> None:
        """Become the directory, know who is there, start who is missing, and see that every shard is on a host.

        Raises `ClusterTaken` and other errors of stores, and `CarrierError`; whom it has started then is ended again.
        """
        try:
            running = await self._carrier.names()
            self._term = await begun(self._charter, self._partition, self._store, running)
        except BaseException:
            self._lookout.stop()
            raise
        self._gather_tools()
        await self._crew.adopt()
        is_first = not self._members.all
        try:
            await self._begin()
        except BaseException:
            if is_first:
                await self._undo()
            await self.stop()
            raise
        for one in self._ownerships:
            self._keep(partial(self._upkeep.tend, one), "tend")
        self._keep(self._staffing.keep, "crew")
        self._keep(self._survey.keep, "status")
        self._on_event("directory is up", {"generation": self._term.generation, "processes": len(self._members.all)})

    def _gather_tools(self) -> None:
        """What there can only be once the term has begun."""
        term, members, on_event = self._term, self._members, self._on_event
        self._crew = Crew(
            self._carrier, self._store, members, self._recipes, generation=term.generation, on_event=on_event
        )
        self._operations = Operations(members, self._ownerships, self._crew, self._loads.weight)
        self._orders = Orders(self._carrier, members, self._crew, self._operations, term, partition=self._partition)
        self._upkeep = Upkeep(
            term,
            self._ownerships,
            self._lookout.awake,
            self._loads.weight,
            partition=self._partition,
            on_event=on_event,
        )
        self._staffing = Staffing(term, members, self._crew, self._operations, on_event=on_event)
        self._survey = Survey(
            self._name,
            self._carrier,
            term,
            members,
            self._crew,
            self._staffing,
            self._operations,
            self._ownerships,
            self._loads,
            partition=self._partition,
        )

    async def _begin(self) -> None:
        await asyncio.gather(*(_heard(member) for member in self._members.all))
        if not self._members.all:
            await self._crew.fill(self._term.wanted)
            if not await self._upkeep.settle():
                raise CarrierError("hosts were started and do not take their shards; see their logs")

    async def _undo(self) -> None:
        """Leave nothing of what was begun."""
        for member in self._members.all:
            with contextlib.suppress(CarrierError, StoreError):
                await self._crew.dismiss(member)
        with contextlib.suppress(StoreError):
            await self._term.end()

    def _keep(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        self._tasks.append(asyncio.create_task(self._kept(work), name=name))

    async def _kept(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do what has no end, for as long as this directory directs: one that cannot go on is to be replaced."""
        try:
            await work()
        except Superseded as error:
            self._yield(error)
        except Exception as error:  # noqa: BLE001 - another directory comes in place of this one
            self._has_failed = True
            self._on_event("directory failed", {"error": repr(error), "exc_info": error})

    def _yield(self, error: Superseded) -> None:
        """Another directory directs: do nothing any more."""
        self._on_event("superseded", {"error": str(error)})
        self._superseded = True
        self.ended.set()
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()

    async def stop(self) -> None:
        """Do nothing any more. The processes go on."""
        self._lookout.stop()
        await self._rest()
        await self._operations.stop()
        await self._members.close()

    async def _rest(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _somebody_changed(self) -> None:
        self._upkeep.wake()

    def _somebody_is_back(self) -> None:
        self._staffing.somebody_is_back()

    # --- what it is asked ---

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Service.call`: `health`, `status`, `work`, `scale`, `drain`, `rebalance`, `restart`, `renew`, `down`.

        What takes long is begun, and `work` says how far it is. What cannot be done is an answer with `refused`.
        """
        methods: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
            "health": self._health,
            "status": self._status,
            "work": self._work,
            "scale": self._orders.scale,
            "drain": self._orders.drain,
            "rebalance": self._orders.rebalance,
            "restart": self._orders.restart,
            "renew": self._be_renewed,
            "down": self._shut_down,
        }
        arguments = json.loads(payload) if payload else {}
        try:
            answer = await methods[method](**arguments)
        except (NotNow, CarrierError, StoreError) as error:
            answer = {"refused": str(error)}
        return json.dumps(answer).encode()

    async def _health(self) -> dict[str, Any]:
        """What the keeper wants to know: whether another directory is to be started, and where not."""
        on_closed = self._carrier.here() in self._crew.closed
        return {
            "name": self._name,
            "generation": self._term.generation,
            "down": self._down,
            "superseded": self._superseded,
            "renew": self._has_failed or ((self._renew or on_closed) and not self._operations.is_running),
            "closed": sorted(self._crew.closed),
            "cut_off": self._upkeep.is_cut_off(),
        }

    async def _status(self) -> dict[str, Any]:
        return await self._survey.status(self.metrics_address)

    async def _work(self) -> dict[str, Any]:
        return self._operations.state

    @property
    def known(self) -> dict[str, Any]:
        """What it knows without asking anybody; see `DirectoryMetrics`."""
        return self._survey.known()

    async def _be_renewed(self) -> dict[str, Any]:
        """Ask the keeper for another directory, of the code and the configuration that are installed now."""
        if self._operations.is_running:
            raise NotNow(f"{self._operations.state['what']} is under way: wait until it is done")
        self._renew = True
        return {}

    async def _shut_down(self) -> dict[str, Any]:
        async def down() -> None:
            await self._rest()
            await self._operations.shut()
            await self._term.end()
            self._down = True
            self.ended.set()

        return self._operations.begin("stop", down())


async def _heard(member: Member) -> None:
    """Wait until a process that was there before has answered, or is known to be silent."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SILENCE_SECONDS_MAX):
            await member.pulse.answered()
