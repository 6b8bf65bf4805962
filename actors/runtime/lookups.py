"""Messages that wait for the store's word on a command id."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from actors.runtime.actor import Sender
from actors.runtime.ref import Ref
from protocol.ids import CommandId


class Question(NamedTuple):
    """Whether `id` was used before. `asker` wants to know, and then `command` goes to `ref` again.

    `barrier` is the last batch in which the id may be: only when that is committed does the store know. `activation` is
    the life of the asker in which it asked: what the store says is for that one.
    """

    barrier: int
    asker: Ref
    activation: int
    ref: Ref
    command: Any
    sender: Sender
    id: CommandId


@dataclass(frozen=True, slots=True)
class Pending:
    """An id that the store was asked about. The word is for `asked`; those that came later just try again after it.

    They must not rely on it: by the time they try, the first of them may have used the id.
    """

    asked: list[Question]
    later: list[Question] = field(default_factory=list)


class LookUps:
    """Questions that wait for their batch, and those that the store was asked."""

    __slots__ = ("_count", "_pending", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[Question] = deque()
        self._pending: dict[CommandId, Pending] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Question]:
        yield from self._waiting
        for pending in self._pending.values():
            yield from pending.asked
            yield from pending.later

    @property
    def waiting(self) -> int:
        """How many there are that the store was not asked yet."""
        return len(self._waiting)

    def add(self, question: Question) -> None:
        """A question, whose barrier is none before those of the questions added earlier."""
        self._waiting.append(question)
        self._count += 1

    def take(self, count_max: int, barrier_max: int) -> list[CommandId]:
        """The ids to ask about now, each once."""
        taken: dict[CommandId, Pending] = {}
        waiting = self._waiting
        while waiting and len(taken) < count_max and waiting[0].barrier <= barrier_max:
            question = waiting.popleft()
            pending = self._pending.get(question.id)
            if pending is not None:
                pending.later.append(question)
            else:
                taken.setdefault(question.id, Pending([])).asked.append(question)
        self._pending.update(taken)
        return list(taken)

    def answered(self, command: CommandId) -> Pending:
        """Those who asked about this id, and ask no more."""
        pending = self._pending.pop(command, Pending([]))
        self._count -= len(pending.asked) + len(pending.later)
        return pending

    def clear(self) -> None:
        """Nobody asks anything."""
        self._waiting.clear()
        self._pending.clear()
        self._count = 0
