"""A bot that plays an instant game of one draw by the game's strategy."""

from typing import Any

from clients.bots.grounds import Grounds
from clients.bots.instant import InstantBot
from clients.bots.strategies import STAKED_IN, STRATEGIES
from clients.python.conversation import Asked


class AloneBot(InstantBot):
    """Asks the strategy what to bet on, and what came of it."""

    def __init__(self, grounds: Grounds, number: int, game: str) -> None:
        super().__init__(grounds, number, game)
        self._strategy = STRATEGIES[game]
        self._unit = STAKED_IN.get(game, 1)

    def _bet(self) -> None:
        chance = self._chance
        stake = self._stake_min + int(chance() * self._stakes)
        stake += -stake % self._unit
        wager = self._strategy.choose(chance)
        fields = {"t": f"{self._game}.bet", "asset": self.books.asset, "amount": stake, **wager}
        self.ask(fields, (stake, wager))

    def _checked(self, asked: Asked, reply: dict[str, Any]) -> tuple[int, int]:
        stake, wager = asked.context
        payout = self._strategy.payout(wager, stake, reply)
        if reply["payout"] != payout or reply["stake"] != stake:
            self.tally.mismatch(
                self.books.player,
                f"{reply['payout']} is paid for {stake} on {wager} in {self._game}, not {payout}: {reply}",
            )
        return stake, reply["payout"] if payout is None else payout
