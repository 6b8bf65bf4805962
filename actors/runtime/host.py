"""A host without I/O: it runs turns, stages their records, and lets their effects go when the batch is committed.

    post ──► turns ──► open batch ──take_batch──► in flight ──committed──► answers and events leave
                            ▲                          │
                            └── the next gathers ──────┘ failed ──► reset: memory is thrown away, callers repeat by id

Whoever drives it (`actors.runtime.local`, a simulation) moves batches to the ledger, loads actors, looks ids up, and
tells the time.
"""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from actors.runtime.actor import Actor, Asleep, LookUp, ReplyTo, Sender, is_outside
from actors.runtime.lookups import LookUps, Question
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from actors.runtime.timers import Timers
from actors.runtime.turn import Cell, Effect, OpenBatch, Outbox, Turn
from persistence.interfaces import Batch, KnownCommand
from protocol.commands import Wake
from protocol.errors import Code, Refusal
from protocol.ids import CommandId, Epoch, ShardId

_ACTIVATION_BITS: Final = 24
_INTERNAL_MAILBOX_FACTOR: Final = 8
_OUTSIDE: Final = Ref("outside", 0)
"""Who is at fault when an answer or an event cannot be handed over."""


@dataclass(frozen=True, slots=True)
class HostLimits:
    """What a host lets wait: messages for an actor that is loading, records of a batch, messages behind a full one."""

    mailbox_max: int = 1024
    batch_records_max: int = 20_000
    backlog_max: int = 20_000
    lookups_max: int = 4096
    actors_max: int = 1_000_000
    idle_ms: int = 60_000
    faults_apart_ms: int = 1_000
    """An actor whose turns raise twice within this time rests until the next sweep: loading it again would not help."""


@dataclass(frozen=True, slots=True)
class InFlight:
    """A sealed batch and what leaves when it is committed."""

    batch: Batch
    effects: list[Effect]


@dataclass(frozen=True, slots=True)
class NotMine:
    """The answer to a message for an actor that is on another host: it was not handled, and may be sent there."""

    shard: ShardId


class _Again(NamedTuple):
    """A message that waits in the mailbox of the neighbour it needs."""

    ref: Ref
    command: Any


@dataclass(slots=True)
class Counters:
    """What a host did, for the metrics."""

    messages: int = 0
    turns_failed: int = 0
    batches: int = 0
    records: int = 0
    refused_overloaded: int = 0
    lookups: int = 0
    resets: int = 0
    batches_fenced: int = 0
    """Refused by the ledger, because the epoch had ended: another host has what it owned."""


class _Nowhere:
    """Where events go before there is a gateway."""

    def pushed(self, topic: str, event: Any, origin: ReplyTo | None = None) -> None:
        """Nobody watches."""


def _alone(ref: Ref, message: Any, sender: Ref) -> None:
    raise LookupError(f"{sender} says {type(message).__name__} to {ref}, which no other host has")


