"""The wheel of fortune: equal segments, one of which it stops at.

One number of the stream chooses the segment by floor(float * segments), the scheme that is widely published; its bias
is below 2**-32 * 50. Every table returns exactly 0.99 of the stake.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from actors.fairness.draws import Draws
from actors.games.alone import MULTIPLIER_ONE, AloneGame, Params, one_of
from actors.games.odds import Payoffs, payoffs_of
from protocol.errors import Refusal
from protocol.games.wheel import TABLES, WheelBet
from protocol.model import Request


class WheelOfFortune(AloneGame):
    """The game as its actor plays it."""

    name = "wheel"
    settled = "wheel.settled"
    request: type[Request] = WheelBet

    def params_of(self, request: WheelBet) -> Params | Refusal:
        """Every table of the protocol can be played."""
        return {"segments": request.segments, "risk": request.risk}

    def checked(self, params: Params) -> Params:
        """See `AloneGame.checked`."""
        segments = one_of(params, "segments", TABLES)
        return {"segments": segments, "risk": one_of(params, "risk", TABLES[segments])}

    def draw(self, params: Params, draws: Draws) -> tuple[Mapping[str, Any], int]:
        """One number."""
        segment = draws.below(params["segments"])
        return {"segment": segment}, _paying(params)[segment]

    def multiplier_max(self, params: Params) -> int:
        """That of the best segment."""
        return _best(params["segments"], params["risk"])

    def shown(self, params: Params, outcome: Mapping[str, Any]) -> Mapping[str, Any]:
        """See `WheelSettled`."""
        segment = outcome["segment"]
        return {"segment": segment, "multiplier": _paying(params)[segment]}

    def payoffs(self, params: Params) -> Payoffs:
        """Every segment alike."""
        table = _paying(params)
        return payoffs_of((Fraction(multiplier, MULTIPLIER_ONE), Fraction(1, len(table))) for multiplier in table)


def _paying(params: Params) -> tuple[int, ...]:
    return TABLES[params["segments"]][params["risk"]]


@cache
def _best(segments: int, risk: str) -> int:
    """Of the tables there are."""
    return max(TABLES[segments][risk])
