"""A bot at a poker table: it buys in, plays every hand it is dealt into, checks it, and takes its chips home."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from clients.bots.books import Change, Due
from clients.bots.bot import Bot
from clients.bots.grounds import Grounds
from clients.bots.poker.book import Book, Terms
from clients.bots.poker.players import PLAYERS, Sight
from clients.bots.poker.seats import Seats
from clients.python.conversation import Asked

LISTING: Final = "listing"
WATCHING: Final = "watching"
PEEKING: Final = "peeking"
LEAVING: Final = "leaving"
OTHER: Final = "other"
CASH_OUT: Final = "cash_out"
ENTROPY_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Buying:
    """The context of a request for chips."""

    amount: int
    is_top_up: bool


@dataclass(frozen=True, slots=True)
class Acting:
    """The context of a move."""

    hand: int
    move: int


class PokerBot(Bot):
    """Every second bot plays tightly, the others at random. One that finds no seat looks on."""

    def __init__(self, grounds: Grounds, number: int, seats: Seats) -> None:
        super().__init__(grounds, number)
        self._given = seats
        self._chance = grounds.chance(number, "play")
        self._decides = PLAYERS[number % len(PLAYERS)]
        self._welcome: dict[str, Any] = {}
        self._tables: list[Mapping[str, Any]] = []
        self._table = ""
        self._shown: dict[str, Any] = {}
        self._at: dict[int, dict[str, Any]] = {}
        self._mine: int | None = None
        self._book: Book | None = None
        self._cards: tuple[int, tuple[int, ...]] = (0, ())
        self._turn: Mapping[str, Any] | None = None
        self._hand = 0
        self._settled = 0
        self._pot = 0
        self._board: tuple[int, ...] = ()
        self._home: int | None = None
        self._paid: list[Mapping[str, Any]] = []

    # --- see Bot ---

    def welcomed(self, welcome: dict[str, Any]) -> None:
        """Look for a table."""
        self._welcome = welcome
        self.ask({"t": "lobby.list"}, LISTING)

    def anything_open(self) -> bool:
        """Whether chips are on their way home, or have yet to go there."""
        return self._home is not None or (self._mine is not None and not self.playing)

    def stop(self) -> None:
        """Leave the table, with all chips; the books are closed when they are money again."""
        super().stop()
        self._leave_table()

    def play(self) -> None:
        """Take a seat; whoever has one buys chips when none are left."""
        if not self._shown or self._buying() or self._is_leaving() or self.grounds.clock() >= self.until:
            return
        if self._mine is None:
            self._sit()
        elif self._settled == self._hand and not self._at[self._mine]["stack"]:
            self._buy_more()

    def answered(self, asked: Asked, fields: dict[str, Any]) -> None:
        """Go on with what was asked for."""
        tag, context = fields["t"], asked.context
        if context == LISTING and tag == "tables":
            self._listed(fields)
        elif isinstance(context, Buying):
            if tag == "poker.bought":
                self._bought(context, fields)
            else:
                self.books.decline(asked.id)
        elif isinstance(context, Acting):
            if tag != "error":
                self.tally.bets += 1
                self.tally.latencies.add(self.heard_at - asked.at)
                if self.grounds.journal is not None:
                    self.grounds.journal.acknowledged(self.books.player, "poker", fields)
        elif context == PEEKING and tag == "poker.hole":
            self._cards = fields["hand"], tuple(fields["cards"])
            self._act()
        self.books.look_again()

    def pushed(self, stream: str, fields: dict[str, Any]) -> None:
        """Follow the table, and the wallet."""
        tag = fields["t"]
        match tag:
            case "wallet.changed" if fields["reason"] == CASH_OUT:
                self._paid.append(fields)
                self._take_home()
            case "wallet.changed":
                self.books.pushed(fields)
            case "wallet.snapshot":
                self.books.lose_certainty()
            case "poker.snapshot":
                self._looked(fields)
            case "poker.seated":
                self._seated(fields["seat"], fields["taken"])
            case "poker.opened":
                self._mix(fields["hand"])
            case "poker.dealt":
                self._dealt(fields)
            case "poker.moved":
                self._moved(fields)
            case "poker.ended":
                self._ended(fields["result"])
        if not self.playing:
            self._leave_table()
        self.go_on()

    # --- the way to a seat, and home ---

    def _listed(self, fields: Mapping[str, Any]) -> None:
        self._tables = self._given.tables(self.number, fields["tables"], self._welcome["balances"])
        if not self._tables:
            self.give_up("no table")
            return
        self.books.asset = self._tables[0]["asset"]
        self._watch_next()

    def _watch_next(self) -> None:
        if self._table:
            self.send(self.conversation.unwatch(f"table:{self._table}", OTHER))
        self._table = self._tables.pop(0)["table"]
        self.send(self.conversation.watch(f"table:{self._table}", WATCHING))

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
            self.ask(fields, Buying(amount, is_top_up=False))

    def _buy_more(self) -> None:
        mine = self._at[self._mine or 0]
        amount = min(self._shown["buy_in_max"] - mine["stack"] - mine["added"], self.books.available)
        if amount > 0:
            self.ask({"t": "poker.topup", "table": self._table, "amount": amount}, Buying(amount, is_top_up=True))

    def _bought(self, buying: Buying, fields: Mapping[str, Any]) -> None:
        if fields["amount"] != buying.amount:
            self.tally.mismatch(self.books.player, f"{fields['amount']} is bought for {buying.amount}")
        at = fields["epoch"], fields["seq"]
        self.books.changed(Change(*at, -buying.amount, 0, fields["available"], fields["held"]))

    def _buying(self) -> bool:
        return any(isinstance(asked.context, Buying) for asked in self.conversation.unanswered.values())

    def _is_leaving(self) -> bool:
        return any(asked.context == LEAVING for asked in self.conversation.unanswered.values())

    def _leave_table(self) -> None:
        """Ask to leave, unless that was done."""
        if self._mine is None or self._is_leaving() or self._buying() or self._at[self._mine]["is_leaving"]:
            return
        self.ask({"t": "poker.leave", "table": self._table}, LEAVING)

    def _gone(self, chips: int) -> None:
        """The seat is free again: its chips are to be money in a moment, if there were any."""
        self._mine = None
        self._given.give_back(self.number)
        self._home = chips or None
        self._take_home()

    def _take_home(self) -> None:
        """Compare what the wallet is paid with what was on the stack, as soon as both are known."""
        if self._home is None:
            return
        if not self.books.certain:
            # The event may be lost with the connection: the sum is what counts.
            self.books.dues[b"home"] = Due(0, self._home)
            self.books.resolve({})
            self._home = None
            self._paid.clear()
        elif self._paid:
            event = self._paid.pop(0)
            self.books.dues[event["ref"]] = Due(0, self._home)
            self._home = None
            self.books.pushed(event)

    # --- what happens at the table ---

    def _looked(self, shown: dict[str, Any]) -> None:
        if shown["table"] != self._table:
            return
        was, self._shown = self._mine, shown
        self._at = {seat["seat"]: dict(seat) for seat in shown["seats"]}
        self._mine = shown["mine"]
        self._hand, self._pot, self._board = shown["hand"], shown["pot"], tuple(shown["board"])
        self._turn, self._book = shown["turn"], None
        self._settled = self._hand if self._turn is None else self._hand - 1
        self._cards = shown["hand"], tuple(shown["cards"])
        if was is not None and self._mine is None:
            # It left while nobody looked, with what chips is not known.
            self._given.give_back(self.number)
            self.books.lose_track()
        if self._welcome:
            self.ready(self._welcome)
            self._welcome = {}
        if shown["opened"]:
            self._mix(shown["hand"] + 1)
        self._act()

    def _seated(self, number: int, taken: Mapping[str, Any] | None) -> None:
        before = self._at.pop(number, None)
        if taken is None:
            if number == self._mine and before is not None:
                self._gone(before["stack"] + before["added"])
            return
        self._at[number] = dict(taken)
        if before is not None and self._book is not None and number in self._book.order:
            self._at[number]["stack"] = before["stack"]  # as before the hand, until it is over
        if taken["player"] != self.books.player:
            return
        self._mine = number
        if not taken["is_in"] and self.playing and not taken["is_leaving"]:
            self.ask({"t": "poker.back", "table": self._table, "posts": True}, OTHER)

    def _mix(self, hand: int) -> None:
        if self._mine is not None and self.playing:
            entropy = f"{self._chance.getrandbits(ENTROPY_BITS):016x}"
            self.ask({"t": "poker.mix", "table": self._table, "hand": hand, "entropy": entropy}, OTHER)

    def _dealt(self, fields: Mapping[str, Any]) -> None:
        shown = self._shown
        terms = Terms(shown["variant"], shown["rake_per_mille"], shown["rake_cap"], shown["big_blind"])
        stacks = {number: seat["stack"] for number, seat in self._at.items()}
        self._book = Book(terms, fields["hand"], stacks)
        self._book.dealt(fields["posts"])
        self._hand, self._turn, self._board = fields["hand"], fields["turn"], ()
        self._pot = sum(post + dead for _, post, dead in fields["posts"])
        if self._mine is not None and any(seat == self._mine for seat, _, _ in fields["posts"]):
            self.ask({"t": "poker.peek", "table": self._table}, PEEKING)

    def _moved(self, fields: Mapping[str, Any]) -> None:
        wrong = self._book.moved(fields) if self._book is not None else None
        if wrong is not None:
            self.tally.mismatch(self.books.player, f"hand {fields['hand']} of {self._table}: {wrong}")
        self._turn, self._pot, self._board = fields["turn"], fields["pot"], tuple(fields["board"])
        self._act()

    def _ended(self, result: Mapping[str, Any]) -> None:
        self._turn = None
        book, self._book = self._book, None
        said = dict(result["stacks"])
        if book is not None and book.number == result["hand"]:
            self._check(book, result, said)
        if self._settled == result["hand"]:
            return  # somebody shows cards
        self._settled = result["hand"]
        for number, stack in said.items():
            if number in self._at:
                seat = self._at[number]
                seat["stack"], seat["added"] = stack + seat["added"], 0

    def _check(self, book: Book, result: Mapping[str, Any], said: Mapping[int, int]) -> None:
        """Whether everybody has what the bot reckons, and the house its rake."""
        shown = {seat: tuple(cards) for seat, *cards in result["shown"]}
        after, rake = book.stacks_after(shown, tuple(result["board"]))
        self.tally.compared += 1
        if (after, rake) != (said, result["rake"]):
            self.tally.mismatch(
                self.books.player,
                f"hand {book.number} of {self._table} leaves {said} and a rake of {result['rake']}, "
                f"the bot reckons {after} and {rake}: {book} {result}",
            )
        if self._mine in after:
            put = book.put[self._mine] + book.dead[self._mine]
            self.tally.staked += put
            self.tally.won += said[self._mine] - book.stacks[self._mine] + put

    def _act(self) -> None:
        """Make a move, if it is the bot's turn and it has seen its cards."""
        turn = self._turn
        if (
            turn is None
            or turn["seat"] != self._mine
            or not self.playing
            or self._cards[0] != self._hand
            or not self._cards[1]
        ):
            return
        acting = Acting(self._hand, turn["move"])
        if any(asked.context == acting for asked in self.conversation.unanswered.values()):
            return
        kind, to = self._decides(
            self._chance, Sight(self._shown["variant"], self._cards[1], turn, self._pot, self._board)
        )
        self._turn = None
        move = {"t": "poker.act", "table": self._table, "hand": self._hand, "move": turn["move"]}
        self.ask({**move, "kind": kind, "to": to}, acting)
