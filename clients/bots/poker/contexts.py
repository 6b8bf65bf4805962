"""What bots at poker tables know their requests by."""

from dataclasses import dataclass
from typing import Final

LISTING: Final = "listing"
WATCHING: Final = "watching"
PEEKING: Final = "peeking"
LEAVING: Final = "leaving"
OTHER: Final = "other"
CASH_OUT: Final = "cash_out"
ENTROPY_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Buying:
    """The context of a request that is paid for."""

    amount: int


@dataclass(frozen=True, slots=True)
class Acting:
    """The context of a move."""

    hand: int
    move: int
