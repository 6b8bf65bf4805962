"""A bot in sit-and-gos: it registers, plays to its place, and checks by arithmetic of its own what that wins."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from clients.bots.grounds import Grounds
from clients.bots.poker.book import Book, Terms
from clients.bots.poker.contexts import LEAVING, Buying
from clients.bots.poker.follower import CardBot
from clients.bots.poker.places import Place, places_after
from clients.bots.poker.players import Decision, Sight
from clients.bots.poker.seats import fitting

GAME: Final = "sitngo"


class SitngoBot(CardBot):
    """It looks for a table that takes it, waits at the last one, and stays where it was taken.

    When the time is over it is all in with every hand, so that its tournament comes to an end.
    """

    def __init__(self, grounds: Grounds, number: int, pinned: str | None) -> None:
        super().__init__(grounds, number, GAME)
        self._pinned = pinned
        self._reckoned_places: dict[int, Place] = {}
        """Of those who are out with the last hand, by seat."""

    def play(self) -> None:
        """Register for a tournament."""
        if not self._shown or self._mine is not None or self._buying() or self.grounds.clock() >= self.until:
            return
        tournament = self._tournament
        if tournament["phase"] == "registering" and tournament["left"] < tournament["seats"]:
            price = tournament["entry"] + tournament["fee"]
            if price <= self.books.available:
                self.ask({"t": "sitngo.register", "table": self._table}, Buying(price))
        elif self._tables:
            self._shown = {}
            self._watch_next()

    @property
    def _tournament(self) -> dict[str, Any]:
        tournament: dict[str, Any] = self._shown["tournament"]
        return tournament

    def _to_try(self, tables: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return fitting(GAME, self._pinned, tables, self._welcome["balances"])

    def _may_act(self) -> bool:
        return True

    def _decision(self, sight: Sight) -> Decision:
        if self.playing:
            return super()._decision(sight)
        most = sight.turn["raise_max"]
        return ("call", 0) if most is None else ("raise", most)

    def _wind_up(self) -> None:
        """Unregister, while that can be done."""
        if self._mine is None or self._is_leaving() or self._buying() or not self._shown:
            return
        if self._tournament["phase"] == "registering":
            self.ask({"t": "sitngo.unregister", "table": self._table}, LEAVING)

    def _bought(self, buying: Buying, fields: Mapping[str, Any]) -> None:
        super()._bought(buying, fields)
        self.tally.staked += buying.amount
        self._tables.clear()
        self._paid.clear()

    # --- places and prizes ---

    def _terms(self, dealt: Mapping[str, Any]) -> Terms:
        return Terms(self._shown["variant"], 0, 0, dealt["big_blind"], is_tournament=True)

    def _reckoned(self, book: Book, said: Mapping[int, int]) -> None:
        tournament = self._tournament
        prizes: Sequence[int] = tournament["prizes"]
        if sum(prizes) != tournament["entry"] * tournament["seats"]:
            self.tally.mismatch(self.books.player, f"{prizes} are not all that was paid: {tournament}")
        self._reckoned_places = places_after(book.order, book.stacks, said, prizes)

    def _gone(self, stack: int) -> None:
        """What comes home: all that was paid, before the beginning; then what the place wins."""

    def _seated(self, number: int, taken: Mapping[str, Any] | None) -> None:
        was, began = self._mine, self._tournament["phase"] == "playing"
        super()._seated(number, taken)
        if taken is not None or number != was:
            return
        tournament = self._tournament
        if not began:
            back = tournament["entry"] + tournament["fee"]
            self.tally.staked -= back
            self._comes_home(back)
        elif number in self._reckoned_places:
            prize = self._reckoned_places[number].prize
            self.tally.won += prize
            self._comes_home(prize)
        else:
            self.books.lose_track()  # the hand was not followed from its deal on

    def _comes_home(self, amount: int) -> None:
        self._home = amount or None
        self._take_home()

    def _changed(self, tournament: dict[str, Any]) -> None:
        """Compare the places that are told with those that were reckoned."""
        before, self._shown["tournament"] = self._tournament, tournament
        places = tournament["places"] if tournament["phase"] == "playing" else tournament["finished"]
        new = places[len(before["places"]) :] if before["phase"] == "playing" else ()
        for told in new:
            self._compare_place(told)

    def _compare_place(self, told: Mapping[str, Any]) -> None:
        if not self._reckoned_places:
            return
        self.tally.compared += 1
        if Place(told["place"], told["prize"]) not in self._reckoned_places.values():
            self.tally.mismatch(
                self.books.player,
                f"{told} of {self._table} after hand {self._settled}, the bot reckons {self._reckoned_places}",
            )

    def _looked(self, shown: dict[str, Any]) -> None:
        self._reckoned_places = {}  # of a hand before, or of a tournament before
        super()._looked(shown)

    def _dealt(self, fields: Mapping[str, Any]) -> None:
        self._reckoned_places = {}
        super()._dealt(fields)
