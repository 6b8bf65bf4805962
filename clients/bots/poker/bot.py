"""A bot at a cash table of poker: it buys in, plays every hand it is dealt into, and takes its chips home."""

from collections.abc import Mapping, Sequence
from typing import Any

from clients.bots.grounds import Grounds
from clients.bots.poker.book import Book, Terms
from clients.bots.poker.contexts import LEAVING, Buying
from clients.bots.poker.follower import CardBot
from clients.bots.poker.seats import Seats


class PokerBot(CardBot):
    """One that finds no seat looks on."""

    def __init__(self, grounds: Grounds, number: int, seats: Seats) -> None:
        super().__init__(grounds, number, "poker")
        self._given = seats

    def play(self) -> None:
        """Take a seat; whoever has one buys chips when none are left."""
        if not self._shown or self._buying() or self._is_leaving() or self.grounds.clock() >= self.until:
            return
        if self._mine is None:
            self._sit()
        elif self._settled == self._hand and not self._at[self._mine]["stack"]:
            self._buy_more()

    def _to_try(self, tables: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return self._given.tables(self.number, tables, self._welcome["balances"])

    def _terms(self, dealt: Mapping[str, Any]) -> Terms:
        shown = self._shown
        return Terms(shown["variant"], shown["rake_per_mille"], shown["rake_cap"], dealt["big_blind"])

    def _reckoned(self, book: Book, said: Mapping[int, int]) -> None:
        if self._mine in book.order:
            put = book.put[self._mine] + book.dead[self._mine]
            self.tally.staked += put
            self.tally.won += said[self._mine] - book.stacks[self._mine] + put

    def _sit(self) -> None:
        seat = self._given.take(self.number, self._table, self._shown["seats_max"], self._at)
        if seat is None:
            if self._tables:
                self._shown = {}
                self._watch_next()
            return
        amount = min(self._shown["buy_in_max"], self.books.available)
        if amount >= self._shown["buy_in_min"]:
            fields = {"t": "poker.sit", "table": self._table, "seat": seat, "amount": amount}
            self.ask(fields, Buying(amount))

    def _buy_more(self) -> None:
        mine = self._at[self._mine or 0]
        amount = min(self._shown["buy_in_max"] - mine["stack"] - mine["added"], self.books.available)
        if amount > 0:
            self.ask({"t": "poker.topup", "table": self._table, "amount": amount}, Buying(amount))

    def _wind_up(self) -> None:
        """Ask to leave, unless that was done."""
        if self._mine is None or self._is_leaving() or self._buying() or self._at[self._mine]["is_leaving"]:
            return
        self.ask({"t": "poker.leave", "table": self._table}, LEAVING)

    def _gone(self, stack: int) -> None:
        """The chips are to be money in a moment, if there were any."""
        self._given.give_back(self.number)
        self._home = stack or None
        self._take_home()

    def _lost(self) -> None:
        self._given.give_back(self.number)
        super()._lost()
