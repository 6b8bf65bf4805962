"""What an actor is: one object that handles one message at a time, synchronously, and never waits."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from actors.runtime.ref import Ref
from persistence.interfaces import KnownCommand, Ledger
from protocol.ids import CommandId

ReplyTo = Callable[[Any], None]
"""Where an answer goes that leaves the host. Called after the commit of the batch in which it was given."""
Sender = ReplyTo | Ref | None
"""Who sent a message: someone outside, another actor, or nobody who wants an answer."""


def is_outside(sender: Sender) -> bool:
    """Whether somebody outside the host waits for an answer."""
    return sender is not None and type(sender) is not Ref


class LookUp(Exception):
    """A turn cannot tell whether this command id is new; the host asks the store and repeats the message."""

    def __init__(self, command: CommandId) -> None:
        super().__init__(command.hex())
        self.command = command


class Asleep(Exception):
    """A turn called a neighbour that is not in memory; the host loads it and repeats the message."""

    def __init__(self, ref: Ref) -> None:
        super().__init__(str(ref))
        self.ref = ref


class Actor(Protocol):
    """Decides by its state and a message; what it does goes through the turn, and is void if the turn raises."""

    def awake(self, turn: Any) -> None:
        """The first turn after the state was loaded: take up what was left unfinished."""

    def receive(self, turn: Any, command: Any, sender: Sender) -> None:
        """Handle one message. May raise `LookUp` or `Asleep` before it changes anything."""

    def called(self, turn: Any, command: Any) -> Any:
        """Handle a neighbour's message within its turn, and return the answer."""

    def void(self, command: Any) -> None:
        """A message that it began to handle is not handled now: it comes again, or never."""

    def remember(self, command: CommandId, known: KnownCommand | None) -> None:
        """What the store says of a command id that a turn asked about."""

    def may_sleep(self, now: int) -> bool:
        """Whether its memory may be dropped; it is loaded again by its next message."""


class Kind(Protocol):
    """How actors of one kind are made from what the store has."""

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """The actors behind these references; those that cannot exist are left out."""
