"""A bot that plays dice, as fast as it can."""

from typing import Any, Final

import msgpack

from clients.bots.grounds import Grounds
from clients.bots.instant import InstantBot
from clients.python.conversation import Asked
from protocol.games.dice import ROLL_MAX

TARGET_MIN: Final = 500
TARGET_MAX: Final = 9_500
"""Bots bet on chances between 5 % and 95 %, which no server's limits forbid."""
RETURN_HUNDREDTHS: Final = 9_900
"""A bet pays 99 / chance: one percent is the house's."""
ONE: Final = 10_000
"""Multipliers are in ten-thousandths."""


def payout_of(stake: int, target: int, over: bool, roll: int) -> int:
    """What a bet pays, stake included: `stake * floor(9900 * 10000 / wins) / 10000`, rounded down, when it wins."""
    wins = ROLL_MAX - target if over else target
    won = roll > target if over else roll < target
    return stake * (RETURN_HUNDREDTHS * ONE // wins) // ONE if won else 0


class DiceTemplates:
    """The bytes of every dice bet that a swarm makes, but for its id: encoding a bet is joining four pieces."""

    __slots__ = ("_amounts", "_head", "_stake_min", "_targets")

    def __init__(self, asset: str, stake_min: int, stake_max: int) -> None:
        pack = msgpack.packb
        self._head = b"\x86" + b"".join(map(pack, ("t", "dice.bet", "asset", asset, "id"))) + b"\xc4\x10"
        self._stake_min = stake_min
        self._amounts = [pack("amount") + pack(amount) for amount in range(stake_min, stake_max + 1)]
        self._targets = {
            over: [pack("over") + pack(over) + pack("target") + pack(target) for target in range(ROLL_MAX + 1)]
            for over in (False, True)
        }

    def bet(self, request_id: bytes, amount: int, target: int, over: bool) -> bytes:
        """The msgpack map of one bet."""
        return b"".join((self._head, request_id, self._amounts[amount - self._stake_min], self._targets[over][target]))


class DiceBot(InstantBot):
    """Bets on both sides of targets of all chances."""

    def __init__(self, grounds: Grounds, number: int, templates: dict[str, DiceTemplates]) -> None:
        super().__init__(grounds, number, "dice")
        self._all_templates = templates

    def _prepare(self) -> None:
        """Bots with the same asset share the pieces of their bets."""
        asset, templates = self.books.asset, self._all_templates.get(self.books.asset)
        if templates is None:
            config = self.grounds.config
            templates = self._all_templates[asset] = DiceTemplates(asset, config.stake_min, config.stake_max)
        self._encode = templates.bet

    def _bet(self) -> None:
        chance = self._chance
        amount = self._stake_min + int(chance() * self._stakes)
        target = TARGET_MIN + int(chance() * (TARGET_MAX - TARGET_MIN + 1))
        over = chance() < 0.5
        conversation = self.conversation
        request_id = conversation.ids.next()
        asked = conversation.remember(
            request_id, self._encode(request_id, amount, target, over), (amount, target, over)
        )
        self.send(asked)

    def _checked(self, asked: Asked, reply: dict[str, Any]) -> tuple[int, int]:
        stake, target, over = asked.context
        payout = payout_of(stake, target, over, reply["roll"])
        if reply["payout"] != payout or reply["stake"] != stake:
            self.tally.mismatch(
                self.books.player,
                f"{reply['payout']} is paid for {stake} on {'over' if over else 'under'} {target} "
                f"with the roll {reply['roll']}, not {payout}",
            )
        return stake, payout
