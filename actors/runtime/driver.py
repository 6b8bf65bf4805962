"""Drives a host with asyncio: one writer and one reader of its ledger, timers, and recovery when a commit fails.

What the host owns, and what becomes of it when another host has taken that over, its tenure says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

from actors.runtime.actor import Kind, Sender
from actors.runtime.host import Host, InFlight
from actors.runtime.ref import Ref
from persistence.interfaces import Batch, Fenced, KnownCommand, Ledger, Rejected, StoreError, Unavailable, Unknown
from protocol.errors import Code, Refusal
from protocol.ids import Epoch, ShardId
from protocol.records import Bet, CommandRecord

LOADS_MAX: Final = 512
LOOKUPS_MAX: Final = 512
RETRY_SECONDS_MIN: Final = 0.05
RETRY_SECONDS_MAX: Final = 1.0
ANSWER_SECONDS_MAX: Final = 5.0
"""How long answers wait for the commit of their batch: then whoever waits is told that the outcome is not known yet."""
ANSWER_AGAIN_SECONDS: Final = 1.0
"""How soon those are told who came meanwhile, as long as it lasts."""
ANSWER_SECONDS_MIN: Final = 0.01
"""A wait of less than this is over: sums of times are not exact, and a timer for nothing would come again for ever."""
SWEEP_SECONDS: Final = 5.0
UNFINISHED_SECONDS: Final = 60.0
"""How often it is asked who must be in memory although nobody asks for them: a failed turn has them forgotten."""
FLUSH_SECONDS_MAX: Final = 2.0
"""How long the end waits for the last commit: a store that takes longer is taken for gone."""

T = TypeVar("T")


class Tenure(Protocol):
    """What a host owns, and under which epoch."""

    async def renew(self) -> tuple[Epoch, Collection[ShardId]]:
        """Begin a new epoch over what is owned, at the start and after a batch failed: the one before has ended.

        Raises `Unavailable` and `Unknown`, and is then asked again.
        """

    async def replaced(self) -> tuple[Epoch, Collection[ShardId]] | None:
        """Another host has ended the epoch: begin one with what is left, or stop for good. Raises as `renew`."""


class Driver:
    """Runs a host: commits its batches one after another, loads its actors in groups, wakes it, and recovers it."""

    def __init__(
        self,
        host: Host,
        ledger: Ledger,
        kinds: Mapping[str, Kind],
        tenure: Tenure,
        *,
        standing: Sequence[Ref],
        unfinished: Callable[[Ledger], Awaitable[Sequence[Ref]]] | None = None,
        on_event: Callable[[str, Mapping[str, Any]], None],
        on_commit: Callable[[Batch, float], None] | None = None,
        on_taken: Callable[[KnownCommand], None] | None = None,
        on_begin: Callable[[], None] | None = None,
    ) -> None:
        """`standing` are always in memory, as far as they are this host's; `unfinished` asks the ledger who else must
        be, soon after an epoch begins and every minute. `on_taken` is told of ids in a rejected batch that the ledger
        has already, so that they can be refused; `on_begin` that an epoch begins.
        """
        self.host = host
        self._ledger = ledger
        self._kinds = kinds
        self._tenure = tenure
        self._standing = tuple(standing)
        self._unfinished = unfinished
        self._unfinished_at = 0.0
        self._on_event = on_event
        self._on_commit = on_commit
        self._on_taken = on_taken
        self._on_begin = on_begin
        self._loop = asyncio.get_running_loop()
        self._written = asyncio.Event()
        self._readable = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._pumping = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0
        self._sent_at = 0.0
        self._patience: asyncio.TimerHandle | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._proved_at = self._loop.time()
        self.changing = asyncio.Lock()
        """Held while the epoch, or what it owns, changes."""
        self.ready = asyncio.Event()
        """Whether the store took what was last asked of it; checked every few seconds when nothing is."""
        self.fenced = asyncio.Event()
        """Another owner has the shards: this host has stopped for good, and its process should end."""
        self.broken = asyncio.Event()
        """A fault of ours has ended the writer or the reader: this host answers nobody, and its process should end."""

    # --- life ---

    async def start(self) -> None:
        """Own what is to be owned, wake the standing actors, and begin to work."""
        async with self.changing:
            epoch, shards = await self._tenure.renew()
            self._begin(epoch, shards)
        self._on_event("shards taken", {"epoch": epoch, "shards": len(shards)})
        for work, name in ((self._write(), "writer"), (self._read(), "reader"), (self._sweep(), "sweeper")):
            task = asyncio.create_task(work, name=name)
            task.add_done_callback(self.task_ended)
            self._tasks.append(task)
        self.after()

    async def stop(self) -> bool:
        """Take nothing new, commit what is open, and end; say whether the store took it. All answers are durable."""
        self._stopping = True
        self.host.suspend(Refusal(Code.RESTARTING))
        self._idle.clear()
        self.after()
        flushed = True
        try:
            await asyncio.wait_for(self._idle.wait(), FLUSH_SECONDS_MAX)
        except TimeoutError:
            flushed = False
        self._end_timers()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.host.reset(Refusal(Code.RESTARTING))
        return flushed

    def end(self) -> None:
        """Stop at once: nothing more is written or read."""
        self._end_timers()
        for task in self._tasks:
            task.cancel()

    def _end_timers(self) -> None:
        for timer in (self._timer, self._patience):
            if timer is not None:
                timer.cancel()

    @property
    def proof_age(self) -> float:
        """For how long (seconds) nothing has proved that the epoch stands: a commit, or the ledger's word."""
        return self._loop.time() - self._proved_at

    def task_ended(self, task: "asyncio.Task[None]") -> None:
        """A task that the host cannot do without has ended: none of them does so by itself unless it fails."""
        if task.cancelled():
            return
        self._on_event("runtime broken", {"task": task.get_name(), "exc_info": task.exception()})
        self.ready.clear()
        self.host.reset(Refusal(Code.RESTARTING))
        self.broken.set()

    def _begin(self, epoch: Epoch, shards: Collection[ShardId]) -> None:
        self._proved_at = self._loop.time()
        self.host.begin(epoch, shards)
        self._unfinished_at = 0.0
        self.wake_standing()
        self.ready.set()
        if self._stopping:
            self.host.suspend(Refusal(Code.RESTARTING))
        if self._on_begin is not None:
            self._on_begin()

    def wake_standing(self) -> None:
        """See that those are in memory, or will be, that always are."""
        for ref in self._standing:
            self.host.wake(ref)

    # --- messages ---

    def post(self, ref: Ref, command: Any, reply_to: Sender) -> None:
        """See `Host.post`. Never blocks; what it causes is committed with what other messages of this moment cause."""
        self.host.post(ref, command, reply_to)
        self.after()

    def after(self) -> None:
        """See to what the host wants now; to be called after whatever was done with it."""
        if not self._pumping:
            self._pumping = True
            self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        self._pumping = False
        host = self.host
        if host.in_flight is None and host.has_work:
            self._idle.clear()
            self._written.set()
        elif host.in_flight is None:
            self._idle.set()
        if host.wants_reading:
            self._readable.set()
        at = host.next_timer()
        if at is not None and (self._timer is None or at < self._timer_at):
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = at
            self._timer = self._loop.call_later(max(0.0, (at - host.now()) / 1000), self._run_timers)

    def _run_timers(self) -> None:
        self._timer = None
        self.host.run_timers()
        self.after()

    # --- writing ---

    async def _write(self) -> None:
        while True:
            await self._written.wait()
            self._written.clear()
            while (batch := self.host.take_batch()) is not None:
                epoch = self.host.epoch
                began = self._sent_at = self._loop.time()
                if self._patience is None:
                    self._patience = self._loop.call_later(ANSWER_SECONDS_MAX, self._lose_patience)
                try:
                    await self._ledger.commit(batch)
                except StoreError as error:
                    await self._recover(batch, error)
                    break
                except Exception as fault:  # noqa: BLE001 - a fault of ours: what came of the batch is not known
                    self._on_event("commit failed", {"exc_info": fault})
                    await self._recover(batch, Unknown(repr(fault)))
                    break
                if self.host.epoch != epoch or self.host.in_flight is None:
                    break  # it was learnt meanwhile that the epoch has ended: whoever waited was told to try again
                self._proved_at = began
                self.host.committed()
                if self._on_commit is not None:
                    self._on_commit(batch, self._loop.time() - began)
            self.after()

    def _lose_patience(self) -> None:
        """One timer for all batches: it comes again as long as there are any, and finds one that waits too long."""
        self._patience = None
        if self.host.in_flight is None:
            return
        pause = ANSWER_SECONDS_MAX - (self._loop.time() - self._sent_at)
        if pause < ANSWER_SECONDS_MIN:
            pause = ANSWER_AGAIN_SECONDS
            if count := self.host.give_up_answers(Refusal(Code.TRY_AGAIN)):
                self._on_event("answers given up", {"epoch": self.host.epoch, "answers": count})
        self._patience = self._loop.call_later(pause, self._lose_patience)

    async def _recover(self, batch: Batch, error: StoreError) -> None:
        """Throw memory away and begin anew. What became of the batch is asked once its epoch has ended."""
        unknown = isinstance(error, Unknown)
        bug = isinstance(error, Rejected)
        self._on_event(
            "batch failed",
            {
                "epoch": batch.epoch,
                "seq": batch.seq,
                "records": len(batch.records),
                "kind": type(error).__name__,
                "error": str(error),
            },
        )
        if isinstance(error, Fenced):
            self.host.counters.batches_fenced += 1
        if self.host.epoch != batch.epoch:
            return  # its end was noticed while it was on its way, and the host has begun anew
        self.ready.clear()
        if isinstance(error, Fenced):
            await self._replaced(batch.epoch)
            return
        answer = Refusal(Code.INTERNAL if bug else Code.TRY_AGAIN)
        self.host.suspend(Refusal(Code.TRY_AGAIN))
        flying = self.host.in_flight
        if not unknown:
            self.host.reset(answer)
        async with self.changing:
            if self.host.epoch != batch.epoch:
                return
            await self._renew(batch, flying, answer, unknown=unknown, bug=bug)
        self._on_event("recovered", {"epoch": self.host.epoch})
        self.after()

    async def _renew(self, batch: Batch, flying: InFlight | None, answer: Refusal, *, unknown: bool, bug: bool) -> None:
        epoch, shards = await self.until_available(self._tenure.renew)
        if unknown:
            landed = await self.until_available(lambda: self._ledger.was_committed(batch.epoch, batch.seq))
            self._on_event("unknown batch looked up", {"epoch": batch.epoch, "seq": batch.seq, "landed": landed})
            if landed and flying is not None:
                self.host.committed()
            self.host.reset(answer)
        if bug and self._on_taken is not None:
            for known in await self.until_available(lambda: self._find_taken(batch)):
                self._on_taken(known)
        self._begin(epoch, shards)

    async def start_over(self) -> None:
        """Throw memory away and begin anew: it is not known what the ledger has made of the epoch."""
        self.ready.clear()
        self.host.reset(Refusal(Code.TRY_AGAIN))
        self._begin(*await self.until_available(self._tenure.renew))
        self.after()

    async def _find_taken(self, batch: Batch) -> list[KnownCommand]:
        """What the ledger has of the ids that a batch would have brought."""
        ids = [record.id for record in batch.records if isinstance(record, Bet | CommandRecord)]
        found: list[KnownCommand] = []
        for start in range(0, len(ids), LOOKUPS_MAX):
            found += (await self._ledger.find_commands(ids[start : start + LOOKUPS_MAX])).values()
        return found

    async def _replaced(self, epoch: Epoch) -> None:
        """Another host has ended this epoch: nothing of this memory is true any more."""
        self.ready.clear()
        self.host.reset(Refusal(Code.RESTARTING))
        async with self.changing:
            if self.host.epoch != epoch:
                return
            left = await self.until_available(self._tenure.replaced)
            if left is None:
                self.fenced.set()
                return
            self._begin(*left)
        self._on_event("recovered", {"epoch": self.host.epoch})
        self.after()

    async def until_available(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until the store can be reached; other errors of it are the caller's."""
        pause = RETRY_SECONDS_MIN
        while True:
            try:
                return await attempt()
            except (Unavailable, Unknown) as error:
                self._on_event("store not available", {"error": str(error), "again_in_seconds": pause})
                await asyncio.sleep(pause)
                pause = min(pause * 2, RETRY_SECONDS_MAX)

    # --- reading ---

    async def _read(self) -> None:
        while True:
            await self._readable.wait()
            self._readable.clear()
            while refs := self.host.take_loads(LOADS_MAX):
                await self._load(refs)
                self.after()
            while commands := self.host.take_lookups(LOOKUPS_MAX):
                life = self.host.life
                try:
                    known = await self._ledger.find_commands(commands)
                except StoreError as error:
                    self._on_event("look-up failed", {"ids": len(commands), "error": str(error)})
                    for command in commands:
                        self.host.lookup_failed(command, Refusal(Code.TRY_AGAIN))
                    continue
                async with self.changing:
                    if life == self.host.life:
                        for command in commands:
                            self.host.looked_up(command, known.get(command))
                self.after()

    async def _load(self, refs: list[Ref]) -> None:
        for kind in dict.fromkeys(ref.kind for ref in refs):
            await self._load_group(kind, [ref for ref in refs if ref.kind == kind])

    async def _load_group(self, kind: str, group: list[Ref]) -> None:
        life = self.host.life
        try:
            actors = await self._kinds[kind].load(self._ledger, group) if kind in self._kinds else {}
        except StoreError as error:
            self._on_event("load failed", {"kind": kind, "actors": len(group), "error": str(error)})
            for ref in group:
                self.host.load_failed(ref, Refusal(Code.TRY_AGAIN))
            return
        except Exception as fault:  # noqa: BLE001
            # What is stored of one of them is not understood, or does not open: the others must not suffer from it.
            if len(group) > 1:
                for ref in group:
                    await self._load_group(kind, [ref])
                return
            self._on_event("actor cannot be loaded", {"actor": str(group[0]), "exc_info": fault})
            self.host.load_failed(group[0], Refusal(Code.INTERNAL))
            return
        async with self.changing:
            if life == self.host.life:
                for ref in group:
                    self.host.loaded(ref, actors.get(ref))

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await self.check_ownership()
            self.host.sweep()
            self.wake_standing()
            if self._loop.time() >= self._unfinished_at:
                await self.wake_unfinished()
            self.after()

    async def wake_unfinished(self) -> None:
        """Have those loaded who must go on. A ledger that cannot say who is asked again with the next sweep."""
        self._unfinished_at = 0.0
        if self._unfinished is None or self.host.suspended:
            return
        try:
            refs = await self._unfinished(self._ledger)
        except StoreError as error:
            self._unfinished_at = 0.0
            self._on_event("load failed", {"kind": "unfinished", "actors": 0, "error": str(error)})
            return
        self._unfinished_at = self._loop.time() + UNFINISHED_SECONDS
        for ref in refs:
            self.host.wake(ref)
        self.after()

    async def check_ownership(self) -> None:
        """A host that has nothing to write would not learn from its commits that it was fenced, and go on answering."""
        epoch, asked_at = self.host.epoch, self._loop.time()
        if self.host.suspended:
            return
        try:
            ended = not await self._ledger.is_current(epoch)
        except StoreError as error:
            if self.ready.is_set() and not self.host.suspended:
                self._on_event("store not available", {"error": str(error), "again_in_seconds": SWEEP_SECONDS})
                self.ready.clear()
            return
        # A host that changes, or is suspended, by now is about to begin an epoch of its own, and has ended this one.
        if self.changing.locked() or epoch != self.host.epoch or self.host.suspended:
            return
        if not ended:
            self._proved_at = asked_at
        if ended:
            self._on_event("fenced", {"epoch": epoch})
            await self._replaced(epoch)
        else:
            self.ready.set()
