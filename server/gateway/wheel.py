"""Deadlines of thousands of sockets, in slots of time: one timer for all of them."""

from typing import Final, Protocol

SLOT_SECONDS: Final = 0.1
NOWHERE: Final = -1


class Timed(Protocol):
    """Something with a deadline. `slot` is the wheel's own, `NOWHERE` at first."""

    slot: int

    def due(self, now: float) -> float | None:
        """The deadline has come (or nearly); say when the next one is, or nothing when there is none."""


class Wheel:
    """Calls `due` never early, and a slot late at most if `advance` is called that often. Any clock's seconds do."""

    __slots__ = ("_last", "_slots")

    def __init__(self, now: float) -> None:
        self._slots: dict[int, set[Timed]] = {}
        self._last = int(now / SLOT_SECONDS)

    def schedule(self, item: Timed, at: float) -> None:
        """Set an item's only deadline, in place of the one it had."""
        slot = max(int(at / SLOT_SECONDS) + 1, self._last + 1)
        if slot == item.slot:
            return
        self.cancel(item)
        item.slot = slot
        members = self._slots.get(slot)
        if members is None:
            members = self._slots[slot] = set()
        members.add(item)

    def cancel(self, item: Timed) -> None:
        """Forget an item's deadline, if it has one."""
        members = self._slots.get(item.slot)
        if members is not None:
            members.discard(item)
        item.slot = NOWHERE

    def advance(self, now: float) -> None:
        """Call `due` on everything whose slot has passed."""
        slot = int(now / SLOT_SECONDS)
        passed = range(self._last + 1, slot + 1) if slot - self._last < len(self._slots) else sorted(self._slots)
        self._last = max(slot, self._last)
        for number in passed:
            if number > slot:
                break
            for item in self._slots.pop(number, ()):
                if item.slot != number:
                    continue
                item.slot = NOWHERE
                following = item.due(now)
                if following is not None:
                    self.schedule(item, following)

    def __len__(self) -> int:
        return sum(len(members) for members in self._slots.values())
