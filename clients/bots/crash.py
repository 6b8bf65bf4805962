"""A bot at a table of crash: it bets at targets, cashes some of its bets out by hand, and knows what each pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from math import log
from typing import Any, Final

from clients.bots.crash_layout import ONE, ByHand
from clients.bots.seat import Bet, Seat, Standing
from clients.bots.table import TableBot
from clients.python.conversation import Asked

GROWTH: Final = 0.00006
"""Of the curve, per millisecond."""
BY_HAND_SHARE: Final = 0.5
"""Bets that the bot means to cash out before their target."""


@dataclass(frozen=True, slots=True)
class CashingOut:
    """The context of a request to cash a bet out."""

    bet: bytes


class CrashBot(TableBot):
    """Bets in every round, and goes on watching until the bust."""

    def answered(self, asked: Asked, fields: dict[str, Any]) -> None:
        """Go on with what was asked for."""
        if isinstance(asked.context, CashingOut):
            if fields["t"] == "crash.cashed":
                self._cashed(asked.context.bet, fields)
            self._prove_older(self._round)
        super().answered(asked, fields)

    def pushed(self, stream: str, fields: dict[str, Any]) -> None:
        """Follow the flight."""
        if fields["t"] == "crash.launched":
            self._launched(fields["round"])
        super().pushed(stream, fields)

    def result_of(self, proof: Mapping[str, Any]) -> Mapping[str, Any]:
        """The outcome of a bet's proof, and where it was cashed out by hand."""
        return {**proof["outcome"], "cashed_out": proof["params"].get("cashed_out")}

    def _bet(self, seat: Seat, round_number: int, bet: Bet, entropy: str) -> None:
        if self._may_ask(round_number):
            one = Bet(bet.layout, bet.wagers[:1])
            spot, amount = one.wagers[0]
            target = int(spot.removeprefix("auto:"))
            fields = {"t": "crash.bet", "table": seat.table, "amount": amount, "target": target, "entropy": entropy}
            self.ask(fields, one)

    def _launched(self, round_number: int) -> None:
        """Plan when to cash out: at multipliers that are reached as often as the planned share of the target."""
        for bet, standing in self._standing.items():
            if standing.round != round_number or self._chance.random() >= BY_HAND_SHARE:
                continue
            target = int(standing.bet.wagers[0][0].removeprefix("auto:"))
            at_ms = self._chance.random() * log(target / ONE) / GROWTH
            self.grounds.loop.call_later(at_ms / 1000, partial(self._cash_out, bet, round_number))

    def _cash_out(self, bet: bytes, round_number: int) -> None:
        if self._seat is not None and bet in self._standing and self._may_ask(round_number):
            self.ask({"t": "crash.cashout", "table": self._seat.table, "bet": bet}, CashingOut(bet))

    def _cashed(self, bet: bytes, fields: Mapping[str, Any]) -> None:
        standing = self._standing.get(bet)
        if standing is None:
            return
        multiplier, stake = fields["multiplier"], standing.bet.stake
        if fields["payout"] != stake * multiplier // ONE:
            self.tally.mismatch(self.books.player, f"{fields['payout']} is promised for {stake} at {multiplier}")
        self._standing[bet] = Standing(Bet(ByHand(multiplier), standing.bet.wagers), standing.round)

    def _taking_back(self) -> bool:
        """Whether it is not known what becomes of a bet: it was asked for again, or is being cashed out."""
        asked = self.conversation.unanswered.values()
        return super()._taking_back() or any(isinstance(one.context, CashingOut) for one in asked)
