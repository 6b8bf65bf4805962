"""What the words of all instant games share: who stakes what, and where the bet stands in the player's streams."""

from typing import ClassVar

from protocol.jackpots import JackpotDraw
from protocol.model import Amount, AssetCode, Reply, Request
from protocol.requests import BalanceName


class InstantBet(Request):
    """Stake `amount` from a balance of the player's own."""

    room: ClassVar[str] = "instant"
    asset: AssetCode
    balance: BalanceName = "cash"
    amount: Amount


class InstantSettled(Reply):
    """What was staked and what it pays (stake included), and the balance after.

    `epoch` and `seq` are the player's `wallet` stream after this bet; `seed` and `nonce` what the outcome was bound to.
    `jackpot` is there if the game is in one.
    """

    stake: int
    payout: int
    seed: int
    nonce: int
    available: int
    held: int
    epoch: int
    seq: int
    jackpot: JackpotDraw | None = None
