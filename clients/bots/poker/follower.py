"""What bots at poker tables have in common: they follow the table, check every hand and play those they are dealt."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from clients.bots.books import Change, Due
from clients.bots.bot import Bot
from clients.bots.grounds import Grounds
from clients.bots.poker.book import Book, Terms
from clients.bots.poker.contexts import (
    CASH_OUT,
    ENTROPY_BITS,
    LEAVING,
    LISTING,
    OTHER,
    PEEKING,
    WATCHING,
    Acting,
    Buying,
)
from clients.bots.poker.players import PLAYERS, Decision, Sight
from clients.bots.poker.records import RECALLING, Records
from clients.python.conversation import Asked


class CardBot(Bot):
    """Every second bot plays tightly, the others at random. How it comes to a seat, and home, is a subclass's."""

    def __init__(self, grounds: Grounds, number: int, game: str) -> None:
        super().__init__(grounds, number)
        self._game = game
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
        self._records = Records()
        self._hand = 0
        self._settled = 0
        self._pot = 0
        self._board: tuple[int, ...] = ()
        self._home: int | None = None
        self._paid: list[Mapping[str, Any]] = []

    @abstractmethod
    def _wind_up(self) -> None:
        """The time is over: see to it that everything is money again."""

    @abstractmethod
    def _gone(self, stack: int) -> None:
        """The bot's seat is free again, on which so many chips were."""

    @abstractmethod
    def _terms(self, dealt: Mapping[str, Any]) -> Terms:
        """By what a hand is reckoned."""

    @abstractmethod
    def _reckoned(self, book: Book, said: Mapping[int, int]) -> None:
        """A hand is over that was followed from its deal on; `said` are the stacks."""

    def _may_act(self) -> bool:
        """Whether the bot makes moves now."""
        return self.playing

    def _decision(self, sight: Sight) -> Decision:
        return self._decides(self._chance, sight)

    def welcomed(self, welcome: dict[str, Any]) -> None:
        """Look for a table."""
        self._welcome = welcome
        self.ask({"t": "lobby.list"}, LISTING)

    def anything_open(self) -> bool:
        """Whether money is on its way home, or has yet to go there."""
        return self._home is not None or (self._mine is not None and not self.playing)

    def stop(self) -> None:
        """Go home; the books are closed when everything is money again."""
        super().stop()
        self._wind_up()

    def answered(self, asked: Asked, fields: dict[str, Any]) -> None:
        """Go on with what was asked for."""
        tag, context = fields["t"], asked.context
        if context == LISTING and tag == "tables":
            self._listed(fields)
        elif isinstance(context, Buying):
            if tag == "error":
                self.books.decline(asked.id)
            else:
                self._bought(context, fields)
        elif isinstance(context, Acting):
            if tag != "error":
                self.tally.bets += 1
                self.tally.latencies.add(self.heard_at - asked.at)
                if self.grounds.journal is not None:
                    self.grounds.journal.acknowledged(self.books.player, self._game, fields)
        elif context == PEEKING and tag == "poker.hole":
            self._cards = fields["hand"], tuple(fields["cards"])
            self._act()
        elif context == RECALLING and tag == "poker.hand":
            for wrong in self._records.wrong_in(fields, self._cards):
                self.tally.mismatch(self.books.player, f"hand {fields['hand']} of {self._table}: {wrong}")
        self.books.look_again()

    def pushed(self, stream: str, fields: dict[str, Any]) -> None:
        """Follow the table, and the wallet."""
        if stream == f"table:{self._table}":
            self._shown_at_table(fields)
        elif fields["t"] == "wallet.snapshot":
            self.books.lose_certainty()
        elif fields["t"] == "wallet.changed":
            if fields["reason"] == CASH_OUT:
                self._paid.append(fields)
                self._take_home()
            else:
                self.books.pushed(fields)
        if not self.playing:
            self._wind_up()
        self.go_on()

    def _shown_at_table(self, fields: dict[str, Any]) -> None:
        match fields["t"]:
            case "poker.snapshot":
                self._looked(fields)
            case "poker.seated":
                self._seated(fields["seat"], fields["taken"])
            case "poker.opened":
                self._records.opened(fields["hand"], fields["commitment"])
                self._mix(fields["hand"])
            case "poker.dealt":
                self._dealt(fields)
            case "poker.moved":
                self._moved(fields)
            case "poker.ended":
                self._ended(fields["result"])
            case "sitngo.changed":
                self._changed(fields["tournament"])

    # --- tables and money ---

    def _listed(self, fields: Mapping[str, Any]) -> None:
        self._tables = self._to_try(fields["tables"])
        if not self._tables:
            self.give_up("no table")
            return
        self.books.asset = self._tables[0]["asset"]
        self._watch_next()

    @abstractmethod
    def _to_try(self, tables: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The tables for this bot, in the order in which it looks for a seat."""

    def _changed(self, tournament: dict[str, Any]) -> None:
        """A tournament has changed: not at a cash table."""

    def _watch_next(self) -> None:
        if self._table:
            self.send(self.conversation.unwatch(f"table:{self._table}", OTHER))
        self._table = self._tables.pop(0)["table"]
        self.send(self.conversation.watch(f"table:{self._table}", WATCHING))

    def _bought(self, buying: Buying, fields: Mapping[str, Any]) -> None:
        if fields["amount"] != buying.amount:
            self.tally.mismatch(self.books.player, f"{fields['amount']} is bought for {buying.amount}")
        at = fields["epoch"], fields["seq"]
        self.books.changed(Change(*at, -buying.amount, 0, fields["available"], fields["held"]))

    def _buying(self) -> bool:
        return any(isinstance(asked.context, Buying) for asked in self.conversation.unanswered.values())

    def _is_leaving(self) -> bool:
        return any(asked.context == LEAVING for asked in self.conversation.unanswered.values())

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
            # It left while nobody looked: with how much is not known.
            self._lost()
        if self._welcome:
            self.ready(self._welcome)
            self._welcome = {}
        if shown["opened"]:
            self._records.opened(shown["hand"] + 1, shown["opened"])
            self._mix(shown["hand"] + 1)
        self._act()

    def _lost(self) -> None:
        """The seat was given up while the bot was not there."""
        self.books.lose_track()

    def _seated(self, number: int, taken: Mapping[str, Any] | None) -> None:
        before = self._at.pop(number, None)
        if taken is None:
            if number == self._mine and before is not None:
                self._mine = None
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
        stacks = {number: seat["stack"] for number, seat in self._at.items()}
        self._book = Book(self._terms(fields), fields["hand"], stacks)
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
        if self._records.wants(result["hand"]):
            self.ask({"t": "poker.recall", "table": self._table, "hand": result["hand"]}, RECALLING)
        for number, stack in said.items():
            if number in self._at:
                seat = self._at[number]
                seat["stack"], seat["added"] = stack + seat["added"], 0

    def _check(self, book: Book, result: Mapping[str, Any], said: Mapping[int, int]) -> None:
        """Whether everybody has what the bot reckons, and the house its rake."""
        wrong = book.wrong_in(result)
        self.tally.compared += 1
        if wrong is not None:
            self.tally.mismatch(self.books.player, f"hand {book.number} of {self._table} {wrong}")
        self._reckoned(book, said)

    def _act(self) -> None:
        """Make a move, if it is the bot's turn and it has seen its cards."""
        turn = self._turn
        if (
            turn is None
            or turn["seat"] != self._mine
            or not self._may_act()
            or self._cards[0] != self._hand
            or not self._cards[1]
        ):
            return
        acting = Acting(self._hand, turn["move"])
        if any(asked.context == acting for asked in self.conversation.unanswered.values()):
            return
        kind, to = self._decision(Sight(self._shown["variant"], self._cards[1], turn, self._pot, self._board))
        self._turn = None
        move = {"t": "poker.act", "table": self._table, "hand": self._hand, "move": turn["move"]}
        self.ask({**move, "kind": kind, "to": to}, acting)
