"""A turn: everything an actor may do besides changing its own state, and the batch it is done in."""

from collections import deque
from collections.abc import Callable, Set
from typing import Any, Final, Protocol

from actors.runtime.actor import Actor, Asleep, ReplyTo, Sender
from actors.runtime.placement import shard_of
from actors.runtime.ref import Ref
from protocol.ids import AccountId, Epoch, ShardId
from protocol.money import HouseAccount, house_account, jackpot_account
from protocol.records import TRANSFERS_PER_EPOCH_BITS, Record


class Outbox(Protocol):
    """Where events for watchers leave the host."""

    def pushed(self, topic: str, event: Any, origin: ReplyTo | None = None) -> None:
        """An event of a topic, committed. `origin` has been told already, by the answer to its request."""


Effect = tuple[ReplyTo, Any] | tuple[str, Any, ReplyTo | None] | tuple[None, Ref, Any, Ref]
"""An answer, an event of a topic, or a message to an actor elsewhere: what may leave the host only after the commit."""


NEVER: Final = -(2**62)
"""A time (ms) before every other."""


class OpenBatch:
    """What turns have staged since the last batch was sealed."""

    __slots__ = ("effects", "records", "sends", "shards")

    def __init__(self) -> None:
        self.sends = False
        """Whether there are messages to other hosts, for which it is committed even if it has no record."""
        self.records: list[Record] = []
        self.effects: list[Effect] = []
        self.shards: set[ShardId] = set()


class Cell:
    """The place of one actor in its host. Without `actor` it is being loaded, and messages wait in `mailbox`."""

    __slots__ = ("actor", "barrier", "dirty", "failed_at", "mailbox", "ref", "shard", "stream_epoch", "used_at")

    def __init__(self, ref: Ref, shard: ShardId, barrier: int) -> None:
        self.ref = ref
        self.shard = shard
        self.actor: Actor | None = None
        self.mailbox: deque[tuple[Any, Sender]] = deque()
        self.barrier = barrier
        """The batch that must be committed before the actor may be loaded."""
        self.dirty = 0
        """The last batch that has a record of this actor."""
        self.failed_at = NEVER
        """When (ms) a turn of it raised the last time."""
        self.stream_epoch = 0
        self.used_at = 0


class Turn:
    """Handed to an actor with each message; one object per host, used again by every turn."""

    __slots__ = (
        "_cells",
        "_entropy",
        "_owned",
        "_shards",
        "batch",
        "cell",
        "epoch",
        "house_shard",
        "now",
        "queue",
        "sender",
        "timers",
        "told",
        "touched",
        "transfers",
    )

    def __init__(
        self, entropy: Callable[[int], bytes], cells: dict[Ref, Cell], owned: Set[ShardId], shards: int
    ) -> None:
        self._entropy = entropy
        self._cells = cells
        self._owned = owned
        self._shards = shards
        self.epoch = Epoch(0)
        self.house_shard = ShardId(0)
        self.transfers = 0
        self.now = 0
        self.batch = OpenBatch()
        self.queue: deque[tuple[Ref, Any, Sender]] = deque()
        self.told: list[tuple[Ref, Any, Sender]] = []
        self.timers: list[tuple[int, Ref]] = []
        self.touched: list[Cell] = []
        self.cell: Cell = Cell(Ref("nobody", 0), ShardId(0), 0)
        self.sender: Sender = None
        """Who sent the message that is handled."""

    @property
    def stream_epoch(self) -> int:
        """The epoch of the streams of the actor whose turn it is: another one after each load."""
        return self.cell.stream_epoch

    def stage(self, record: Record) -> None:
        """Have this written in the batch."""
        self.batch.records.append(record)

    def send(self, ref: Ref, command: Any) -> None:
        """Have another actor handle this together with the message that is handled: if it fails, all of it is void.

        One on another host handles it later, and by itself.
        """
        self.queue.append((ref, command, self.cell.ref))

    def tell(self, ref: Ref, command: Any) -> None:
        """Tell another actor, once this turn stands; in the same batch, if it is in memory. Its failure is its own."""
        self.told.append((ref, command, self.cell.ref))

    def need(self, ref: Ref) -> None:
        """Have the message repeated when that actor is in memory, unless it is. Call before anything is changed.

        Nothing is needed of an actor on another host: what is sent there leaves after the commit.
        """
        cell = self._cells.get(ref)
        if (cell is None or cell.actor is None) and self.is_here(ref):
            raise Asleep(ref)

    def is_here(self, ref: Ref) -> bool:
        """Whether an actor is on this host, so that what is sent to it is of one batch with this turn."""
        return ref in self._cells or shard_of(ref, self._shards) in self._owned

    def is_awake(self, ref: Ref) -> bool:
        """Whether an actor is in memory here, so that an answer to what it has sent is handled within this turn."""
        cell = self._cells.get(ref)
        return cell is not None and cell.actor is not None

    def call(self, ref: Ref, command: Any) -> Any:
        """Have a neighbour handle a message now, within this turn, and return its answer.

        Neighbours are actors with the same affinity key: they share a shard, so they share a host wherever they are.
        Call before anything is changed: the neighbour may raise `LookUp`, or not be in memory (`Asleep`), and then the
        message is repeated.
        """
        cell = self._cells.get(ref)
        if cell is None or cell.actor is None:
            raise Asleep(ref)
        caller = self.cell
        self.cell = cell
        self.touched.append(cell)
        answer = cell.actor.called(self, command)
        self.cell = caller
        return answer

    def answer(self, sender: Sender, message: Any) -> None:
        """Answer whoever sent a message; outside the host it arrives after the commit, on another host later still."""
        if sender is None:
            return
        if type(sender) is Ref:
            self.queue.append((sender, message, self.cell.ref))
        else:
            self.batch.effects.append((sender, message))  # type: ignore[arg-type]

    def push(self, topic: str, event: Any, origin: ReplyTo | None = None) -> None:
        """Let the watchers of a topic see an event, after the commit."""
        self.batch.effects.append((topic, event, origin))

    def wake_at(self, at: int) -> None:
        """Have `Wake` sent to this actor at `at` (ms). There may be others: whoever is woken checks the time."""
        self.timers.append((at, self.cell.ref))

    def entropy(self, count: int) -> bytes:
        """Random bytes that nobody can foresee (in a simulation: from its seed)."""
        return self._entropy(count)

    def next_transfer(self) -> int:
        """The id of the next transfer of this epoch."""
        self.transfers += 1
        return self.epoch << TRANSFERS_PER_EPOCH_BITS | self.transfers

    def house(self, asset: int) -> AccountId:
        """The account that takes stakes and pays wins on this host."""
        return house_account(asset, HouseAccount.HOUSE, self.house_shard)

    def treasury(self, asset: int) -> AccountId:
        """The account that money enters and leaves by on this host."""
        return house_account(asset, HouseAccount.TREASURY, self.house_shard)

    def escrow(self, asset: int) -> AccountId:
        """The account that the chips of poker tables are in on this host."""
        return house_account(asset, HouseAccount.ESCROW, self.house_shard)

    def jackpot(self, asset: int, number: int) -> AccountId:
        """The account of a jackpot's pools on this host."""
        return jackpot_account(asset, number, self.house_shard)
