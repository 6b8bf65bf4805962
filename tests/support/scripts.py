"""Actors that do what a message says, in words that can go to another process."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from actors.runtime.actor import Actor, Sender
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from actors.runtime.wire import COMMANDS, Codec
from persistence.interfaces import KnownCommand, Ledger
from protocol.commands import Wake
from protocol.ids import CommandId
from protocol.records import JournalEntry

Act = tuple[Any, ...]


class Script(NamedTuple):
    """Acts, one after another: see the functions below."""

    acts: tuple[Act, ...]


def script_codec() -> Codec:
    """Speaks of scripts besides all the rest."""
    return Codec((*COMMANDS, Script))


def write() -> Act:
    """Write the next event of the actor's journal."""
    return ("write",)


def say(word: Any) -> Act:
    """Answer whoever sent the script."""
    return ("say", word)


def count() -> Act:
    """Answer how many events are in the journal, as the actor has it."""
    return ("count",)


def fail() -> Act:
    """Raise what no turn may raise."""
    return ("fail",)


def tell(ref: Ref, *acts: Act) -> Act:
    """Have another actor do something; what it answers comes back and is not understood."""
    return ("tell", ref.kind, ref.key, acts)


def ask(ref: Ref, *acts: Act) -> Act:
    """Have another actor do something, and answer the sender of this script what it says."""
    return ("ask", ref.kind, ref.key, acts)


def wake_in(ms: int, *acts: Act) -> Act:
    """Do something later."""
    return ("wake", ms, acts)


class Failed(Exception):
    """What a failing turn raises."""


class Player:
    """One scripted actor: the number of its events, and who waits for what others say."""

    def __init__(self, ref: Ref, written: int) -> None:
        self._ref = ref
        self._written = written
        self._asking: list[Sender] = []
        self._later: list[tuple[int, tuple[Act, ...]]] = []

    def awake(self, turn: Turn) -> None:
        """Nothing is left unfinished."""

    def receive(self, turn: Turn, command: Any, sender: Sender) -> None:
        """Play a script; whatever else comes is an answer, for whoever has asked first."""
        if type(command) is Script:
            for act in command.acts:
                self._act(turn, act, sender)
        elif type(command) is Wake:
            due = [acts for at, acts in self._later if at <= turn.now]
            self._later = [one for one in self._later if one[0] > turn.now]
            for acts in due:
                for act in acts:
                    self._act(turn, act, None)
        elif self._asking:
            turn.answer(self._asking.pop(0), command)

    def _act(self, turn: Turn, act: Act, sender: Sender) -> None:
        match act:
            case ("write",):
                self._written += 1
                turn.stage(JournalEntry(str(self._ref), self._written, b""))
            case ("say", word):
                turn.answer(sender, word if type(sender) is not Ref else Script((("heard", word),)))
            case ("heard", word):
                if self._asking:
                    turn.answer(self._asking.pop(0), word)
            case ("count",):
                turn.answer(sender, self._written)
            case ("tell", kind, key, acts):
                turn.tell(Ref(kind, key), Script(acts))
            case ("ask", kind, key, acts):
                self._asking.append(sender)
                turn.tell(Ref(kind, key), Script(acts))
            case ("wake", ms, acts):
                self._later.append((turn.now + ms, acts))
                turn.wake_at(turn.now + ms)
            case _:
                raise Failed(act)

    def called(self, turn: Turn, command: Any) -> Any:
        """Nobody's neighbour."""
        raise TypeError(command)

    def void(self, command: Any) -> None:
        """Nothing is noted before it is done."""

    def remember(self, command: CommandId, known: KnownCommand | None) -> None:
        """Nothing is looked up."""

    def may_sleep(self, now: int) -> bool:
        """Unless something is to be done later."""
        return not self._later


class ScriptKind:
    """Scripted actors, from their journals; `loads` counts them."""

    def __init__(self) -> None:
        self.loads = 0

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`."""
        self.loads += len(refs)
        rows = await ledger.load_journals([str(ref) for ref in refs])
        return {ref: Player(ref, max((n for n, _ in rows[str(ref)].events), default=0)) for ref in refs}