class Host:
    """Actors by reference, one open batch, at most one in flight."""

    def __init__(
        self,
        *,
        shards: int,
        clock: Callable[[], int],
        entropy: Callable[[int], bytes],
        limits: HostLimits,
        on_fault: Callable[[Ref, Any, BaseException], None],
        outbox: Outbox | None = None,
        courier: Callable[[Ref, Any, Ref], None] | None = None,
    ) -> None:
        """`courier` takes messages to actors on other hosts (to, message, from): committed, and in their order."""
        self.shards = shards
        self.limits = limits
        self.counters = Counters()
        self.turns = [0] * shards
        """How many each shard had."""
        self.epoch = Epoch(0)
        self.life = 0
        """How often it began with nothing in memory."""
        self.cells: dict[Ref, Cell] = {}
        self.in_flight: InFlight | None = None
        self.outbox: Outbox = outbox if outbox is not None else _Nowhere()
        self.courier = courier if courier is not None else _alone
        self._clock = clock
        self._on_fault = on_fault
        self._owned: set[ShardId] = set()
        self._turn = Turn(entropy, self.cells, self._owned, shards)
        self._house_shard = ShardId(0)
        self._open = OpenBatch()
        self._sealed = 0
        self._committed = 0
        self._activations = 0
        self._suspended: Refusal | None = Refusal(Code.RESTARTING)
        self._records_max = limits.batch_records_max
        """Of the open batch; nothing is handled while it is 0."""
        self._seq_base = 0
        """The number of the batch before the first one of the epoch, in the count of the host."""
        self._backlog: deque[tuple[Ref, Any, Sender]] = deque()
        self._wanted: deque[Cell] = deque()
        self._loading: dict[Ref, Cell] = {}
        self._resting: list[Cell] = []
        self._missed: dict[Ref, None] = {}
        """Whose time came when there was no room, or one of whom it needed could not be loaded: it comes again."""
        self._lookups = LookUps()
        self._timers = Timers()

    # --- life ---

    def begin(self, epoch: Epoch, owned: Collection[ShardId]) -> None:
        """Start to work as the owner of these shards, with nothing in memory."""
        self._forget(Refusal(Code.TRY_AGAIN))
        self.epoch = self._turn.epoch = epoch
        self._owned.clear()
        self.add_shards(owned)
        self._turn.transfers = 0
        self._sealed = self._committed = self._seq_base = self._activations = 0
        self.life += 1
        self._suspended = None
        self._records_max = self.limits.batch_records_max

    @property
    def owned(self) -> frozenset[ShardId]:
        """The shards whose messages this host takes."""
        return frozenset(self._owned)

    @property
    def committed_batch(self) -> int:
        """The number of the last batch that is durable, in the count of the host."""
        return self._committed

    def owns(self, ref: Ref) -> bool:
        """Whether messages to this actor are for this host."""
        return ref in self.cells or shard_of(ref, self.shards) in self._owned

    def pause(self) -> None:
        """Let whatever comes wait until `resume` or `succeed`. What is open can be committed."""
        self._records_max = 0

    def resume(self) -> None:
        """Handle what has waited, and go on."""
        self._records_max = self.limits.batch_records_max
        self._handle_backlog()
        self._let_reads_go()

    @property
    def is_drained(self) -> bool:
        """Whether nothing is open or in flight."""
        return self.in_flight is None and not self._open.records and not self._open.sends

    def succeed(self, epoch: Epoch, shards: Collection[ShardId]) -> None:
        """Go on under an epoch that follows the present one and owns these shards too. Only when drained."""
        if not self.is_drained:
            raise RuntimeError(f"epoch {self.epoch} has something unwritten")
        self.epoch = self._turn.epoch = epoch
        self._turn.transfers = 0
        self._seq_base = self._sealed
        self.add_shards(shards)
        self.resume()

    def add_shards(self, shards: Collection[ShardId]) -> None:
        """Take messages for these shards too, which the epoch owns by now."""
        self._owned.update(shards)
        self._choose_home()

    def remove_shards(self, shards: Collection[ShardId]) -> int:
        """Take no messages for these shards any more, and forget their actors; what waited for them goes elsewhere.

        Returns the number of the batch with whose commit everything of them is written: then they may be given away.
        """
        leaving = self._owned.intersection(shards)
        self._owned -= leaving
        opened = self._open
        if self._house_shard in leaving and opened.records:
            opened.shards.add(self._house_shard)
        self._choose_home()
        gone = [cell for cell in self.cells.values() if cell.shard in leaving]
        for cell in gone:
            del self.cells[cell.ref]
        for cell in gone:
            for command, sender in cell.mailbox:
                if type(command) is _Again:
                    self._dispatch(command.ref, command.command, sender)
                else:
                    self._dispatch(cell.ref, command, sender)
        self._let_reads_go()
        return self._sealed + 1 if opened.records or opened.sends else self._sealed

    def _choose_home(self) -> None:
        """Book on the house accounts of a shard that is owned: the same one as long as it is, or all have left."""
        if self._owned and self._house_shard not in self._owned:
            self._house_shard = self._turn.house_shard = min(self._owned)

    def suspend(self, answer: Refusal) -> None:
        """Take nothing new: whoever posts is answered so, at once. What is open can still be committed."""
        self._suspended = answer

    @property
    def suspended(self) -> bool:
        """Whether new messages are refused."""
        return self._suspended is not None

    def reset(self, answer: Refusal) -> None:
        """Throw away what is not known to be committed; whoever waits is answered so, and may repeat by id."""
        self.counters.resets += 1
        self._suspended = answer
        self._forget(answer)

    def _forget(self, answer: Refusal) -> None:
        flying, self.in_flight = self.in_flight, None
        waiting: list[Sender] = [
            effect[0] for effect in (*(flying.effects if flying else ()), *self._open.effects) if len(effect) == 2
        ]
        waiting += [sender for cell in self.cells.values() for _, sender in cell.mailbox]
        waiting += [entry[2] for entry in self._backlog]
        waiting += [question.sender for question in self._lookups]
        self._open = self._turn.batch = OpenBatch()
        self.cells.clear()
        self._backlog.clear()
        self._wanted.clear()
        self._loading.clear()
        self._resting.clear()
        self._missed.clear()
        self._lookups.clear()
        self._timers.clear()
        for sender in waiting:
            self._refuse(sender, answer)

    def give_up_answers(self, answer: Refusal) -> int:
        """Answer whoever waits outside so, now, and say how many: what they asked for may be done all the same.

        Whoever repeats by id hears what came of it. An event that an answer would have told goes to its asker too.
        """
        waiting = self._lookups.give_up()
        for effects in (self.in_flight.effects if self.in_flight is not None else [], self._open.effects):
            waiting += [effect[0] for effect in effects if len(effect) == 2]
            effects[:] = [(*effect[:2], None) if len(effect) == 3 else effect for effect in effects if len(effect) != 2]
        for cell in (*self._wanted, *self._loading.values(), *self._resting):
            if self.cells.get(cell.ref) is not cell:
                continue
            waiting += [sender for _, sender in cell.mailbox if is_outside(sender)]
            cell.mailbox = deque(mail for mail in cell.mailbox if not is_outside(mail[1]))
        waiting += [sender for _, _, sender in self._backlog if is_outside(sender)]
        self._backlog = deque(entry for entry in self._backlog if not is_outside(entry[2]))
        for sender in waiting:
            self._refuse(sender, answer)
        return len(waiting)

    def _refuse(self, sender: Sender, answer: Refusal) -> None:
        if is_outside(sender):
            self._release([(sender, answer)])  # type: ignore[list-item]

    def _overloaded(self, sender: Sender, **evidence: int) -> None:
        self.counters.refused_overloaded += 1
        self._refuse(sender, Refusal(Code.OVERLOADED, evidence))

    # --- messages ---

    def post(self, ref: Ref, command: Any, reply_to: Sender) -> None:
        """Have an actor handle a message: now, or when it is loaded and there is room in the batch."""
        if self._suspended is not None:
            self._refuse(reply_to, self._suspended)
            return
        if len(self._open.records) >= self._records_max or self._backlog:
            if len(self._backlog) >= self.limits.backlog_max:
                self._overloaded(reply_to, backlog_max=self.limits.backlog_max)
                return
            self._backlog.append((ref, command, reply_to))
            return
        self._dispatch(ref, command, reply_to)
        self._let_reads_go()

    def _dispatch(self, ref: Ref, command: Any, sender: Sender) -> None:
        cell = self.cells.get(ref)
        if cell is None:
            shard = shard_of(ref, self.shards)
            if shard not in self._owned:
                self._pass_on(ref, command, sender, shard)
                return
            if len(self.cells) >= self.limits.actors_max:
                self._miss(ref, command)
                self._overloaded(sender, actors_max=self.limits.actors_max)
                return
            cell = self._new_cell(ref, shard)
        if cell.actor is not None:
            self._cascade(cell, command, sender)
            return
        room = self.limits.mailbox_max * (_INTERNAL_MAILBOX_FACTOR if type(sender) is Ref else 1)
        if len(cell.mailbox) >= room:
            self._miss(ref, command)
            self._overloaded(sender, mailbox_max=room)
            return
        cell.mailbox.append((command, sender))

    def _miss(self, ref: Ref, command: Any) -> None:
        """A message is dropped. Whoever sent it repeats it; but nobody repeats that somebody's time has come."""
        if type(command) is _Again:
            ref, command = command.ref, command.command
        if type(command) is Wake:
            self._missed[ref] = None

    def _pass_on(self, ref: Ref, command: Any, sender: Sender, shard: ShardId) -> None:
        """An actor's message to one on another host leaves with the batch; anybody else is told whose it is not.

        The batch names the shard of the sender, so that it is committed only while that is here: a host that was
        replaced without knowing it tells nobody anything.
        """
        if type(sender) is not Ref:
            if sender is not None:
                self._release([(sender, NotMine(shard))])  # type: ignore[list-item]
            return
        opened = self._open
        opened.effects.append((None, ref, command, sender))
        opened.sends = True
        home = shard_of(sender, self.shards)
        if home in self._owned:
            opened.shards.add(home)

    def _new_cell(self, ref: Ref, shard: ShardId) -> Cell:
        cell = Cell(ref, shard, self._committed)
        self.cells[ref] = cell
        self._wanted.append(cell)
        return cell

    def _cascade(self, cell: Cell, command: Any, sender: Sender) -> None:
        """One message and all that must be true together with it: staged together, or not at all."""
        turn, batch = self._turn, self._open
        mark = (len(batch.records), len(batch.effects), turn.transfers)
        turn.now = self._clock()
        try:
            self._run(cell, command, sender)
        except Exception as fault:  # noqa: BLE001
            # Anything else than a need is a bug of ours: whoever took part is loaded again from what is durable.
            self._void(mark, cell, command, sender, fault)
            return
        self._keep(cell, wrote=len(batch.records) > mark[0])
        if turn.told:
            told, turn.told = turn.told, []
            for entry in told:
                self._dispatch(*entry)

    def _run(self, cell: Cell, command: Any, sender: Sender) -> None:
        """Run the turn of a message, and the turns of the messages that it sends to actors in memory."""
        turn = self._turn
        queue, touched, cells, turns = turn.queue, turn.touched, self.cells, self.turns
        self.counters.messages += 1
        turns[cell.shard] += 1
        touched.append(cell)
        turn.cell = cell
        turn.sender = sender
        if command is None:
            cell.actor.awake(turn)  # type: ignore[union-attr]
        else:
            cell.actor.receive(turn, command, sender)  # type: ignore[union-attr]
        while queue:
            ref, message, origin = queue.popleft()
            at = cells.get(ref)
            if at is None or at.actor is None:
                turn.told.append((ref, message, origin))
                continue
            turns[at.shard] += 1
            touched.append(at)
            turn.cell = at
            turn.sender = origin
            at.actor.receive(turn, message, origin)

    def _void(self, mark: tuple[int, int, int], cell: Cell, command: Any, sender: Sender, fault: Exception) -> None:
        """Nothing of a cascade has happened; its message comes again when what it needs is there, or never."""
        turn = self._turn
        at, touched = turn.cell, list(turn.touched)
        untouched = len(self._open.records) == mark[0] and len(self._open.effects) == mark[1]
        self._undo(*mark)
        # An actor that needs something after it has acted, or made another act, is at fault like one that raised.
        if untouched and isinstance(fault, Asleep | LookUp) and cell.actor is not None:
            cell.actor.void(command)
            if isinstance(fault, Asleep):
                self._dispatch(fault.ref, _Again(cell.ref, command), sender)
            else:
                barrier = self._sealed + 1
                self._look_up(Question(barrier, at.ref, at.stream_epoch, cell.ref, command, sender, fault.command))
            return
        self.counters.turns_failed += 1
        for one in touched:
            self._reload(one, at_fault=one is at)
        self._on_fault(at.ref, command, fault)
        self._refuse(sender, Refusal(Code.INTERNAL))

    def _keep(self, cell: Cell, *, wrote: bool) -> None:
        """The turns are done: remember which batch has their records, and when they want to be woken."""
        turn = self._turn
        if wrote:
            dirty = self._sealed + 1
            shards = self._open.shards
            for one in turn.touched:
                shards.add(one.shard)
                one.dirty = dirty
                one.used_at = turn.now
        else:
            cell.used_at = turn.now
        turn.touched.clear()
        if turn.timers:
            for at_ms, ref in turn.timers:
                self._timers.set(at_ms, ref)
            turn.timers.clear()

    def _look_up(self, question: Question) -> None:
        if len(self._lookups) >= self.limits.lookups_max:
            self._overloaded(question.sender, lookups_max=self.limits.lookups_max)
            return
        self.counters.lookups += 1
        self._lookups.add(question)

    def _undo(self, records: int, effects: int, transfers: int) -> None:
        turn = self._turn
        del self._open.records[records:]
        del self._open.effects[effects:]
        turn.transfers = transfers
        turn.queue.clear()
        turn.told.clear()
        turn.timers.clear()
        turn.touched.clear()

    def _reload(self, cell: Cell, *, at_fault: bool) -> None:
        if cell.actor is None:
            return
        cell.actor = None
        cell.barrier = cell.dirty
        now = self._turn.now
        if at_fault and now - cell.failed_at < self.limits.faults_apart_ms:
            self._resting.append(cell)
        else:
            self._wanted.append(cell)
        if at_fault:
            cell.failed_at = now

    # --- loading ---

    def wake(self, ref: Ref) -> None:
        """Have an actor loaded without a message."""
        if ref not in self.cells and self._suspended is None:
            shard = shard_of(ref, self.shards)
            if shard in self._owned:
                self._new_cell(ref, shard)

    def take_loads(self, count_max: int) -> list[Ref]:
        """Actors to load whose last records are committed. Each one is to be `loaded`, or `load_failed`."""
        taken: list[Ref] = []
        for _ in range(len(self._wanted)):
            if len(taken) == count_max:
                break
            cell = self._wanted.popleft()
            if self.cells.get(cell.ref) is not cell or cell.actor is not None:
                continue
            # What is read for one who was here before may be older than what others have written since.
            if cell.barrier <= self._committed and cell.ref not in self._loading:
                self._loading[cell.ref] = cell
                taken.append(cell.ref)
            else:
                self._wanted.append(cell)
        return taken

    def loaded(self, ref: Ref, actor: Actor | None) -> None:
        """An actor is here (or cannot exist): it wakes up and handles what waited."""
        cell = self._loading.pop(ref, None)
        if cell is None or self.cells.get(ref) is not cell or cell.actor is not None:
            return
        if actor is None:
            del self.cells[ref]
            for _, sender in cell.mailbox:
                self._refuse(sender, Refusal(Code.UNKNOWN_TABLE if ref.kind == "table" else Code.INTERNAL))
            return
        self._activations += 1
        cell.stream_epoch = self.epoch << _ACTIVATION_BITS | self._activations
        cell.actor = actor
        self._cascade(cell, None, None)
        while cell.mailbox and cell.actor is not None:
            command, sender = cell.mailbox.popleft()
            if type(command) is _Again:
                self._dispatch(command.ref, command.command, sender)
            else:
                self._cascade(cell, command, sender)
        self._let_reads_go()

    def load_failed(self, ref: Ref, answer: Refusal) -> None:
        """An actor could not be loaded now."""
        cell = self._loading.pop(ref, None)
        if cell is not None and self.cells.get(ref) is cell:
            del self.cells[ref]
            for command, sender in cell.mailbox:
                self._miss(ref, command)
                self._refuse(sender, answer)

    def take_lookups(self, count_max: int) -> list[CommandId]:
        """Command ids to look up, now that every batch that could hold them is committed."""
        nothing_unwritten = self.in_flight is None and not self._open.records
        return self._lookups.take(count_max, self._sealed + 1 if nothing_unwritten else self._committed)

    @property
    def wants_reading(self) -> bool:
        """Whether actors wait to be loaded, or ids to be looked up."""
        return bool(self._wanted or self._lookups.waiting)

    def looked_up(self, command_id: CommandId, known: KnownCommand | None) -> None:
        """The store's word on an id: whoever asked first remembers it, and every message that waits is repeated."""
        pending = self._lookups.answered(command_id)
        if pending is None:
            return
        if not self._remember(pending.first, known):
            for question in pending.all:
                self._refuse(question.sender, Refusal(Code.INTERNAL))
            return
        for question in pending.all:
            self.post(question.ref, question.command, question.sender)

    def _remember(self, question: Question, known: KnownCommand | None) -> bool:
        cell = self.cells.get(question.asker)
        if cell is None or cell.actor is None or cell.stream_epoch != question.activation:
            return True  # whoever is there now will ask by itself
        try:
            cell.actor.remember(question.id, known)
        except Exception as fault:  # noqa: BLE001
            # A bug of ours, and of this one id: nobody else must wait for it.
            self._on_fault(cell.ref, known, fault)
            return False
        return True

    def lookup_failed(self, command_id: CommandId, answer: Refusal) -> None:
        """The store could not say."""
        pending = self._lookups.answered(command_id)
        for question in pending.all if pending is not None else ():
            self._refuse(question.sender, answer)

    # --- time ---

    def now(self) -> int:
        """The host's time (ms)."""
        return self._clock()

    def next_timer(self) -> int | None:
        """When (ms) the next timer is due; a host that is suspended or paused has none."""
        return None if self._suspended is not None or not self._records_max else self._timers.next()

    def run_timers(self) -> None:
        """Send `Wake` to every actor whose time has come. No backlog is before them: a round must not wait for bets."""
        if self._suspended is not None or not self._records_max:
            return
        for at, ref in self._timers.take_due(self._clock()):
            cell = self.cells.get(ref)
            if cell is not None and cell.actor is not None:
                self._cascade(cell, Wake(at), None)
        self._let_reads_go()

    def sweep(self) -> int:
        """Put actors to sleep that were idle, and try again with those that rested, or whose time could not be told.

        Says how many fell asleep.
        """
        self._wanted.extend(self._resting)
        self._resting.clear()
        if self._suspended is None and self._records_max:
            missed, self._missed = self._missed, {}
            for ref in missed:
                self._dispatch(ref, Wake(self._clock()), None)
        horizon = self._clock() - self.limits.idle_ms
        idle = [
            ref
            for ref, cell in self.cells.items()
            if cell.used_at <= horizon
            and cell.actor is not None
            and cell.dirty <= self._committed
            and not cell.mailbox
            and cell.actor.may_sleep(self._clock())
        ]
        for ref in idle:
            del self.cells[ref]
        return len(idle)

    # --- batches ---

    def take_batch(self) -> Batch | None:
        """Seal the open batch, unless one is in flight or nothing waits for it. What waited for room goes on."""
        opened = self._open
        if self.in_flight is not None or not (opened.records or opened.sends):
            return None
        self._sealed += 1
        seq = self._sealed - self._seq_base
        batch = Batch(self.epoch, seq, frozenset(opened.shards), self._house_shard, self._clock(), opened.records)
        self.in_flight = InFlight(batch, opened.effects)
        self._open = self._turn.batch = OpenBatch()
        self.counters.batches += 1
        self.counters.records += len(opened.records)
        self._handle_backlog()
        return batch

    def _handle_backlog(self) -> None:
        while self._backlog and len(self._open.records) < self._records_max:
            self._dispatch(*self._backlog.popleft())

    @property
    def has_work(self) -> bool:
        """Whether a batch waits to be taken."""
        return self.in_flight is None and (bool(self._open.records) or self._open.sends)

    def committed(self) -> None:
        """The batch in flight is durable: its answers and events leave."""
        flying = self.in_flight
        if flying is None:
            raise RuntimeError("no batch is in flight")
        self.in_flight = None
        self._committed = self._seq_base + flying.batch.seq
        self._release(flying.effects)
        self._let_reads_go()

    def _let_reads_go(self) -> None:
        """Nothing unwritten was seen by these turns, so nothing has to be waited for."""
        if self._open.effects and not self._open.records and self.in_flight is None and not self._open.sends:
            effects, self._open.effects = self._open.effects, []
            self._release(effects)

    def _release(self, effects: list[Effect]) -> None:
        pushed = self.outbox.pushed
        for effect in effects:
            try:
                if len(effect) == 2:
                    effect[0](effect[1])
                elif len(effect) == 3:
                    pushed(*effect)
                else:
                    self.courier(*effect[1:])
            except Exception as fault:  # noqa: BLE001
                # Whoever cannot take what is said to him must not keep the others from hearing what is said to them.
                self._on_fault(_OUTSIDE, effect[1], fault)
