"""What is done to a cluster as a whole, one thing at a time: scale, drain, rebalance, restart, stop."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from actors.runtime.carrier import CarrierError
from actors.runtime.transport import PeerLost
from persistence.clusters import ProcessKind
from persistence.interfaces import StoreError, Unavailable
from server.cluster.crew import Crew
from server.cluster.duties import Wanted
from server.cluster.members import Member, Members
from server.cluster.ownership import Ownership
from server.cluster.plan import Move, Weight, emptying, levelling
from server.cluster.room import TooFewResources, counted

PLAN_SECONDS_MAX: Final = 2.0
"""For what a database says of its shards before any of them is moved."""


class NotNow(Exception):
    """What was asked cannot be done, or not now; the message says why, for a person."""


class Operations:
    """Long works on a cluster, of which one runs at a time. `state` says what it does, and how the last one ended."""

    def __init__(self, members: Members, ownerships: Sequence[Ownership], crew: Crew, weight: Weight) -> None:
        self._members = members
        self._ownerships = ownerships
        self._crew = crew
        self._weight = weight
        self._task: asyncio.Task[None] | None = None
        self._way_wanted: asyncio.Event | None = None
        """For the work under way, if it is one that gives way to others."""
        self._number = 0
        self.state: dict[str, Any] = {"number": 0, "what": "", "running": False, "done": "", "error": None}

    @property
    def is_running(self) -> bool:
        """Whether something is under way."""
        return self._task is not None and not self._task.done()

    @property
    def is_settled(self) -> bool:
        """Whether every shard is on a host, and every host has been heard of: before that nobody knows who has what."""
        return all(
            not ownership.unowned and all(member.pulse.is_alive for member in ownership.hosts)
            for ownership in self._ownerships
        )

    def begin(self, what: str, work: Coroutine[Any, Any, None]) -> dict[str, Any]:
        """Begin a work; return its `state`. Raises `NotNow` while another is under way that does not give way."""
        before: asyncio.Task[None] | None = None
        if self.is_running:
            if self._way_wanted is None:
                work.close()
                raise NotNow(f"{self.state['what']} is under way: wait until it is done")
            self._way_wanted.set()
            before = self._task
        self._way_wanted = None
        self._number += 1
        self.state = {"number": self._number, "what": what, "running": True, "done": "", "error": None}
        self._task = asyncio.create_task(self._run(work, self.state, before), name=what)
        return self.state

    def level(self) -> dict[str, Any]:
        """Begin what nobody has ordered: a `rebalance` that gives way to whatever is. Otherwise as `begin`."""
        wanted = asyncio.Event()
        state = self.begin("rebalance", self.rebalance(way_wanted=wanted.is_set))
        self._way_wanted = wanted
        return state

    async def _run(
        self, work: Coroutine[Any, Any, None], state: dict[str, Any], before: asyncio.Task[None] | None
    ) -> None:
        try:
            if before is not None:
                await _ended(before)
            await work
        except (NotNow, StoreError, CarrierError, PeerLost, TimeoutError) as error:
            state["error"] = str(error) or type(error).__name__
        except BaseException as error:
            state["error"] = f"a fault of this software: {error!r}"
            raise
        finally:
            work.close()
            state["running"] = False

    async def wait(self) -> None:
        """Wait until nothing is under way."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def stop(self) -> None:
        """Break off what is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def _did(self, done: str) -> None:
        if asyncio.current_task() is self._task:
            self.state["done"] = done

    # --- the works ---

    async def rebalance(self, way_wanted: Callable[[], bool] = lambda: False) -> None:
        """Move shards until the hosts of each database carry about the same; one that is down holds up no other.

        Moves nothing more, and raises `NotNow`, when it is to give way. Raises `StoreError`.
        """
        plans: list[list[Move]] = []
        troubles: list[StoreError] = []
        for plan in await asyncio.gather(*map(self._levelling, self._ownerships), return_exceptions=True):
            if isinstance(plan, StoreError):
                troubles.append(plan)
            elif isinstance(plan, BaseException):
                raise plan
            plans.append([] if isinstance(plan, StoreError) else plan)
        total = sum(map(len, plans))
        moved = 0
        self._did(f"{moved} of {total} shards moved")
        for ownership, moves in zip(self._ownerships, plans, strict=True):
            before = moved

            def on_moved(count: int, before: int = before) -> None:
                nonlocal moved
                moved = before + count
                self._did(f"{moved} of {total} shards moved")

            try:
                await ownership.move(moves, on_moved=on_moved, is_over=way_wanted)
            except StoreError as error:
                troubles.append(error)
        if way_wanted():
            raise NotNow(f"{self.state['what']} came first")
        if troubles:
            raise troubles[0]

    async def _levelling(self, ownership: Ownership) -> list[Move]:
        usable = {member.name for member in ownership.hosts if member.is_usable}
        try:
            async with asyncio.timeout(PLAN_SECONDS_MAX):
                layout = await ownership.layout()
        except TimeoutError as error:
            raise Unavailable(f"a database did not say in {PLAN_SECONDS_MAX} s whose its shards are") from error
        return levelling({name: shards for name, shards in layout.items() if name in usable}, self._weight)

    async def scale(self, wanted: Wanted) -> None:
        """Have so many of each: start who is missing, empty and end who is too many, and share the shards out anew."""
        await self._crew.fill(wanted)
        for duty, count in wanted.items():
            for member in self._crew.surplus(duty, count):
                await self.retire(member)
        await self.rebalance()

    async def restart(self, wanted: Wanted) -> None:
        """Replace every process by a new one, one after another, with players on it all the while.

        A host's shards go to a host that is new already; a gateway's port must be free before the next one takes it.
        """
        before = self._members.all
        for n, member in enumerate(before):
            self._did(f"{n} of {len(before)} processes replaced")
            await self.replace(member, wanted)
        self._did(f"{len(before)} processes replaced")

    async def replace(self, member: Member, wanted: Wanted) -> None:
        """Have a new process in the place of one. Raises `TooFewResources` when that one must stay for lack of room."""
        await self._crew.leave(member)
        if member.row.kind == ProcessKind.HOST:
            try:
                await self._crew.fill(wanted)
            except TooFewResources:
                if not any(one.is_usable for one in self._members.on(member.duty)):
                    await self._crew.stay(member)
                    raise
                # The others have its shards until it has made room for the next one.
        await self.retire(member)
        await self._crew.fill(wanted)

    async def vacate(self, members: Sequence[Member], wanted: Wanted) -> None:
        """Take all processes from a node that is closed; those that have no room elsewhere will be missing."""
        for member in members:
            await self._crew.leave(member)
        with contextlib.suppress(TooFewResources):
            await self._crew.fill(wanted, partly=True)
        for n, member in enumerate(sorted(members, key=lambda one: one.row.kind == ProcessKind.GATEWAY)):
            self._did(f"{n} of {counted(len(members), 'process', 'processes')} emptied and ended")
            await self.retire(member)
        self._did(f"{counted(len(members), 'process', 'processes')} emptied and ended")

    async def retire(self, member: Member) -> None:
        """Take everything from a process, and end it in order. Raises `NotNow` when nobody can take it."""
        if member.row.kind == ProcessKind.HOST:
            await self._empty(member)
        else:
            await self._crew.leave(member)
            try:
                await member.drain()
            except TimeoutError:
                raise NotNow(f"{member.name} still has players; those that are left were not disturbed") from None
        await self._crew.dismiss(member)

    async def _empty(self, member: Member) -> None:
        ownership = self._ownerships[member.row.part]
        takers = {one.name for one in ownership.hosts if one.is_usable} - {member.name}
        owned = await ownership.layout()
        if owned.get(member.name) and not takers:
            raise NotNow(f"no other host could take the shards of {member.name}")
        await self._crew.leave(member)
        layout = {name: shards for name, shards in owned.items() if name in {*takers, member.name}}
        if member.name in layout:
            await ownership.move(emptying(member.name, layout, self._weight))

    async def shut(self) -> None:
        """End every process in order: first those that let players in, then those that have their money."""
        for group in (self._members.gateways, self._members.hosts):
            await asyncio.gather(*(self._crew.dismiss(member) for member in group))
        self._did("every process has ended")


async def _ended(task: "asyncio.Task[None]") -> None:
    """Wait until another work has ended; whoever breaks this one off ends both."""
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        raise
