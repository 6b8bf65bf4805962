"""Plinko: a ball falls through rows of pins, to the right at each with one chance in two, into a slot.

Each row takes one number of the stream and goes right when it is 2**31 or more, the scheme that is widely published;
there is no bias. The slot is the number of times that it went right. What slots pay is published too; the returns lie
between 0.98906 and 0.99160 of the stake, and each is known exactly from the binomial chances.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import comb
from typing import Any

from actors.fairness.draws import Draws
from actors.games.alone import MULTIPLIER_ONE, AloneGame, Params, one_of
from actors.games.odds import Payoffs, payoffs_of
from protocol.errors import Refusal
from protocol.games.plinko import TABLES, PlinkoBet
from protocol.model import Request


class Plinko(AloneGame):
    """The game as its actor plays it."""

    name = "plinko"
    settled = "plinko.settled"
    request: type[Request] = PlinkoBet

    def params_of(self, request: PlinkoBet) -> Params | Refusal:
        """Every table of the protocol can be played."""
        return {"rows": request.rows, "risk": request.risk}

    def checked(self, params: Params) -> Params:
        """See `AloneGame.checked`."""
        rows = one_of(params, "rows", TABLES)
        return {"rows": rows, "risk": one_of(params, "risk", TABLES[rows])}

    def draw(self, params: Params, draws: Draws) -> tuple[Mapping[str, Any], int]:
        """A number of the stream for each row, from the top."""
        path = "".join(["R" if u32 >> 31 else "L" for u32 in draws.u32s(params["rows"])])
        return {"path": path}, _paying(params)[path.count("R")]

    def multiplier_max(self, params: Params) -> int:
        """That of the slots at the edges."""
        return _best(params["rows"], params["risk"])

    def shown(self, params: Params, outcome: Mapping[str, Any]) -> Mapping[str, Any]:
        """See `PlinkoSettled`."""
        slot = outcome["path"].count("R")
        return {"path": outcome["path"], "slot": slot, "multiplier": _paying(params)[slot]}

    def payoffs(self, params: Params) -> Payoffs:
        """Binomial."""
        rows = params["rows"]
        return payoffs_of(
            (Fraction(multiplier, MULTIPLIER_ONE), Fraction(comb(rows, slot), 2**rows))
            for slot, multiplier in enumerate(_paying(params))
        )


def _paying(params: Params) -> tuple[int, ...]:
    return TABLES[params["rows"]][params["risk"]]


@cache
def _best(rows: int, risk: str) -> int:
    """Of the tables there are."""
    return max(TABLES[rows][risk])
