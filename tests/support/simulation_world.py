"""A simulated casino: one ledger, and processes that host actors on it, die, and are deposed."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, Final

from actors.fairness.seal import KEY_BYTES, Sealer
from persistence.interfaces import Batch, Rejected
from persistence.memory.ledger import MemoryLedger
from tests.support.simulation_commands import Intent
from tests.support.simulation_oracle import Oracle
from tests.support.simulation_plan import DAYBREAK_MS, SHARDS, plan_of, with_cards
from tests.support.simulation_process import Process
from tests.support.simulation_store import Store

RESTART_SECONDS_MAX: Final = 1.5
STRAY: Final = 0.1
"""How often a client reaches another process than it should, if there is one."""


class Broken(Exception):
    """A simulation found something that must not be; `seed` brings it about again."""

    def __init__(self, seed: int, what: str, trace: list[str]) -> None:
        super().__init__(f"seed {seed}: {what}")
        self.seed = seed
        self.what = what
        self.trace = trace


class World:
    """Everything there is, from one seed. `current` is the process that clients are sent to."""

    def __init__(self, seed: int, *, tracing: bool) -> None:
        self.seed = seed
        self.rng = Random(seed)
        self.plan = with_cards(seed, plan_of(seed, self.rng))
        self.loop = asyncio.get_running_loop()
        self.sealer = Sealer(self.rng.randbytes(KEY_BYTES))
        self.ledger = MemoryLedger(SHARDS)
        self.oracle = Oracle(self.ledger, self.sealer, self.plan, self.fail)
        self.store = Store(self.ledger, self.rng, self.plan.weather, committed=self._committed, rejected=self._rejected)
        self.current: Process | None = None
        self.calm = False
        self.posted = 0
        self.waiting: dict[int, tuple[Process, Intent]] = {}
        """Messages that a process was given and has not answered, by number."""
        self.happened: Counter[str] = Counter()
        self.trace: list[str] = []
        self.broken: asyncio.Future[None] = self.loop.create_future()
        self._tracing = tracing
        self._processes: list[Process] = []
        self._tasks: list[asyncio.Task[None]] = []

    # --- time, and what is told ---

    def now(self) -> int:
        """Milliseconds since 1970."""
        return DAYBREAK_MS + int(self.loop.time() * 1000)

    def say(self, what: str) -> None:
        """Write a step down."""
        if self._tracing:
            self.trace.append(f"{self.loop.time():9.3f} {what}")

    def fail(self, what: str) -> None:
        """Something must not be: the simulation ends."""
        self.say(f"BROKEN {what}")
        if not self.broken.done():
            self.broken.set_exception(Broken(self.seed, what, self.trace))

    def _committed(self, batch: Batch) -> None:
        self.say(f"epoch {batch.epoch} batch {batch.seq} is written: {len(batch.records)} records")
        self.oracle.committed(batch)

    def _rejected(self, batch: Batch, error: Rejected) -> None:
        self.fail(f"epoch {batch.epoch} batch {batch.seq} is rejected: {error}")

    @property
    def busy(self) -> bool:
        """Whether somebody has something left to say, or waits for the answer of a process that lives."""
        unanswered = any(process.alive for process, _ in self.waiting.values())
        return unanswered or any(task.get_name().startswith("belated") and not task.done() for task in self._tasks)

    # --- what goes on beside each other ---

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Have something happen beside all the rest; if it fails, the simulation has failed."""
        task = self.loop.create_task(work, name=name)
        self._tasks.append(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fail(f"{task.get_name()}: {error!r}")

    def abandon(self) -> None:
        """End whatever still goes on."""
        self.current = None
        self.broken.cancel()
        for process in self._processes:
            process.die()
        for task in self._tasks:
            task.cancel()

    # --- processes ---

    def launch(self) -> None:
        """Start a process; clients are sent to it from now on, whatever others there are."""
        process = Process(self, f"process {len(self._processes) + 1}")
        self.say(f"{process.name} starts")
        self._processes.append(process)
        self.current = process
        self.start(process.live(), process.name)

    def died(self, process: Process) -> None:
        """Somebody must take its place, soon."""
        if self.current is process:
            self.current = next((one for one in reversed(self._processes) if one.alive), None)
            if self.current is None:
                self.loop.call_later(self.rng.random() * RESTART_SECONDS_MAX, self._replace)

    def _replace(self) -> None:
        if self.current is None and not self.broken.done():
            self.launch()

    def some_process(self) -> Process | None:
        """Mostly the one that clients are sent to, sometimes one that has been there longer."""
        if self.rng.random() >= STRAY:
            return self.current
        alive = [one for one in self._processes if one.alive]
        return self.rng.choice(alive) if alive else None

    # --- what goes wrong by itself ---

    async def trouble(self) -> None:
        """Kill processes, start rivals and put actors to sleep, until it is to be calm."""
        every: tuple[tuple[float, Callable[[], None]], ...] = (
            (self.plan.deaths_per_second, self._kill),
            (self.plan.rivals_per_second, self.launch),
            (self.plan.sweeps_per_second, self._sweep),
        )
        total = sum(rate for rate, _ in every)
        while True:
            await asyncio.sleep(self.rng.expovariate(total))
            if self.calm:
                return
            [(_, act)] = self.rng.choices(every, weights=[rate for rate, _ in every])
            act()

    def _kill(self) -> None:
        if self.current is not None:
            self.current.die()

    def _sweep(self) -> None:
        if self.current is not None and not self.current.host.suspended:
            count = self.current.host.sweep()
            self.happened["fell asleep"] += count
            self.say(f"{count} actors fall asleep")

    def calm_down(self) -> None:
        """From now on nothing goes wrong."""
        self.say("all is calm from here on")
        self.calm = True
        self.store.weather.commit_mishaps = self.store.weather.read_mishaps = 0.0
