"""A bot's own idea of its balance: what it was at login, and every bet since, by the bot's own arithmetic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from clients.bots.report import Tally

AHEAD_MAX: Final = 1_024
"""Changes that wait for one before them."""
FOREIGN_REASONS: Final = frozenset({"deposit", "withdrawal", "adjustment", "opening", "refund"})
"""Changes that a bot does not make: it takes the server's word for them."""


class Change(NamedTuple):
    """What a position of the wallet moved, by the bot's reckoning, and what the server says was there afterwards."""

    epoch: int
    seq: int
    available_by: int
    held_by: int
    available: int
    held: int


@dataclass(slots=True, eq=False)
class Books:
    """One balance of one player, compared with the server's at every position of the `wallet` stream.

    While `certain` is false - a connection was lost, so the order of changes is not known - changes are only added up,
    until `close` compares the sum.
    """

    tally: Tally
    asset: str
    balance: str = "cash"
    player: int = 0
    available: int = 0
    held: int = 0
    certain: bool = False
    _epoch: int = 0
    _seq: int = 0
    _ahead: dict[int, Change] = field(default_factory=dict)
    _moved_by_others: bool = False

    def open(self, player: int, fields: Mapping[str, Any]) -> None:
        """Begin with what the server says (a `welcome` or `wallet`): nothing was played yet."""
        self.player = player
        self.available, self.held = self._stated(fields["balances"])
        self._begin(fields)

    def lose_certainty(self) -> None:
        """From here on changes may come in any order, again, or without their position."""
        if self._ahead:
            for change in self._ahead.values():
                self.available += change.available_by
                self.held += change.held_by
            self._ahead.clear()
        self.certain = False

    def close(self, fields: Mapping[str, Any]) -> bool:
        """Compare with what the server says (a `wallet`) when nothing is open, and go on from its word.

        Return whether it agrees.
        """
        available, held = self._stated(fields["balances"])
        agrees = self._moved_by_others or self._compare(available, held, "with nothing on its way")
        self._moved_by_others = False
        self.available, self.held = available, held
        self._begin(fields)
        return agrees

    def changed(self, change: Change) -> None:
        """The next change of the balance, or one that overtook it."""
        if self.certain and change.seq == self._seq + 1 and change.epoch == self._epoch:
            self._apply(change)
            if self._ahead:
                self._catch_up()
        else:
            self._out_of_order(change)

    def foreign(self, change: Mapping[str, Any]) -> None:
        """The bot did not do this (a `wallet.changed`): taken as it is, if it is something that others may do."""
        if not self.certain or (change["epoch"], change["seq"]) <= (self._epoch, self._seq):
            return
        if change["reason"] not in FOREIGN_REASONS:
            self.tally.mismatch(
                self.player, f"moved for {change['reason']!r} of {change['ref'].hex()}, which it did not ask for"
            )
        in_order = (change["epoch"], change["seq"]) == (self._epoch, self._seq + 1)
        if not in_order or (change["asset"], change["balance"]) != (self.asset, self.balance):
            self.lose_certainty()
            self._moved_by_others = True
            return
        self._seq += 1
        self.available, self.held = change["available"], change["held"]
        self._catch_up()

    def _apply(self, change: Change) -> None:
        self._seq = change.seq
        self.available += change.available_by
        self.held += change.held_by
        self.tally.compared += 1
        if self.available != change.available or self.held != change.held:
            self._disagree(change.available, change.held, f"at {change.epoch}:{change.seq}")

    def _out_of_order(self, change: Change) -> None:
        if self.certain and change.epoch == self._epoch and change.seq > self._seq and len(self._ahead) < AHEAD_MAX:
            self._ahead[change.seq] = change
            return
        self.lose_certainty()
        self.available += change.available_by
        self.held += change.held_by

    def _catch_up(self) -> None:
        while (change := self._ahead.pop(self._seq + 1, None)) is not None:
            self._apply(change)

    def _begin(self, fields: Mapping[str, Any]) -> None:
        self._epoch, self._seq = fields["epoch"], fields["seq"]
        self._ahead.clear()
        self.certain = True

    def _stated(self, balances: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
        for view in balances:
            if view["asset"] == self.asset and view["balance"] == self.balance:
                return view["available"], view["held"]
        return 0, 0

    def _compare(self, available: int, held: int, when: str) -> bool:
        self.tally.compared += 1
        if self.available == available and self.held == held:
            return True
        self._disagree(available, held, when)
        return False

    def _disagree(self, available: int, held: int, when: str) -> None:
        self.tally.mismatch(
            self.player,
            f"server says {available} available and {held} held of {self.asset} {self.balance} {when}, "
            f"the bot reckons {self.available} and {self.held}",
        )
        self.available, self.held = available, held
