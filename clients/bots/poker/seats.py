"""Who of a process sits where at poker tables: bots do not compete for seats with each other."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

GAME = "poker"


class Seats:
    """Spreads bots over tables, and gives each a seat of its own."""

    def __init__(self, pinned: str | None) -> None:
        self._pinned = pinned
        self._given: dict[tuple[str, int], int] = {}

    def tables(
        self, number: int, tables: Sequence[Mapping[str, Any]], balances: Sequence[Mapping[str, Any]]
    ) -> list[Mapping[str, Any]]:
        """The tables for this bot, in the order in which it looks for a seat: those for something that it has."""
        owned = {view["asset"] for view in balances if view["balance"] == "cash" and view["available"] > 0}
        fitting = [
            table
            for table in tables
            if table["game"] == GAME
            and table["asset"] in owned
            and (self._pinned is None or table["table"] == self._pinned)
        ]
        first = number % len(fitting) if fitting else 0
        return fitting[first:] + fitting[:first]

    def take(self, number: int, table: str, seats_max: int, taken: Collection[int]) -> int | None:
        """A seat that nobody has, kept for this bot."""
        for seat in range(seats_max):
            if seat not in taken and self._given.get((table, seat), number) == number:
                self._given[table, seat] = number
                return seat
        return None

    def give_back(self, number: int) -> None:
        """This bot wants no seat any more."""
        self._given = {seat: one for seat, one in self._given.items() if one != number}
