"""What bots of all instant games do alike: so many bets in flight, each checked by the bot's own arithmetic."""

from abc import abstractmethod
from typing import Any

import msgpack

from clients.bots.books import Change
from clients.bots.bot import Bot
from clients.bots.grounds import Grounds
from clients.bots.wins import Wins
from clients.python.conversation import Asked
from protocol.errors import Code


class InstantBot(Bot):
    """Keeps `in_flight` bets on their way. A refusal for lack of funds takes one of them away for good."""

    def __init__(self, grounds: Grounds, number: int, game: str) -> None:
        super().__init__(grounds, number)
        config = grounds.config
        self._game = game
        self._tag = f"{game}.settled"
        self._chance = grounds.chance(number, "play").random
        self._stake_min = config.stake_min
        self._stakes = config.stake_max - config.stake_min + 1
        self._slots = config.in_flight
        self._clock = grounds.clock
        self.books.wins = Wins()

    @abstractmethod
    def _bet(self) -> None:
        """Make one bet, remembered with what `_checked` needs."""

    @abstractmethod
    def _checked(self, asked: Asked, reply: dict[str, Any]) -> tuple[int, int]:
        """Stake and payout of a settled bet, by the bot's own arithmetic; what differs is a mismatch."""

    def welcomed(self, welcome: dict[str, Any]) -> None:
        """Play with the first balance that has something in it."""
        balances = [view for view in welcome["balances"] if view["balance"] == "cash"]
        richest = next((view for view in balances if view["available"] > 0), balances[0])
        self.books.asset = richest["asset"]
        self._prepare()
        self.ready(welcome)

    def _prepare(self) -> None:
        """The asset is known, and nothing was bet yet."""

    def play(self) -> None:
        """Fill the flight."""
        if self._clock() < self.until:
            for _ in range(self._slots - len(self.conversation.unanswered)):
                self._bet()

    def message(self, payload: bytes) -> None:
        """The hot path: a settled bet, which is checked, counted, and followed by the next."""
        fields = msgpack.unpackb(payload, use_list=False)
        if fields["t"] != self._tag:
            self.heard(fields)
            return
        now = self.heard_at = self._clock()
        asked = self.conversation.answered(fields["id"])
        if asked is None:
            return
        self.tally.latencies.add(now - asked.at)
        self._settled(asked, fields)
        # With thousands of sockets that are always ready, timers come late: the end of play is not left to one.
        if self.playing and self.books.certain and now < self.until:
            self._bet()
        else:
            self.go_on()

    def answered(self, asked: Asked, fields: dict[str, Any]) -> None:
        """A bet was refused for good."""
        if fields["t"] == "error" and fields["code"] == Code.INSUFFICIENT_FUNDS:
            self._slots -= 1

    def pushed(self, stream: str, fields: dict[str, Any]) -> None:
        """The wallet was moved by something else than a reply tells."""
        if fields["t"] == "wallet.changed":
            self.books.pushed(fields)

    def anything_open(self) -> bool:
        """Instant games settle at once."""
        return False

    def _settled(self, asked: Asked, reply: dict[str, Any]) -> None:
        stake, payout = self._checked(asked, reply)
        tally = self.tally
        epoch, seq = reply["epoch"], reply["seq"]
        self.conversation.wallet.unordered(epoch, seq)
        self.books.changed(Change(epoch, seq, payout - stake, 0, reply["available"], reply["held"]))
        jackpot = reply["jackpot"]
        if jackpot is not None and jackpot["won"]:
            self.books.win(reply["id"], len(jackpot["won"]))
        tally.bets += 1
        tally.staked += stake
        tally.won += payout
        if self.grounds.journal is not None:
            self.grounds.journal.acknowledged(self.books.player, self._game, reply)
