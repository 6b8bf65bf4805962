"""The jackpot actor: its pools, fed by what feeders report, and won by claims in the order of its turns.

A claim takes the pool as it is in that turn. Of two that come at one instant the second takes what the pool has begun
anew with. A feeder numbers its claims without a gap, and each number is awarded once; said again it is answered again.
"""

from collections.abc import Sequence
from typing import Any, Final

from actors.jackpots.plan import Level, Plan
from actors.jackpots.pools import Event, Fed, Heard, Memory, Paid, Pool, Seeded, Won, read_memory, write_event
from actors.runtime.actor import Actor, Sender
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from persistence.interfaces import KnownCommand, Ledger
from protocol.commands import FeederHeard, FeederReport, LobbyLook, Look, Wake
from protocol.ids import BetId, CommandId, command_id_from
from protocol.jackpots import JackpotSnapshot, PoolView
from protocol.money import AMOUNT_MAX
from protocol.records import JournalEntry, Snapshot, Transfer, TransferKind

SHOWN_MS: Final = 1_000
"""Watchers are told of a pool that grows so often; of one that was won at once."""
EVENTS_MAX: Final = 256
"""After so many events a snapshot replaces them."""


class Jackpot:
    """One jackpot with all its levels."""

    __slots__ = ("_dirty", "_levels", "_memory", "_name", "_plan", "_seq", "_shown_at", "_snapshot_n", "_stream")

    def __init__(self, plan: Plan, memory: Memory, snapshot_n: int) -> None:
        self._plan = plan
        self._levels = {level.name: level for level in plan.levels}
        self._memory = memory
        memory.asset, memory.number = plan.asset.number, plan.number
        self._name = str(Ref("jackpot", plan.name))
        self._stream = f"jackpot:{plan.name}"
        self._seq = 0
        self._shown_at = 0
        self._dirty = False
        self._snapshot_n = snapshot_n

    # --- what the host calls ---

    def awake(self, turn: Turn) -> None:
        """Begin the pools that there are none of yet."""
        for level in self._plan.levels:
            if level.name not in self._memory.pools:
                self._record(turn, Seeded(level.name, level.seed))
                self._seed(turn, level.seed, command_id_from(turn.now, turn.entropy(10)))
        if self._memory.n > self._snapshot_n:
            self._write(turn)

    def receive(self, turn: Turn, command: Any, sender: Sender) -> None:
        """Handle one message. What a jackpot does not understand means nothing to it."""
        if type(command) is FeederReport and type(sender) is Ref:
            self._hear(turn, command, sender)
        elif type(command) is Look or type(command) is LobbyLook:
            turn.answer(sender, self._state(turn))
        elif type(command) is Wake and self._dirty and turn.now >= self._shown_at + SHOWN_MS:
            self._show(turn)

    def called(self, turn: Turn, command: Any) -> Any:
        """A jackpot has no neighbours."""
        raise TypeError(f"a jackpot is not called with {type(command).__name__}")

    def void(self, command: Any) -> None:
        """Nothing is noted of a message before it is handled."""

    def remember(self, command: CommandId, known: KnownCommand | None) -> None:
        """Jackpots ask nobody about ids."""

    def may_sleep(self, now: int) -> bool:
        """It is there as long as it is configured."""
        return False

    # --- what it does ---

    def _hear(self, turn: Turn, report: FeederReport, sender: Ref) -> None:
        """Take what is new of it. One that is older than what was heard has nothing new."""
        feeder, memory = str(sender.key), self._memory
        heard = memory.feeders.get(feeder) or Heard()
        changed = False
        for level, total in report.fed:
            if self._has(level) and total > heard.totals.get(level, 0):
                self._record(turn, Fed(feeder, level, total, self._cap_of(level)))
                changed = True
        won = self._award(turn, feeder, heard.claimed, report)
        claimed = {number for number, _, _ in report.claims}
        for one, number in [key for key in memory.unpaid if key[0] == feeder]:
            if number <= report.last and number not in claimed:
                self._record(turn, Paid(one, number))
        if memory.n - self._snapshot_n >= EVENTS_MAX:
            self._write(turn)
        awards = tuple((number, amount) for (one, number), amount in memory.unpaid.items() if one == feeder)
        totals = memory.feeders.get(feeder, heard).totals
        # Not together with this turn: the feeder may have to wait for wallets first.
        turn.tell(sender, FeederHeard(tuple(totals.items()), awards))
        if won:
            self._show(turn)
        elif changed:
            self._show_later(turn)

    def _award(self, turn: Turn, feeder: str, claimed: int, report: FeederReport) -> bool:
        """Award the claims that are new, in the order of their numbers; says whether there were any."""
        won = False
        for number, bet, level in report.claims:
            if number != claimed + 1 or not self._has(level):
                continue
            claimed, won = number, True
            plan = self._levels.get(level)
            seed = plan.seed if plan is not None else 0
            amount = self._memory.pools.setdefault(level, Pool()).amount
            self._record(turn, Won(feeder, number, BetId(bet), level, amount, seed, self._cap_of(level), turn.now))
            self._seed(turn, seed, CommandId(bet))
        return won

    def _has(self, level: str) -> bool:
        """Whether there is such a pool. A host that was started first may feed one that is not begun here: later."""
        return level in self._levels or level in self._memory.pools

    def _cap_of(self, level: str) -> int:
        plan: Level | None = self._levels.get(level)
        return plan.cap if plan is not None else AMOUNT_MAX

    def _seed(self, turn: Turn, seed: int, ref: CommandId) -> None:
        """The house pays what a pool begins with."""
        if seed:
            asset, kind = self._plan.asset.number, TransferKind.JACKPOT_SEED
            pools = turn.jackpot(asset, self._plan.number)
            turn.stage(Transfer(turn.next_transfer(), turn.house(asset), pools, seed, kind, ref, 0, None))

    def _record(self, turn: Turn, event: Event) -> None:
        memory = self._memory
        memory.n += 1
        memory.apply(event)
        turn.stage(JournalEntry(self._name, memory.n, write_event(event)))

    def _write(self, turn: Turn) -> None:
        """A snapshot, instead of all events before."""
        turn.stage(Snapshot(self._name, self._memory.n, self._memory.dump()))
        self._snapshot_n = self._memory.n

    # --- what may be seen ---

    def _show_later(self, turn: Turn) -> None:
        if turn.now >= self._shown_at + SHOWN_MS:
            self._show(turn)
        elif not self._dirty:
            self._dirty = True
            turn.wake_at(self._shown_at + SHOWN_MS)

    def _show(self, turn: Turn) -> None:
        self._dirty, self._shown_at = False, turn.now
        self._seq += 1
        turn.push(self._stream, self._state(turn))

    def _state(self, turn: Turn) -> JackpotSnapshot:
        return JackpotSnapshot(stream=self._stream, epoch=turn.stream_epoch, seq=self._seq, pools=self._pools())

    def _pools(self) -> tuple[PoolView, ...]:
        return pools_of(self._plan, self._memory)


def pools_of(plan: Plan, memory: Memory) -> tuple[PoolView, ...]:
    """What everybody is shown."""
    return tuple(_pool_view(plan, level, memory.pools[level.name]) for level in plan.levels)


def _pool_view(plan: Plan, level: Level, pool: Pool) -> PoolView:
    return PoolView(
        jackpot=plan.name,
        level=level.name,
        asset=plan.asset.code,
        games=plan.games,
        amount=pool.amount,
        seed=level.seed,
        cap=level.cap,
        share=level.share,
        every=level.every,
        wins=pool.wins,
        last_amount=pool.last_amount,
        last_at_ms=pool.last_at,
    )


class JackpotKind:
    """Jackpots from their snapshots and the events after them. One that is not configured does not exist."""

    def __init__(self, plans: dict[str, Plan]) -> None:
        self._plans = plans

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`."""
        known = {ref: self._plans[str(ref.key)] for ref in refs if ref.key in self._plans}
        rows = await ledger.load_journals([str(ref) for ref in known])
        return {
            ref: Jackpot(plan, read_memory(rows[str(ref)]), rows[str(ref)].snapshot_n) for ref, plan in known.items()
        }
