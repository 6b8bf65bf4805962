"""The words of keno: up to ten numbers of forty, of which ten are drawn."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from protocol.games.instant import InstantBet, InstantSettled
from protocol.model import Message, Request

NUMBERS: Final = 40
DRAWN: Final = 10
PICKS_MAX: Final = 10
KenoRisk = Literal["classic", "low", "medium", "high"]
KenoNumber = Annotated[int, Field(ge=1, le=NUMBERS)]

_HUNDREDTHS: Final[Mapping[str, tuple[tuple[int, ...], ...]]] = {
    # For one pick, for two, …: what no hit pays, what one pays, …, in hundredths of the stake.
    "classic": (
        (0, 396),
        (0, 190, 450),
        (0, 100, 310, 1_040),
        (0, 80, 180, 500, 2_250),
        (0, 25, 140, 410, 1_650, 3_600),
        (0, 0, 100, 368, 700, 1_650, 4_000),
        (0, 0, 47, 300, 450, 1_400, 3_100, 6_000),
        (0, 0, 0, 220, 400, 1_300, 2_200, 5_500, 7_000),
        (0, 0, 0, 155, 300, 800, 1_500, 4_400, 6_000, 8_500),
        (0, 0, 0, 140, 225, 450, 800, 1_700, 5_000, 8_000, 10_000),
    ),
    "low": (
        (70, 185),
        (0, 200, 380),
        (0, 110, 138, 2_600),
        (0, 0, 220, 790, 9_000),
        (0, 0, 150, 420, 1_300, 30_000),
        (0, 0, 110, 200, 620, 10_000, 70_000),
        (0, 0, 110, 160, 350, 1_500, 22_500, 70_000),
        (0, 0, 110, 150, 200, 550, 3_900, 10_000, 80_000),
        (0, 0, 110, 130, 170, 250, 750, 5_000, 25_000, 100_000),
        (0, 0, 110, 120, 130, 180, 350, 1_300, 5_000, 25_000, 100_000),
    ),
    "medium": (
        (40, 275),
        (0, 180, 510),
        (0, 0, 280, 5_000),
        (0, 0, 170, 1_000, 10_000),
        (0, 0, 140, 400, 1_400, 39_000),
        (0, 0, 0, 300, 900, 18_000, 71_000),
        (0, 0, 0, 200, 700, 3_000, 40_000, 80_000),
        (0, 0, 0, 200, 400, 1_100, 6_700, 40_000, 90_000),
        (0, 0, 0, 200, 250, 500, 1_500, 10_000, 50_000, 100_000),
        (0, 0, 0, 160, 200, 400, 700, 2_600, 10_000, 50_000, 100_000),
    ),
    "high": (
        (0, 396),
        (0, 0, 1_710),
        (0, 0, 0, 8_150),
        (0, 0, 0, 1_000, 25_900),
        (0, 0, 0, 450, 4_800, 45_000),
        (0, 0, 0, 0, 1_100, 35_000, 71_000),
        (0, 0, 0, 0, 700, 9_000, 40_000, 80_000),
        (0, 0, 0, 0, 500, 2_000, 27_000, 60_000, 90_000),
        (0, 0, 0, 0, 400, 1_100, 5_600, 50_000, 80_000, 100_000),
        (0, 0, 0, 0, 350, 800, 1_300, 6_300, 50_000, 80_000, 100_000),
    ),
}
_HUNDREDTH: Final = 100
"""A hundredth of the stake in ten-thousandths."""

TABLES: Final[Mapping[str, tuple[tuple[int, ...], ...]]] = {
    risk: tuple(tuple(paid * _HUNDREDTH for paid in by_hits) for by_hits in by_picks)
    for risk, by_picks in _HUNDREDTHS.items()
}
"""The multiplier, in ten-thousandths, by risk, number of picks less one, and hits."""


class KenoBet(InstantBet):
    """Pick one to ten different numbers from 1 to 40; `risk` says which pay table counts the hits."""

    t: Literal["keno.bet"] = "keno.bet"
    picks: Annotated[tuple[KenoNumber, ...], Field(min_length=1, max_length=PICKS_MAX)]
    risk: KenoRisk


class KenoSettled(InstantSettled):
    """The ten numbers in the order of their draw, and how many were picked. `multiplier` in ten-thousandths."""

    t: Literal["keno.settled"] = "keno.settled"
    drawn: tuple[int, ...]
    hits: int
    multiplier: int


REQUESTS: Final[tuple[type[Request], ...]] = (KenoBet,)
REPLIES: Final[tuple[type[Message], ...]] = (KenoSettled,)
