"""The words of the wheel of fortune: equal segments, each with a multiplier."""

from collections.abc import Mapping
from typing import Final, Literal

from protocol.games.instant import InstantBet, InstantSettled
from protocol.model import Message, Request

WheelRisk = Literal["low", "medium", "high"]
WheelSegments = Literal[10, 20, 30, 40, 50]

_TENTH: Final = 1_000
"""A tenth of the stake in ten-thousandths."""
_LOW_TENTHS: Final = (15, 12, 12, 12, 0, 12, 12, 12, 12, 0)
"""Of ten segments; larger wheels repeat them."""
_MEDIUM_TENTHS: Final[Mapping[int, str]] = {
    10: "0 19 0 15 0 20 0 15 0 30",
    20: "15 0 20 0 20 0 20 0 15 0 30 0 18 0 20 0 20 0 20 0",
    30: "15 0 15 0 20 0 15 0 20 0 20 0 15 0 30 0 15 0 20 0 20 0 17 0 40 0 15 0 20 0",
    40: "20 0 30 0 20 0 15 0 30 0 15 0 15 0 20 0 15 0 30 0 15 0 20 0 20 0 16 0 20 0 15 0 30 0 15 0 20 0 15 0",
    50: "20 0 15 0 20 0 15 0 30 0 15 0 15 0 20 0 15 0 30 0 15 0 20 0 15"
    " 0 20 0 20 0 15 0 30 0 15 0 20 0 15 0 15 0 50 0 15 0 20 0 15 0",
}


def _tables(segments: int) -> dict[str, tuple[int, ...]]:
    tenths = {
        "low": _LOW_TENTHS * (segments // len(_LOW_TENTHS)),
        "medium": tuple(map(int, _MEDIUM_TENTHS[segments].split())),
        "high": (0,) * (segments - 1) + (segments * 99 // 10,),
    }
    return {risk: tuple(paid * _TENTH for paid in table) for risk, table in tenths.items()}


TABLES: Final[Mapping[int, Mapping[str, tuple[int, ...]]]] = {
    segments: _tables(segments) for segments in _MEDIUM_TENTHS
}
"""The multiplier of each segment, in ten-thousandths, by how many there are, and risk."""


class WheelBet(InstantBet):
    """Spin a wheel of `segments`; `risk` says how their multipliers are spread."""

    t: Literal["wheel.bet"] = "wheel.bet"
    segments: WheelSegments
    risk: WheelRisk


class WheelSettled(InstantSettled):
    """The segment where the wheel stopped, from 0, and its `multiplier` in ten-thousandths."""

    t: Literal["wheel.settled"] = "wheel.settled"
    segment: int
    multiplier: int


REQUESTS: Final[tuple[type[Request], ...]] = (WheelBet,)
REPLIES: Final[tuple[type[Message], ...]] = (WheelSettled,)
