"""A bot at a table of blackjack: it also plays its hands, by basic strategy."""

from typing import Any

from clients.bots.blackjack import Game, Layout, choose
from clients.bots.grounds import Grounds
from clients.bots.seat import Bet
from clients.bots.table import TableBot
from clients.bots.tables import Tables
from clients.python.conversation import Asked

ACTING = "acting"
RAISES = frozenset({"double", "split"})


class BlackjackBot(TableBot):
    """Acts when the table says that it is its turn; what it missed, the platform plays."""

    def __init__(self, grounds: Grounds, number: int, tables: Tables, game: str) -> None:
        super().__init__(grounds, number, tables, game)
        self._hands: Game | None = None

    def answered(self, asked: Asked, fields: dict[str, Any]) -> None:
        """A raise is a bet; what is put down for it waits for the end of the round like any other."""
        if isinstance(asked.context, Bet) and fields["t"] == "blackjack.raised":
            self._placed(asked, asked.context, fields)
            self.books.look_again()
        else:
            super().answered(asked, fields)

    def pushed(self, stream: str, fields: dict[str, Any]) -> None:
        """Follow the hands, and act."""
        match fields["t"]:
            case "blackjack.played":
                self._follow(fields)
            case "blackjack.opened" | "blackjack.snapshot":
                self._hands = None
        super().pushed(stream, fields)

    def _follow(self, fields: dict[str, Any]) -> None:
        steps = fields["steps"]
        if steps and steps[0][0] == "deal":
            self._hands = Game()
        if self._hands is None:
            return
        self._hands.follow(fields["boxes"], steps)
        seat = self._seat
        if seat is None or fields["player"] != self.books.player or not self.conversation.open:
            return
        box = fields["turn"]
        hand = self._hands.waiting(box) or self._hands.boxes[box][0]
        action = choose(hand.cards, self._hands.up, fields["actions"])
        request = {"table": seat.table, "box": box, "action": action, "step": fields["step"]}
        if action in RAISES:
            number = len(self._hands.boxes[box]) if action == "split" else hand.number
            bet = Bet(Layout(), ((f"{action}{box}.{number}", self._stake(box)),))
            self.ask({"t": "blackjack.raise", **request}, bet)
        else:
            self.ask({"t": "blackjack.act", **request}, ACTING)

    def _stake(self, box: int) -> int:
        """What the bot has on a box, without what was put down while it was played."""
        spot = f"box{box}"
        return sum(
            amount
            for one in self._standing.values()
            if one.round == self._round
            for on, amount in one.bet.wagers
            if on == spot
        )
