"""A host as a process of a cluster: it answers calls, owns the shards that it is told to, and talks to other hosts."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Final

from actors.runtime.actor import Kind
from actors.runtime.control import pack, unpack, unpack_routes
from actors.runtime.courier import Courier
from actors.runtime.driver import Driver
from actors.runtime.host import Host, HostLimits
from actors.runtime.loads import Loads
from actors.runtime.ref import Ref
from actors.runtime.routes import Routes
from actors.runtime.switchboard import Switchboard
from actors.runtime.tenure import Acquired
from actors.runtime.transport import Peer, Within
from actors.runtime.wire import Codec
from persistence.interfaces import Batch, Fenced, KnownCommand, Ledger, Rejected, StillOwned, StoreError, Unavailable
from protocol.ids import ShardId

PROOF_SECONDS: Final = 0.5
"""How often a host that commits nothing asks whether its epoch still stands."""


class HostNode:
    """A `Service`. `name` is this process's, which no other ever has: its epochs bear it, and routes lead to it.

    `standing` actors are always in memory on whichever host has them; `unfinished` asks the ledger for actors that
    must wake up although nobody asks for them. `connect` makes a peer of a host's name; `find_routes` asks somebody
    who knows where shards are.
    """

    def __init__(
        self,
        name: str,
        ledger: Ledger,
        kinds: Mapping[str, Kind],
        *,
        shards: int,
        clock: Callable[[], int],
        entropy: Callable[[int], bytes],
        limits: HostLimits,
        standing: Sequence[Ref],
        unfinished: Callable[[Ledger], Awaitable[Sequence[Ref]]],
        connect: Callable[[str], Peer],
        find_routes: Callable[[], Awaitable[Routes]],
        on_event: Callable[[str, Mapping[str, Any]], None],
        on_fault: Callable[[Ref, Any, BaseException], None],
        on_commit: Callable[[Batch, float], None] | None = None,
        on_taken: Callable[[KnownCommand], None] | None = None,
        codec: Codec | None = None,
    ) -> None:
        self.name = name
        self.draining = False
        self.stopped = asyncio.Event()
        """The host has given everything back, and its process may end."""
        codec = codec if codec is not None else Codec()
        self._ledger = ledger
        self._on_event = on_event
        self._on_commit = on_commit
        self._loop = asyncio.get_running_loop()
        self._progress = asyncio.Event()
        self._moving = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.courier = Courier(
            name,
            shards,
            connect=lambda host: Within(self) if host == name else connect(host),
            find_routes=find_routes,
            on_event=on_event,
            codec=codec,
        )
        self.host = Host(
            shards=shards,
            clock=clock,
            entropy=entropy,
            limits=limits,
            on_fault=on_fault,
            courier=self.courier.send,
        )
        self._loads = Loads(self.host.turns, self._loop.time())
        self._tenure = Acquired(ledger, name)
        self.driver = Driver(
            self.host,
            ledger,
            kinds,
            self._tenure,
            standing=standing,
            unfinished=unfinished,
            on_event=on_event,
            on_commit=self._committed,
            on_taken=on_taken,
            on_begin=self._begun,
        )
        self.switchboard = Switchboard(name, self.driver, self.courier, codec, on_event)
        self.host.outbox = self.switchboard
        self._methods: dict[str, Callable[[bytes], Awaitable[bytes]]] = {
            "link": self.switchboard.call,
            "acquire": self._acquire,
            "release": self._release,
            "drain": self._drain,
            "stop": self._stop,
            "routes": self._routes,
            "health": self._health,
            "status": self._status,
        }

    async def start(self) -> None:
        """Begin an epoch that owns nothing yet. Raises `StoreError`."""
        await self.driver.start()
        self._begin_task(self._prove(), "proof").add_done_callback(self.driver.task_ended)

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Service.call` and `actors.runtime.control`. Raises `LookupError` for a method that there is none of."""
        return await self._methods[method](payload)

    def end(self) -> None:
        """Stop at once, without a word to anybody: what is not committed never happened."""
        self.switchboard.close()
        self.courier.close()
        self.driver.end()
        for task in self._tasks:
            task.cancel()

    # --- what it owns ---

    async def _acquire(self, payload: bytes) -> bytes:
        shards = [ShardId(shard) for shard in unpack(payload)["shards"]]
        refused: Mapping[ShardId, int] = {}
        async with self._moving:
            if self.draining:
                refused = dict.fromkeys(shards, self.host.epoch)
            elif wanted := [shard for shard in shards if shard not in self.host.owned]:
                try:
                    await self._own(wanted)
                except Fenced:
                    # It was taken for dead, and hears of it now.
                    await self.driver.check_ownership()
                    raise
                except StillOwned as error:
                    refused = error.shards
        return pack({"owned": sorted(self.host.owned), "refused": refused})

    async def _own(self, shards: Sequence[ShardId]) -> None:
        """Go on under a new epoch that has these shards too; messages wait for a moment. Raises `StoreError`."""
        host = self.host
        while True:
            host.pause()
            await self._until(lambda: host.is_drained)
            async with self.driver.changing:
                if host.suspended:
                    host.resume()
                    raise Unavailable("the host is about to begin anew")
                if not host.is_drained:
                    continue
                try:
                    epoch = await self._ledger.acquire_shards(host.epoch, shards)
                except (StillOwned, Fenced, Rejected):
                    host.resume()
                    raise
                except StoreError:
                    await self.driver.start_over()
                    raise
                self._tenure.owned.update(shards)
                host.succeed(epoch, shards)
                break
        self._on_event("shards acquired", {"epoch": host.epoch, "shards": len(shards)})
        self.driver.wake_standing()
        self.driver.after()
        self._begin_task(self.driver.wake_unfinished(), "unfinished").add_done_callback(self._woken)

    async def _until(self, done: Callable[[], bool]) -> None:
        """Wait for batches, until this is so or another epoch has begun."""
        life = self.host.life
        self.driver.after()
        while self.host.life == life and not done():
            self._progress.clear()
            await self._progress.wait()

    def _woken(self, task: "asyncio.Task[None]") -> None:
        """Whoever was not woken would owe what he owes for ever: a host that cannot do that is to be replaced."""
        if not task.cancelled() and task.exception() is not None:
            self.driver.task_ended(task)

    async def _release(self, payload: bytes) -> bytes:
        async with self._moving:
            await self._give_back({ShardId(shard) for shard in unpack(payload)["shards"]})
        return pack({"owned": sorted(self.host.owned)})

    async def _drain(self, payload: bytes) -> bytes:
        self.draining = True
        async with self._moving:
            await self._give_back(set(self._tenure.owned))
        return pack({"owned": sorted(self.host.owned)})

    async def _give_back(self, shards: set[ShardId]) -> None:
        """Take nothing more for these shards, write what is open, and let others have them."""
        self._tenure.owned -= shards
        while leaving := shards & self.host.owned:
            epoch = self.host.epoch
            barrier = self.host.remove_shards(leaving)
            self.switchboard.left(leaving)
            await self._until(lambda barrier=barrier: self.host.committed_batch >= barrier)  # type: ignore[misc]
            await self._let_go(epoch, leaving)
            self._on_event("shards released", {"epoch": epoch, "shards": len(leaving)})

    async def _let_go(self, epoch: int, shards: Collection[ShardId]) -> None:
        async with self.driver.changing:
            if self.host.epoch != epoch:
                return  # that epoch has ended, and its shards are free, or the new one has them
            try:
                # Nobody else does it: to everyone else the shards look owned, and nobody answers for them.
                await self.driver.until_available(lambda: self._ledger.release_shards(self.host.epoch, sorted(shards)))
            except Fenced:
                return  # the same: its end is noticed by whoever writes or asks next

    # --- life ---

    async def _stop(self, payload: bytes) -> bytes:
        await self._drain(b"")
        await self.driver.stop()
        await self._ledger.end_epoch(self.host.epoch)
        self.end()
        self.stopped.set()
        return b""

    async def _routes(self, payload: bytes) -> bytes:
        self.courier.exchange.learn(unpack_routes(payload))
        return b""

    async def _prove(self) -> None:
        while True:
            await asyncio.sleep(PROOF_SECONDS)
            if self.driver.proof_age > PROOF_SECONDS:
                await self.driver.check_ownership()
            self.switchboard.sweep()
            self._loads.advance(self.host.owned, self._loop.time())

    def _committed(self, batch: Batch, seconds: float) -> None:
        self._progress.set()
        if self._on_commit is not None:
            self._on_commit(batch, seconds)

    def _begun(self) -> None:
        self._progress.set()
        self._loop.call_soon(self.switchboard.flush)

    def _begin_task(self, work: Any, name: str) -> "asyncio.Task[None]":
        task = self._loop.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- what it says of itself ---

    @property
    def is_ready(self) -> bool:
        """Whether it takes messages; never again once a fault has broken it, whatever else of it goes on."""
        return not self.driver.broken.is_set() and not self.host.suspended

    async def _health(self, payload: bytes) -> bytes:
        """None from a host that a fault keeps from its work: it is as good as dead, and to be replaced."""
        if self.driver.broken.is_set():
            raise RuntimeError(f"{self.name} is broken; its log says why")
        return pack(self._said())

    def _said(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "epoch": self.host.epoch,
            "owned": sorted(self.host.owned),
            "ready": self.driver.ready.is_set(),
            "draining": self.draining,
            "unproved": self.driver.proof_age,
        }

    async def _status(self, payload: bytes) -> bytes:
        counters = self.host.counters
        return pack(
            {
                **self._said(),
                "loads": self._loads.told(),
                "actors": len(self.host.cells),
                "links": len(self.switchboard),
                "waiting": self.courier.waiting,
                "dropped": self.courier.dropped,
                **{name: getattr(counters, name) for name in counters.__slots__},
            }
        )
