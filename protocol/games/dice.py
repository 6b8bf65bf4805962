"""The words of dice: over or under a target, one of 10,001 rolls."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from protocol.jackpots import JackpotDraw
from protocol.model import Amount, AssetCode, Message, Reply, Request
from protocol.requests import BalanceName

ROLL_MAX: Final = 10_000
"""Rolls and targets are in hundredths: 0 (0.00) to 10,000 (100.00)."""


class DiceBet(Request):
    """Stake `amount` that the roll comes strictly over (or under) `target`, in hundredths."""

    room: ClassVar[str] = "instant"
    t: Literal["dice.bet"] = "dice.bet"
    asset: AssetCode
    balance: BalanceName = "cash"
    amount: Amount
    target: Annotated[int, Field(ge=0, le=ROLL_MAX)]
    over: bool


class DiceSettled(Reply):
    """The roll, what it pays (stake included), and the balance after. `multiplier` is in ten-thousandths.

    `epoch` and `seq` are the player's `wallet` stream after this bet; `seed` and `nonce` what the roll was bound to.
    `jackpot` is there if dice is in one.
    """

    t: Literal["dice.settled"] = "dice.settled"
    roll: int
    stake: int
    payout: int
    multiplier: int
    seed: int
    nonce: int
    available: int
    held: int
    epoch: int
    seq: int
    jackpot: JackpotDraw | None = None


REQUESTS: Final[tuple[type[Request], ...]] = (DiceBet,)
REPLIES: Final[tuple[type[Message], ...]] = (DiceSettled,)
