"""Who of a process sits where at poker tables: bots do not compete for seats with each other."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

GAME = "poker"


def fitting(
    game: str, pinned: str | None, tables: Sequence[Mapping[str, Any]], balances: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The tables of a game that are for something that one has, or of these the one that bots are pinned to."""
    owned = {view["asset"] for view in balances if view["balance"] == "cash" and view["available"] > 0}
    return [
        table
        for table in tables
        if table["game"] == game and table["asset"] in owned and (pinned is None or table["table"] == pinned)
    ]


class Seats:
    """Spreads bots over tables, and gives each a seat of its own."""

    def __init__(self, pinned: str | None) -> None:
        self._pinned = pinned
        self._given: dict[tuple[str, int], int] = {}

    def tables(
        self, number: int, tables: Sequence[Mapping[str, Any]], balances: Sequence[Mapping[str, Any]]
    ) -> list[Mapping[str, Any]]:
        """The tables for this bot, in the order in which it looks for a seat: those for something that it has."""
        found = fitting(GAME, self._pinned, tables, balances)
        first = number % len(found) if found else 0
        return found[first:] + found[:first]

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
