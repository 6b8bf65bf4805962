"""What a wallet remembers of command ids, bounded, and how it knows when it must ask the store.

The newest ids are kept with their answers. `floor` is the newest time in any id that is not kept: an id made after it
is certainly new, an id made before it may have been used, and only the store can tell.
"""

from collections import OrderedDict
from typing import Any, Final

from actors.runtime.actor import LookUp
from protocol.errors import Code, Refusal
from protocol.ids import CommandId, unix_ms_of

RECENT_MAX: Final = 16
ABSENT_MAX: Final = 64

Answer = dict[str, Any] | Refusal


class CommandMemory:
    """The answers of the newest commands of one actor."""

    __slots__ = ("_absent", "_recent", "floor", "high")

    def __init__(self, floor: int) -> None:
        self.floor = floor
        self.high = floor
        """The newest time (ms) in any id, which is kept with the account."""
        self._recent: OrderedDict[CommandId, tuple[bytes, Answer, int]] | None = None
        self._absent: set[CommandId] | None = None

    def answer_to(self, command: CommandId, digest: bytes, others_floor: int = 0) -> Answer | None:
        """The answer this id has had; nothing when it is new. Raises `LookUp` when only the store knows.

        An id made at `others_floor` (ms) or before may have been used by another player.
        """
        recent = self._recent
        if recent is not None:
            known = recent.get(command)
            if known is not None:
                return known[1] if known[0] == digest else Refusal(Code.ID_REUSED)
        floor = max(self.floor, others_floor)
        if unix_ms_of(command) <= floor and (self._absent is None or command not in self._absent):
            raise LookUp(command)
        return None

    def keep(self, command: CommandId, digest: bytes, answer: Answer) -> None:
        """Remember the answer of a command; forget the oldest one."""
        recent = self._recent
        if recent is None:
            recent = self._recent = OrderedDict()
        made = unix_ms_of(command)
        recent[command] = (digest, answer, made)
        self.high = max(self.high, made)
        if len(recent) > RECENT_MAX:
            gone = recent.popitem(last=False)[1][2]
            self.floor = max(self.floor, gone)
        if self._absent:
            self._absent.discard(command)

    def kept(self, command: CommandId) -> Answer | None:
        """The answer of an id, if it is one of the newest."""
        known = self._recent.get(command) if self._recent is not None else None
        return None if known is None else known[1]

    def replace(self, command: CommandId, answer: Answer) -> None:
        """An id that is kept has another answer from now on, which nobody was told before."""
        if self._recent is not None and command in self._recent:
            digest, _, made = self._recent[command]
            self._recent[command] = (digest, answer, made)

    def learn_absent(self, command: CommandId) -> None:
        """The store has never seen this id."""
        if self._absent is None or len(self._absent) >= ABSENT_MAX:
            self._absent = set()
        self._absent.add(command)

    def forget(self) -> None:
        """Keep nothing: every id from before now is asked of the store."""
        if self._recent:
            self.floor = max(self.floor, *(made for _, _, made in self._recent.values()))
        self._recent = None
        self._absent = None
