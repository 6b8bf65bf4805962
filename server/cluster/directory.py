"""The directory of a cluster: who is there, who has which shard, and what is done about those who are gone.

All it knows it reads from the database and hears from the processes, so it may be killed at any time; play goes on
without it, and the next one goes on from what is true.
"""

import asyncio
import contextlib
import json
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from actors.runtime.carrier import Carrier, CarrierError, Node, ProcessName
from persistence.clusters import ClusterRow, ClusterStore, ProcessKind, Superseded
from persistence.interfaces import StoreError
from persistence.ledgers import Ledgers
from protocol.ids import ShardId
from server.cluster.charter import Charter
from server.cluster.crew import NAMES_PREFIX, Crew, Recipes
from server.cluster.duties import GATEWAY, Duty, Wanted, hosts_by_part, wanted_by
from server.cluster.members import Member, Members
from server.cluster.operations import NotNow, Operations
from server.cluster.orders import Orders
from server.cluster.ownership import Layout, Ownership
from server.cluster.pulse import SILENCE_SECONDS_MAX, Awake
from server.cluster.report import described, described_nodes, state_of
from server.cluster.store_watch import StoreWatch

TEND_SECONDS: Final = 1.0
"""How often everything is looked at though nothing was heard to have happened."""
RETRY_SECONDS: Final = 0.1
"""After shards could not be given to anybody."""
CREW_SECONDS: Final = 1.0
CREW_RETRY_SECONDS: Final = 5.0
STATUS_SECONDS: Final = 2.0
NODES_SECONDS_MAX: Final = 0.5
"""For what is told of nodes. Ray's control store may be gone: then it is what was known before."""


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
        self._buried: set[ProcessName] = set()
        self._awake = Awake(self._look)
        self._members = Members(self._awake, on_lost=self._suspect, silence_seconds=silence_seconds)
        self._partition = ledgers.partition
        self._ownerships = tuple(
            Ownership(ledger, self._members, part=part, on_event=on_event) for part, ledger in enumerate(ledgers.all)
        )
        self._store_watch = StoreWatch(self._awake)
        self._watches = tuple(StoreWatch(self._awake) for _ in self._ownerships)
        self._wakes = tuple(asyncio.Event() for _ in self._ownerships)
        self._crew: Crew
        self._operations: Operations
        self._orders: Orders
        self._row: ClusterRow
        self._down = False
        self._superseded = False
        self._renew = False
        self._is_uneven = False
        self._trouble: str | None = None
        self._nodes: Sequence[Node] = ()
        self._layouts: list[Layout] = [{} for _ in self._ownerships]
        self._tasks: list[asyncio.Task[None]] = []
        self._confirming: asyncio.Task[None] | None = None

    # --- life ---

    async def start(self) -> None:
        """Become the directory, know who is there, start who is missing, and see that every shard is on a host.

        Raises `ClusterTaken` and other errors of stores, and `CarrierError`; whom it has started then is ended again.
        """
        try:
            self._row = await self._claim()
        except BaseException:
            self._awake.stop()
            raise
        self._crew = Crew(
            self._carrier,
            self._store,
            self._members,
            self._recipes,
            generation=self._row.generation,
            on_event=self._on_event,
        )
        self._operations = Operations(self._members, self._ownerships, self._crew, self._weight)
        self._orders = Orders(
            self._carrier,
            self._members,
            self._crew,
            self._operations,
            partition=self._partition,
            wanted=lambda: self._wanted,
            want=self._want,
        )
        await self._crew.adopt()
        is_first = not self._members.all
        try:
            await self._begin()
        except BaseException:
            if is_first:
                await self._undo()
            await self.stop()
            raise
        tending = ((self._tend(*one), "tend") for one in zip(self._ownerships, self._wakes, strict=True))
        for work, name in (*tending, (self._keep_crew(), "crew"), (self._keep_status(), "status")):
            self._tasks.append(asyncio.create_task(work, name=name))
        self._on_event("directory is up", {"generation": self._row.generation, "processes": len(self._members.all)})

    async def _claim(self) -> ClusterRow:
        """Go on with the cluster whose processes run, whoever has started them; begin one where none do."""
        charter = self._charter
        last = await self._store.last()
        running = {name for name in await self._carrier.names() if name.startswith(NAMES_PREFIX)}
        known = {row.name for row in await self._store.processes()}
        if last is not None and not last.is_down and running & known:
            charter = self._charter = replace(charter, instance=last.instance)
        elif running and (last is None or last.instance != charter.instance):
            raise CarrierError(
                f"processes of another cluster named {charter.name!r} run on this Ray ({', '.join(sorted(running))}):"
                " give this one another name (--name), or stop that one first"
            )
        return await self._store.claim(
            charter.instance,
            name=charter.name,
            release=charter.release,
            hosts=hosts_by_part(charter.hosts, self._partition),
            gateways=charter.gateways,
            silence_seconds=charter.silence_seconds,
        )

    async def _begin(self) -> None:
        await asyncio.gather(*(_heard(member) for member in self._members.all))
        if not self._members.all:
            await self._crew.fill(self._wanted)
            if not all(await asyncio.gather(*(one.settle(self._weight) for one in self._ownerships))):
                raise CarrierError("hosts were started and do not take their shards; see their logs")

    async def _undo(self) -> None:
        """Leave nothing of what was begun."""
        for member in self._members.all:
            with contextlib.suppress(CarrierError, StoreError):
                await self._crew.dismiss(member)
        with contextlib.suppress(StoreError):
            await self._store.stop(self._row.generation)

    async def stop(self) -> None:
        """Do nothing any more. The processes go on."""
        self._awake.stop()
        if self._confirming is not None:
            self._confirming.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._operations.stop()
        await self._members.close()

    @property
    def _wanted(self) -> dict[Duty, int]:
        return wanted_by(self._row)

    def _weight(self, shard: ShardId) -> float:
        """Nobody says yet what a shard costs its host: all weigh the same."""
        return 1.0

    # --- watching ---

    def _look(self) -> None:
        """See whether somebody has fallen silent, or is heard of again."""
        silent = {one.name for one in self._members.all if one.pulse.is_silent or one.pulse.is_cut_off}
        if silent != self._buried:
            for name in sorted(silent - self._buried):
                self._missed(name)
            for name in sorted(self._buried - silent):
                self._on_event("process is heard of again", {"process": name})
                self._is_uneven = True
            self._buried = silent
            for wake in self._wakes:
                wake.set()

    def _missed(self, name: str) -> None:
        member = self._members.find(name)
        if member is not None and not member.pulse.is_silent:
            self._on_event("process cannot reach its store", {"process": name})
        else:
            self._on_event("process is silent", {"process": name})

    def _suspect(self) -> None:
        """A call was lost. Who has ended is dead at once, without being waited for."""
        if self._confirming is None or self._confirming.done():
            self._confirming = asyncio.create_task(self._confirm(), name="confirm")

    async def _confirm(self) -> None:
        with contextlib.suppress(CarrierError):
            running = await self._carrier.names()
            for member in self._members.all:
                if member.name not in running:
                    member.pulse.has_ended()
            self._look()

    async def _tend(self, ownership: Ownership, wake: asyncio.Event) -> None:
        """Each database by itself: one that says nothing keeps nobody from looking after the others."""
        pause = TEND_SECONDS
        while not self._down:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await wake.wait()
            wake.clear()
            pause = TEND_SECONDS if await self._tended(ownership) else RETRY_SECONDS

    async def _tended(self, ownership: Ownership) -> bool:
        """Say that we are there, and see to the shards. Only who is the directory still may do that."""
        watch = self._watches[ownership.part]
        try:
            self._store_watch.asks()
            self._row = await self._store.beat(self._row.generation)
            self._store_watch.answered()
            watch.asks()
            settled = await ownership.settle(
                self._weight, store_is_well=lambda: self._store_watch.is_well() and watch.is_well()
            )
            watch.answered()
            return settled
        except Superseded as error:
            self._on_event("superseded", {"error": str(error)})
            self._down = self._superseded = True
            self.ended.set()
            return True
        except StoreError as error:
            watch.failed()
            self._store_watch.failed()
            shards = str(self._partition.parts[ownership.part])
            self._on_event(
                "store not available", {"error": str(error), "shards": shards, "again_in_seconds": RETRY_SECONDS}
            )
            return False

    async def _keep_crew(self) -> None:
        while not self._down:
            pause = CREW_SECONDS
            try:
                await self._crew.bury()
                if not self._operations.is_running:
                    await self._fill()
                if self._is_uneven and not self._operations.is_running:
                    # Who came in place of somebody who died, or came back, has nothing yet.
                    self._operations.begin("rebalance", self._operations.rebalance())
                    self._is_uneven = False
                self._trouble = None
            except (CarrierError, StoreError) as error:
                self._trouble = str(error)
                self._on_event("crew not complete", {"error": str(error), "again_in_seconds": CREW_RETRY_SECONDS})
                pause = CREW_RETRY_SECONDS
            await asyncio.sleep(pause)

    async def _fill(self) -> None:
        """Start who is missing, as far as there is room."""
        before = {member.name for member in self._members.hosts}
        try:
            await self._crew.fill(self._wanted, partly=True)
        finally:
            # Who was started has nothing yet.
            self._is_uneven |= any(member.name not in before for member in self._members.hosts)

    async def _keep_status(self) -> None:
        while not self._down:
            await self._ask_everybody()
            await asyncio.sleep(STATUS_SECONDS)

    async def _ask_everybody(self) -> None:
        looks = (member.look() for member in self._members.all if member.pulse.is_alive)
        await asyncio.gather(*looks, return_exceptions=True)

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
            "generation": self._row.generation,
            "down": self._down and not self._superseded,
            "superseded": self._superseded,
            "renew": (self._renew or on_closed) and not self._operations.is_running,
            "closed": sorted(self._crew.closed),
            "cut_off": self._is_cut_off(),
        }

    def _is_cut_off(self) -> bool:
        """Whether hosts reach a store that this directory does not. The cluster's own is in the first database."""
        watched = ((self._store_watch, self._ownerships[0]), *zip(self._watches, self._ownerships, strict=True))
        return any(watch.is_cut_off(host.pulse for host in ownership.hosts) for watch, ownership in watched)

    async def _work(self) -> dict[str, Any]:
        return self._operations.state

    @property
    def known(self) -> dict[str, Any]:
        """What it knows without asking anybody; see `DirectoryMetrics`."""
        missing = self._missing
        return {
            "generation": self._row.generation,
            "shards": {
                "owned": sum(one.owned for one in self._ownerships),
                "unowned": sum(one.unowned for one in self._ownerships),
                "moving": sum(one.moving for one in self._ownerships),
            },
            "processes": {kind: Counter(map(state_of, self._members.of(kind))) for kind in ProcessKind},
            "missing": {kind: missing[kind] for kind in ProcessKind},
        }

    async def _status(self) -> dict[str, Any]:
        await self._ask_everybody()
        trouble = self._trouble
        try:
            layout = await self._find_layout()
        except StoreError as error:
            trouble, layout = str(error), self._layout
        with contextlib.suppress(CarrierError, TimeoutError):
            async with asyncio.timeout(NODES_SECONDS_MAX):
                self._nodes = await self._carrier.nodes()
        addresses = {node.id: node.address for node in self._nodes}
        missing = self._missing
        here = self._carrier.here()
        return {
            "cluster": {
                **asdict(self._row),
                "hosts": sum(self._row.hosts),
                "directory": self._name,
                "directory_pid": os.getpid(),
                "directory_node": addresses.get(here, here),
                "directory_metrics": self.metrics_address,
                "instance": self._charter.instance,
            },
            "hosts": [
                {
                    **described(member, addresses),
                    "shards": len(layout.get(member.name, ())),
                    "database": str(self._partition.parts[member.row.part]),
                }
                for member in self._members.hosts
            ],
            "gateways": [described(member, addresses) for member in self._members.gateways],
            "shards": {
                "owned": sum(map(len, layout.values())),
                "unowned": sum(one.unowned for one in self._ownerships),
                "moving": sum(one.moving for one in self._ownerships),
            },
            "databases": [
                {"shards": str(part), "hosts": hosts, "unowned": one.unowned}
                for part, hosts, one in zip(self._partition.parts, self._row.hosts, self._ownerships, strict=True)
            ],
            "nodes": described_nodes(self._nodes, self._members.all, self._crew.closed, here),
            "missing": {"hosts": missing[ProcessKind.HOST], "gateways": missing[ProcessKind.GATEWAY]},
            "trouble": trouble,
            "work": self._operations.state,
        }

    @property
    def _missing(self) -> Counter[ProcessKind]:
        return Counter(duty.kind for duty in self._crew.missing(self._wanted))

    async def _find_layout(self) -> Layout:
        """Of all databases; of one that does not answer what it said before. Raises its `StoreError` after that."""
        layouts = await asyncio.gather(*(one.layout() for one in self._ownerships), return_exceptions=True)
        self._layouts = [
            before if isinstance(found, BaseException) else found
            for before, found in zip(self._layouts, layouts, strict=True)
        ]
        for one in layouts:
            if isinstance(one, BaseException):
                raise one
        return self._layout

    @property
    def _layout(self) -> Layout:
        """Which shards each host had when its database was last asked."""
        return {name: shards for layout in self._layouts for name, shards in layout.items()}

    async def _want(self, wanted: Wanted) -> None:
        hosts = tuple(wanted[Duty(ProcessKind.HOST, part)] for part in range(len(self._ownerships)))
        await self._store.want(self._row.generation, hosts, wanted[GATEWAY])
        self._row = await self._store.beat(self._row.generation)

    async def _be_renewed(self) -> dict[str, Any]:
        """Ask the keeper for another directory, of the code and the configuration that are installed now."""
        if self._operations.is_running:
            raise NotNow(f"{self._operations.state['what']} is under way: wait until it is done")
        self._renew = True
        return {}

    async def _shut_down(self) -> dict[str, Any]:
        async def down() -> None:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._operations.shut()
            await self._store.stop(self._row.generation)
            self._down = True
            self.ended.set()

        return self._operations.begin("stop", down())


async def _heard(member: Member) -> None:
    """Wait until a process that was there before has answered, or is known to be silent."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SILENCE_SECONDS_MAX):
            await member.pulse.answered()
