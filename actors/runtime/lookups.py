"""Messages that wait for the store's word on a command id."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from actors.runtime.actor import Sender, is_outside
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
    """An id that the store is asked about: for one question. The later ones just try again when that has its answer.

    They must not rely on it: by the time they try, the first of them may have used the id.
    """

    first: Question
    later: list[Question] = field(default_factory=list)

    @property
    def all(self) -> list[Question]:
        """In the order of their messages."""
        return [self.first, *self.later]


class LookUps:
    """Each id that somebody asks about, whether the store was asked already or is asked when it can know."""

    __slots__ = ("_count", "_pending", "_waiting")

    def __init__(self) -> None:
        self._pending: dict[CommandId, Pending] = {}
        self._waiting: deque[Question] = deque()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Question]:
        for pending in self._pending.values():
            yield from pending.all

    @property
    def waiting(self) -> int:
        """How many ids there are that the store was not asked about yet."""
        return len(self._waiting)

    def add(self, question: Question) -> None:
        """A question, whose barrier is none before those of the questions added earlier."""
        self._count += 1
        pending = self._pending.get(question.id)
        if pending is not None:
            pending.later.append(question)
            return
        self._pending[question.id] = Pending(question)
        self._waiting.append(question)

    def take(self, count_max: int, barrier_max: int) -> list[CommandId]:
        """The ids to ask about now, each once."""
        taken: list[CommandId] = []
        waiting = self._waiting
        while waiting and len(taken) < count_max and waiting[0].barrier <= barrier_max:
            taken.append(waiting.popleft().id)
        return taken

    def answered(self, command: CommandId) -> Pending | None:
        """Those who wanted to know about this id, and ask no more."""
        pending = self._pending.pop(command, None)
        if pending is not None:
            self._count -= 1 + len(pending.later)
        return pending

    def give_up(self) -> list[Sender]:
        """Everybody outside who waits for what a question holds up; from now on nobody does."""
        waiting: list[Sender] = [one.sender for one in self if is_outside(one.sender)]
        if waiting:
            for command, pending in self._pending.items():
                self._pending[command] = Pending(_unheard(pending.first), [_unheard(one) for one in pending.later])
        return waiting

    def clear(self) -> None:
        """Nobody asks anything."""
        self._pending.clear()
        self._waiting.clear()
        self._count = 0


def _unheard(question: Question) -> Question:
    """The same, without anybody outside who waits."""
    return question._replace(sender=None) if is_outside(question.sender) else question
