"""Keno: ten of forty numbers are drawn, and a pay table counts how many of the player's picks are among them.

The draw takes numbers out of what is left, each by one number of the stream, the scheme that is widely published: the
ten are in the order in which they came. One of n that are left is chosen by floor(float * n), whose bias is below
2**-32 * 40 for any number. The pay tables are those commonly played; their returns are between 0.9865 and 0.9907.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import comb
from typing import Any, Final

from actors.fairness.draws import Draws
from actors.fairness.verify import NotAWager
from actors.games.alone import MULTIPLIER_ONE, AloneGame, Params, one_of
from actors.games.odds import Payoffs, payoffs_of
from protocol.errors import Code, Refusal
from protocol.games.keno import DRAWN, NUMBERS, PICKS_MAX, TABLES, KenoBet
from protocol.model import Request

_ALL: Final = list(range(1, NUMBERS + 1))


def drawn_of(draws: Draws) -> list[int]:
    """The ten numbers in the order in which they are drawn."""
    return draws.taken_out(_ALL.copy(), DRAWN)


class Keno(AloneGame):
    """The game as its actor plays it."""

    name = "keno"
    settled = "keno.settled"
    request: type[Request] = KenoBet

    def params_of(self, request: KenoBet) -> Params | Refusal:
        """Picks are a set: recorded in ascending order, and refused with `INVALID_BET` when one is there twice."""
        picks = sorted(request.picks)
        before = 0
        for pick in picks:
            if pick == before:
                return Refusal(Code.INVALID_BET, {"picks": list(request.picks), "different": len(set(picks))})
            before = pick
        return {"picks": picks, "risk": request.risk}

    def checked(self, params: Params) -> Params:
        """See `AloneGame.checked`."""
        risk, picks = one_of(params, "risk", TABLES), params.get("picks")
        if not isinstance(picks, list | tuple) or not 1 <= len(picks) <= PICKS_MAX:
            raise NotAWager("picks", picks)
        if any(type(pick) is not int or not 1 <= pick <= NUMBERS for pick in picks) or len(set(picks)) != len(picks):
            raise NotAWager("picks", picks)
        return {"picks": list(picks), "risk": risk}

    def draw(self, params: Params, draws: Draws) -> tuple[Mapping[str, Any], int]:
        """Ten numbers, and what the hits among them pay."""
        drawn = drawn_of(draws)
        picks = list(params["picks"])
        return {"drawn": drawn}, TABLES[params["risk"]][len(picks) - 1][_hits(picks, drawn)]

    def multiplier_max(self, params: Params) -> int:
        """That of the most hits is not always the largest possible, so all are looked at."""
        return _best(params["risk"], len(params["picks"]))

    def shown(self, params: Params, outcome: Mapping[str, Any]) -> Mapping[str, Any]:
        """See `KenoSettled`."""
        picks, drawn = list(params["picks"]), list(outcome["drawn"])
        hits = _hits(picks, drawn)
        return {
            "drawn": tuple(drawn),
            "hits": hits,
            "multiplier": TABLES[params["risk"]][len(picks) - 1][hits],
        }

    def payoffs(self, params: Params) -> Payoffs:
        """Hypergeometric."""
        picks = len(params["picks"])
        return payoffs_of(
            (
                Fraction(multiplier, MULTIPLIER_ONE),
                Fraction(comb(DRAWN, hits) * comb(NUMBERS - DRAWN, picks - hits), comb(NUMBERS, picks)),
            )
            for hits, multiplier in enumerate(_paying(params))
        )


def _hits(picks: list[int], drawn: list[int]) -> int:
    # A bit for each number, of which there are fewer than 62: no set is made, and what is compiled has no objects.
    picked = 0
    for pick in picks:
        picked |= 1 << pick
    hits = 0
    for number in drawn:
        hits += picked >> number & 1
    return hits


def _paying(params: Params) -> tuple[int, ...]:
    return TABLES[params["risk"]][len(params["picks"]) - 1]


@cache
def _best(risk: str, picks: int) -> int:
    """Of the tables there are."""
    return max(TABLES[risk][picks - 1])
