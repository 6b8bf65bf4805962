"""What is done to a cluster as a whole, one thing at a time: scale, drain, rebalance, restart, stop."""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from typing import Any

from actors.runtime.carrier import CarrierError
from actors.runtime.transport import PeerLost
from persistence.clusters import ProcessKind
from persistence.interfaces import StoreError
from server.cluster.crew import Crew
from server.cluster.duties import Wanted
from server.cluster.members import Member, Members
from server.cluster.ownership import Ownership
from server.cluster.plan import Move, Weight, emptying, levelling
from server.cluster.room import TooFewResources, counted


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
        self._number = 0
        self.state: dict[str, Any] = {"number": 0, "what": "", "running": False, "done": "", "error": None}

    @property
    def is_running(self) -> bool:
        """Whether something is under way."""
        return self._task is not None and not self._task.done()

    def begin(self, what: str, work: Coroutine[Any, Any, None]) -> dict[str, Any]:
        """Begin a work; return its `state`. Raises `NotNow` while another is under way."""
        if self.is_running:
            work.close()
            raise NotNow(f"{self.state['what']} is under way: wait until it is done")
        self._number += 1
        self.state = {"number": self._number, "what": what, "running": True, "done": "", "error": None}
        self._task = asyncio.create_task(self._run(work), name=what)
        return self.state

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (NotNow, StoreError, CarrierError, PeerLost, TimeoutError) as error:
            self.state["error"] = str(error) or type(error).__name__
        except BaseException as error:
            self.state["error"] = f"a fault of this software: {error!r}"
            raise
        finally:
            self.state["running"] = False

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
        self.state["done"] = done

    # --- the works ---

    async def rebalance(self) -> None:
        """Move shards until the hosts of each database carry about the same; one that is down holds up no other."""
        plans: list[tuple[Ownership, list[Move]]] = []
        trouble: StoreError | None = None
        for ownership in self._ownerships:
            usable = {member.name for member in ownership.hosts if member.is_usable}
            try:
                layout = {name: shards for name, shards in (await ownership.layout()).items() if name in usable}
            except StoreError as error:
                trouble = error
            else:
                plans.append((ownership, levelling(layout, self._weight)))
        total = sum(len(moves) for _, moves in plans)
        moved = 0
        for ownership, moves in plans:
            before = moved
            self._did(f"{moved} of {total} shards moved")
            moved += await ownership.move(
                moves,
                on_moved=lambda n, before=before: self._did(f"{before + n} of {total} shards moved"),  # type: ignore[misc]
            )
        self._did(f"{moved} of {total} shards moved")
        if trouble is not None:
            raise trouble

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
