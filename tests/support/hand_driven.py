"""A host that a test drives by hand: each load, look-up and commit happens when the test says so."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from random import Random
from typing import Any, TypeVar

from actors.runtime.actor import Actor, Kind, ReplyTo
from actors.runtime.host import Host, HostLimits
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from persistence.interfaces import Batch, KnownCommand, Ledger
from persistence.memory.ledger import MemoryLedger
from protocol.ids import CommandId, ShardId, command_id_from
from protocol.records import JournalEntry

SHARDS = 8
NOON_MS = 1_800_000_000_000
WAIT_MAX = 1_000
T = TypeVar("T")


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError(f"{work} waits")


class HandDriven:
    """A host, its ledger, its clock, and everything that came out of it. `reads` counts what was loaded."""

    def __init__(
        self, kinds: Mapping[str, Kind], *, limits: HostLimits | None = None, ledger: MemoryLedger | None = None
    ) -> None:
        self.kinds = kinds
        self.limits = limits or HostLimits()
        self.ledger = ledger or MemoryLedger(SHARDS)
        self.now_ms = NOON_MS
        self.rng = Random(1)
        self.pushed_events: list[tuple[str, Any]] = []
        self.faults: list[tuple[Ref, Any, BaseException]] = []
        self.batches: list[Batch] = []
        self.loads: list[Ref] = []
        self.start()

    # --- life ---

    def start(self) -> None:
        """A new host on the same ledger, as after a crash."""
        self.host = Host(
            shards=SHARDS,
            clock=lambda: self.now_ms,
            entropy=self.rng.randbytes,
            limits=self.limits,
            on_fault=lambda ref, message, fault: self.faults.append((ref, message, fault)),
            outbox=self,
        )
        self.take_shards()

    def take_shards(self) -> None:
        """Begin an epoch."""
        shards = [ShardId(shard) for shard in range(SHARDS)]
        self.host.begin(self.ledger.take_shards_now("by hand", shards), shards)

    def pushed(self, topic: str, event: Any, origin: ReplyTo | None = None) -> None:
        """See `Outbox.pushed`."""
        self.pushed_events.append((topic, event))

    # --- step by step ---

    def post(self, ref: Ref, command: Any) -> list[Any]:
        """Post a message; the answer will be in the list."""
        answers: list[Any] = []
        self.host.post(ref, command, answers.append)
        return answers

    def load(self) -> int:
        """Load what is to be loaded; says how many."""
        refs = self.host.take_loads(WAIT_MAX)
        for ref in refs:
            self.loads.append(ref)
            self.host.loaded(ref, at_once(self.kinds[ref.kind].load(self.ledger, [ref])).get(ref))
        return len(refs)

    def look_up(self) -> int:
        """Look ids up that may be looked up now; says how many."""
        ids = self.host.take_lookups(WAIT_MAX)
        known = self.ledger.find_commands_now(ids)
        for one in ids:
            self.host.looked_up(one, known.get(one))
        return len(ids)

    def seal(self) -> Batch | None:
        """Take the open batch and write it; its answers do not leave yet."""
        batch = self.host.take_batch()
        if batch is not None:
            self.batches.append(batch)
            self.ledger.commit_now(batch)
        return batch

    def commit(self) -> bool:
        """Write the open batch and let its answers go; says whether there was one."""
        if self.seal() is None:
            return False
        self.host.committed()
        return True

    # --- all at once ---

    def settle(self) -> None:
        """Load, look up and commit until there is nothing left to do."""
        for _ in range(WAIT_MAX):
            if not (self.load() + self.look_up() + self.commit()):
                return
        raise AssertionError("the host never comes to rest")

    def ask(self, ref: Ref, command: Any) -> Any:
        """The one answer to a message."""
        answers = self.post(ref, command)
        self.settle()
        [answer] = answers
        return answer

    def wait(self, ms: int) -> None:
        """Let time pass, deadline by deadline."""
        until = self.now_ms + ms
        while (at := self.host.next_timer()) is not None and at <= until:
            self.now_ms = max(self.now_ms, at)
            self.host.run_timers()
            self.settle()
        self.now_ms = until

    def new_id(self, ms_ago: int = 0) -> CommandId:
        """An id made so long ago."""
        return command_id_from(self.now_ms - ms_ago, self.rng.randbytes(10))


Act = Callable[[Turn], None]


class Puppet:
    """An actor whose messages are functions of the turn: it does what it is told."""

    def __init__(self, ref: Ref, wakes: Sequence[Act]) -> None:
        self.ref = ref
        self.seen: list[str] = []
        self.told: dict[CommandId, KnownCommand | None] = {}
        self.voided = 0
        self.sleepy = True
        self._wakes = wakes

    def awake(self, turn: Turn) -> None:
        """Do what all puppets of the kind do when they wake up."""
        for act in self._wakes:
            act(turn)

    def receive(self, turn: Turn, command: Act, sender: Any) -> None:
        """Do it."""
        command(turn)

    def called(self, turn: Turn, command: Callable[[Turn], Any]) -> Any:
        """Do it, and return what comes of it."""
        return command(turn)

    def void(self, command: Any) -> None:
        """Count it."""
        self.voided += 1

    def remember(self, command: CommandId, known: KnownCommand | None) -> None:
        """Note what the store said."""
        self.told[command] = known

    def may_sleep(self, now: int) -> bool:
        """As the test says."""
        return self.sleepy


class PuppetKind:
    """Makes puppets, all but those with a key in `missing`; `made` has every one, in order."""

    def __init__(self, *wakes: Act, missing: Sequence[str | int] = ()) -> None:
        self.made: list[Puppet] = []
        self.wakes = list(wakes)
        self._missing = missing

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`."""
        made = {ref: Puppet(ref, self.wakes) for ref in refs if ref.key not in self._missing}
        self.made += made.values()
        return dict(made)


def write(turn: Turn) -> None:
    """Stage a record."""
    turn.stage(JournalEntry(str(turn.cell.ref), int.from_bytes(turn.entropy(6), "big"), b""))


def say(word: Any) -> Act:
    """Answer the sender."""
    return lambda turn: turn.answer(turn.sender, word)


def fail(turn: Turn) -> None:
    """Raise what no turn may raise."""
    raise Fault


def both(*acts: Act) -> Act:
    """One after another."""

    def act(turn: Turn) -> None:
        for one in acts:
            one(turn)

    return act


class Fault(Exception):
    """What a failing turn raises."""
