"""The words of limbo: a target, and a result that reaches it or does not."""

from typing import Annotated, Final, Literal

from pydantic import Field

from protocol.games.instant import InstantBet, InstantSettled
from protocol.model import Message, Request

TARGET_MIN: Final = 101
TARGET_MAX: Final = 100_000_000
"""Targets and results are multiples of the stake in hundredths: 1.01 to 1,000,000.00."""


class LimboBet(InstantBet):
    """Stake `amount` that the result reaches `target`, in hundredths."""

    t: Literal["limbo.bet"] = "limbo.bet"
    target: Annotated[int, Field(ge=TARGET_MIN, le=TARGET_MAX)]


class LimboSettled(InstantSettled):
    """The result in hundredths; at `target` or above, the bet pays `target` hundredths of the stake."""

    t: Literal["limbo.settled"] = "limbo.settled"
    result: int
    target: int


REQUESTS: Final[tuple[type[Request], ...]] = (LimboBet,)
REPLIES: Final[tuple[type[Message], ...]] = (LimboSettled,)
