"""What bots at tables share: the layouts, who sits where, and events that many of them get at once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from clients.bots.fanout import ResultFanout
from clients.bots.layouts import LAYOUTS, Layout
from clients.bots.seat import Seat
from clients.python.conversation import unpack

CUSTOM: Final = "custom"
"""A variant that plays by a pay table of its own, which bots do not know."""


class Tables:
    """Spreads bots over the tables, and decodes each table's events once for all bots of the process."""

    def __init__(self, pinned: str | None) -> None:
        self.fanout = ResultFanout()
        self._pinned = pinned
        self._layouts: dict[tuple[str, str], Layout] = {}
        self._seats: dict[int, str] = {}
        self._newest: dict[str, tuple[bytes, dict[str, Any]]] = {}

    def seat(
        self, number: int, game: str, tables: Sequence[Mapping[str, Any]], balances: Sequence[Mapping[str, Any]]
    ) -> Seat | None:
        """A seat for this bot, among those that play for something it has; nothing when there is none."""
        owned = {view["asset"] for view in balances if view["balance"] == "cash" and view["available"] > 0}
        fitting = [
            table
            for table in tables
            if table["game"] == game
            and table["variant"] != CUSTOM
            and table["asset"] in owned
            and (self._pinned is None or table["table"] == self._pinned)
        ]
        if not fitting:
            return None
        chosen = fitting[number % len(fitting)]
        self._seats[number] = chosen["table"]
        variant = (game, chosen["variant"])
        if variant not in self._layouts:
            self._layouts[variant] = LAYOUTS[game](chosen["variant"])
        return Seat.at(chosen, self._layouts[variant])

    def decoded(self, number: int, payload: bytes) -> dict[str, Any]:
        """The message in these bytes. Watchers of a table get the same bytes one after another: they share one map."""
        seat = self._seats.get(number, "")
        newest = self._newest.get(seat)
        if newest is not None and newest[0] == payload:
            return newest[1]
        fields = unpack(payload)
        if "stream" in fields and "id" not in fields:
            self._newest[seat] = (payload, fields)
        return fields
