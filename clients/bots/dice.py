"""A bot that plays dice: a fixed number of bets in flight, each checked by the bot's own arithmetic."""

from typing import Any, Final

import msgpack

from clients.bots.books import Change
from clients.bots.bot import Bot
from clients.bots.grounds import Grounds
from clients.python.conversation import Asked
from protocol.errors import Code
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


class DiceBot(Bot):
    """Keeps `in_flight` bets on their way. A refusal for lack of funds takes one of them away for good."""

    def __init__(self, grounds: Grounds, number: int, templates: dict[str, DiceTemplates]) -> None:
        super().__init__(grounds, number)
        config = grounds.config
        self._all_templates = templates
        self._chance = grounds.chance(number, "play").random
        self._stake_min = config.stake_min
        self._stakes = config.stake_max - config.stake_min + 1
        self._slots = config.in_flight
        self._clock = grounds.clock

    def welcomed(self, welcome: dict[str, Any]) -> None:
        """Play with the first balance that has something in it."""
        balances = [view for view in welcome["balances"] if view["balance"] == "cash"]
        richest = next((view for view in balances if view["available"] > 0), balances[0])
        asset = richest["asset"]
        self.books.asset = asset
        templates = self._all_templates.get(asset)
        if templates is None:
            config = self.grounds.config
            templates = self._all_templates[asset] = DiceTemplates(asset, config.stake_min, config.stake_max)
        self._encode = templates.bet
        self.ready(welcome)

    def play(self) -> None:
        """Fill the flight."""
        if self._clock() < self.until:
            for _ in range(self._slots - len(self.conversation.unanswered)):
                self._bet()

    def message(self, payload: bytes) -> None:
        """The hot path: a settled bet, which is checked, counted, and followed by the next."""
        fields = msgpack.unpackb(payload, use_list=False)
        if fields["t"] != "dice.settled":
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
        """Dice settle at once."""
        return False

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

    def _settled(self, asked: Asked, reply: dict[str, Any]) -> None:
        stake, target, over = asked.context
        payout = payout_of(stake, target, over, reply["roll"])
        tally = self.tally
        if reply["payout"] != payout or reply["stake"] != stake:
            tally.mismatch(
                self.books.player,
                f"{reply['payout']} is paid for {stake} on {'over' if over else 'under'} {target} "
                f"with the roll {reply['roll']}, not {payout}",
            )
        epoch, seq = reply["epoch"], reply["seq"]
        self.conversation.wallet.unordered(epoch, seq)
        self.books.changed(Change(epoch, seq, payout - stake, 0, reply["available"], reply["held"]))
        tally.bets += 1
        tally.staked += stake
        tally.won += payout
        if self.grounds.journal is not None:
            self.grounds.journal.acknowledged(self.books.player, "dice", reply)
