"""A bot that plays a game of several steps: one game after the other, each checked by the bot's own arithmetic."""

from dataclasses import dataclass
from typing import Any, Final

from clients.bots.books import JACKPOT_WIN, Change
from clients.bots.bot import Bot
from clients.bots.grounds import Grounds
from clients.bots.turns import TURN_STRATEGIES
from clients.python.conversation import Asked
from protocol.errors import Code

HOLD: Final = "hold"
SETTLE: Final = "settle"


@dataclass(frozen=True, slots=True)
class Playing:
    """The game that a request is of: its wager and stake."""

    stake: int
    wager: dict[str, Any]


class StepBot(Bot):
    """Begins a game whenever none is open; an open one is played to its end even when no more are begun."""

    def __init__(self, grounds: Grounds, number: int, game: str) -> None:
        super().__init__(grounds, number)
        config = grounds.config
        self._game = game
        self._strategy = TURN_STRATEGIES[game]
        self._chance = grounds.chance(number, "play").random
        self._stake_min = config.stake_min
        self._stakes = config.stake_max - config.stake_min + 1
        self._open: bytes | None = None
        self._is_broke = False
        self._moved: dict[tuple[bytes, str], dict[str, Any]] = {}

    def welcomed(self, welcome: dict[str, Any]) -> None:
        """Play with the first balance that has something in it."""
        balances = [view for view in welcome["balances"] if view["balance"] == "cash"]
        richest = next((view for view in balances if view["available"] > 0), balances[0])
        self.books.asset = richest["asset"]
        self.ready(welcome)

    def play(self) -> None:
        """Begin a game, if none is open or on its way."""
        now = self.grounds.clock()
        if self._open is None and not self.conversation.unanswered and not self._is_broke and now < self.until:
            stake = self._stake_min + int(self._chance() * self._stakes)
            wager = self._strategy.choose(self._chance)
            fields = {"t": f"{self._game}.bet", "asset": self.books.asset, "amount": stake, **wager}
            self.ask(fields, Playing(stake, wager))

    def anything_open(self) -> bool:
        """Whether a game is not over."""
        return self._open is not None

    def answered(self, asked: Asked, fields: dict[str, Any]) -> None:
        """Take the next step, or count what a game paid."""
        game = asked.context
        if not isinstance(game, Playing):
            return
        if fields["t"] == "error":
            self._refused(game, fields)
            return
        self.tally.latencies.add(self.heard_at - asked.at)
        if self.grounds.journal is not None:
            self.grounds.journal.acknowledged(self.books.player, self._game, fields)
        if self._open is None:
            self._open = fields["bet"]
            self._change(HOLD, -game.stake, game.stake)
        if fields["over"]:
            self._settled(game, fields)
        else:
            step = self._strategy.step(self._chance, fields)
            self.ask({**step, "bet": fields["bet"], "step": fields["step"]}, game)

    def pushed(self, stream: str, fields: dict[str, Any]) -> None:
        """The wallet was moved: by a game, which its reply tells more of, or by something else."""
        if fields["t"] != "wallet.changed":
            if fields["t"] == "wallet.snapshot":
                self.books.lose_certainty()
            return
        of_game = fields["ref"] == self._open or fields["ref"] in self.conversation.unanswered
        if of_game and self.books.certain and fields["reason"] != JACKPOT_WIN:
            self._moved[fields["ref"], fields["reason"]] = fields
        else:
            self.books.pushed(fields)

    def _change(self, reason: str, available_by: int, held_by: int) -> None:
        """A game has moved the wallet; the event that says so came before the reply, or never comes."""
        event = self._moved.pop((self._open or b"", reason), None)
        said = (0, 0, available_by, held_by, 0, 0)
        if event is not None:
            said = (event["epoch"], event["seq"], available_by, held_by, event["available"], event["held"])
        self.books.changed(Change(*said))

    def _settled(self, game: Playing, reply: dict[str, Any]) -> None:
        payout = self._strategy.payout(game.wager, game.stake, reply)
        if payout != reply["payout"] or reply["stake"] != game.stake:
            self.tally.mismatch(
                self.books.player,
                f"{reply['payout']} is paid for {game.stake} on {game.wager} in {self._game}, not {payout}: {reply}",
            )
        paid: int = reply["payout"]
        self._change(SETTLE, paid, -game.stake)
        self._open = None
        self._moved.clear()
        self.tally.bets += 1
        self.tally.staked += game.stake
        self.tally.won += paid

    def _refused(self, game: Playing, failed: dict[str, Any]) -> None:
        """A start that cannot be paid is the last one; a game that is gone was finished by the platform."""
        if failed["code"] == Code.INSUFFICIENT_FUNDS:
            self._is_broke = True
        elif self._open is not None:
            self._open = None
            self._moved.clear()
            self.books.lose_track()
