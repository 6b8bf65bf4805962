"""Limbo: name a multiplier; the bet pays it when the result reaches it.

The result is 0.99 / u for a u drawn from (0, 1] in steps of 2**-24, the scheme that is widely published, floored to
hundredths and at least 1.00. It is computed in integers. Of the 2**24 results 44 are a hundredth higher than those of
the published arithmetic in binary floating point, which falls short of the exact value there; none of them is reached
by a smaller u. The return of a target is 0.99 less what the steps take from it, which is below 2**-24 of the target.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from actors.fairness.draws import Draws
from actors.fairness.verify import NotAWager
from actors.games.alone import AloneGame, Params, whole
from actors.games.odds import Payoffs, payoffs_of
from protocol.errors import Refusal
from protocol.games.limbo import TARGET_MAX, TARGET_MIN, LimboBet
from protocol.model import Request

STEPS: Final = 2**24
RETURN_HUNDREDTHS: Final = 99
RESULT_MIN: Final = 100
_MULTIPLIER_HUNDREDTH: Final = 100
"""A hundredth of the stake, in the ten-thousandths of a multiplier."""


def result_of(u32: int) -> int:
    """The result, in hundredths, of a number of the stream: only its upper 24 bits count."""
    return max(RESULT_MIN, RETURN_HUNDREDTHS * STEPS // ((u32 >> 8) + 1))


def winning_steps(target: int) -> int:
    """How many of the 2**24 steps reach a target, in hundredths, above 1.00."""
    return RETURN_HUNDREDTHS * STEPS // target


class Limbo(AloneGame):
    """The game as its actor plays it."""

    name = "limbo"
    settled = "limbo.settled"
    request: type[Request] = LimboBet

    def params_of(self, request: LimboBet) -> Params | Refusal:
        """Every target of the protocol can be bet on."""
        return {"target": request.target}

    def checked(self, params: Params) -> Params:
        """See `AloneGame.checked`."""
        target = whole(params, "target")
        if not TARGET_MIN <= target <= TARGET_MAX:
            raise NotAWager("target", target)
        return {"target": target}

    def draw(self, params: Params, draws: Draws) -> tuple[Mapping[str, Any], int]:
        """All or nothing."""
        result = result_of(draws.u32())
        return {"result": result}, self.multiplier_max(params) if result >= params["target"] else 0

    def multiplier_max(self, params: Params) -> int:
        """The target."""
        target: int = params["target"]
        return target * _MULTIPLIER_HUNDREDTH

    def shown(self, params: Params, outcome: Mapping[str, Any]) -> Mapping[str, Any]:
        """See `LimboSettled`."""
        return {"result": outcome["result"], "target": params["target"]}

    def payoffs(self, params: Params) -> Payoffs:
        """The target, or nothing."""
        target: int = params["target"]
        chance = Fraction(winning_steps(target), STEPS)
        return payoffs_of([(Fraction(0), 1 - chance), (Fraction(target, 100), chance)])
