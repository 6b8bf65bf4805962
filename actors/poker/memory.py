"""What a poker table remembers, durably: events change it, and a snapshot keeps it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgpack

from actors.games.poker.changes import apply
from actors.games.poker.events import HandDealt
from actors.games.poker.packed import packed
from actors.games.poker.rules import Rules
from actors.games.poker.state import State, dump, load
from actors.poker.journal import Bought, Buying, Owed, Paid, Raked, TableEvent
from protocol.ids import CommandId

SeedOf = Callable[[int], str]
"""The server seed of a hand, by its number."""


@dataclass(slots=True)
class Memory:
    """Everything of a table that is durable; `n` is the number of the last event.

    `buying` waits for wallets, with the numbers of the events that say so; `owed` is not confirmed by wallets yet.
    """

    state: State
    buying: dict[CommandId, tuple[int, Buying]] = field(default_factory=dict)
    owed: dict[CommandId, tuple[int, Owed]] = field(default_factory=dict)
    n: int = 0

    @property
    def escrow(self) -> int:
        """What is in escrow for this table once wallets have done what they were asked."""
        return self.state.money + sum(one.amount for _, one in self.owed.values())


def apply_event(memory: Memory, event: TableEvent, seed_of: SeedOf) -> None:
    """Change a table's memory by its next event, which is, or will be, committed."""
    memory.n += 1
    if type(event) is Buying:
        memory.buying[event.id] = (memory.n, event)
    elif type(event) is Bought:
        memory.buying.pop(event.id, None)
    elif type(event) is Owed:
        memory.owed[event.id] = (memory.n, event)
    elif type(event) is Paid:
        memory.owed.pop(event.id, None)
    elif type(event) is not Raked:
        seed = seed_of(event.deal.number) if type(event) is HandDealt else None
        apply(memory.state, event, seed)  # type: ignore[arg-type]


def dump_memory(memory: Memory) -> bytes:
    """A table's memory as a snapshot. No secret is in it."""
    fields: dict[str, Any] = {
        "state": dump(memory.state),
        "buying": list(memory.buying.values()),
        "owed": list(memory.owed.values()),
    }
    return packed(fields)


def hand_in(snapshot: bytes | None) -> int | None:
    """The number of the hand that was in play when this snapshot was made, if one was."""
    if snapshot is None:
        return None
    state = msgpack.unpackb(msgpack.unpackb(snapshot)["state"], strict_map_key=False)
    number: int = state["number"]
    return number if state["deal"] is not None else None


def load_memory(rules: Rules, n: int, snapshot: bytes | None, seed: str | None) -> Memory:
    """The memory that was dumped, or that of a table that was never played at. `seed`: of a hand in play."""
    if snapshot is None:
        return Memory(State(rules), n=n)
    fields = msgpack.unpackb(snapshot, use_list=False, strict_map_key=False)
    buying = [(at, Buying(*one)) for at, one in fields["buying"]]
    owed = [(at, Owed(*one)) for at, one in fields["owed"]]
    return Memory(
        load(rules, fields["state"], seed),
        {one.id: (at, one) for at, one in buying},
        {one.id: (at, one) for at, one in owed},
        n,
    )
