"""The words of plinko: a ball that falls through rows of pins, right or left at each, into a slot."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from protocol.games.instant import InstantBet, InstantSettled
from protocol.model import Message, Request

ROWS_MIN: Final = 8
ROWS_MAX: Final = 16
PlinkoRisk = Literal["low", "medium", "high", "expert"]

_HALVES: Final[Mapping[int, Mapping[str, tuple[int, ...]]]] = {
    # In tenths of the stake, from the slot at the edge to the one in the middle: the other half mirrors it.
    8: {
        "low": (56, 21, 11, 10, 5),
        "medium": (130, 30, 13, 7, 4),
        "high": (290, 40, 15, 3, 2),
        "expert": (500, 46, 11, 1, 1),
    },
    9: {
        "low": (56, 20, 16, 10, 7),
        "medium": (180, 40, 17, 9, 5),
        "high": (430, 70, 20, 6, 2),
        "expert": (1_000, 78, 15, 2, 1),
    },
    10: {
        "low": (89, 30, 14, 11, 10, 5),
        "medium": (220, 50, 20, 14, 6, 4),
        "high": (760, 100, 30, 9, 3, 2),
        "expert": (2_010, 110, 20, 6, 1, 1),
    },
    11: {
        "low": (84, 30, 19, 13, 10, 7),
        "medium": (240, 60, 30, 18, 7, 5),
        "high": (1_200, 140, 52, 14, 4, 2),
        "expert": (3_240, 160, 40, 11, 2, 1),
    },
    12: {
        "low": (100, 30, 16, 14, 11, 10, 5),
        "medium": (330, 110, 40, 20, 11, 6, 3),
        "high": (1_700, 240, 81, 20, 7, 2, 2),
        "expert": (6_190, 300, 60, 15, 4, 1, 1),
    },
    13: {
        "low": (81, 40, 30, 19, 12, 9, 7),
        "medium": (430, 130, 60, 30, 13, 7, 4),
        "high": (2_600, 370, 110, 40, 10, 2, 2),
        "expert": (10_120, 520, 100, 30, 6, 1, 1),
    },
    14: {
        "low": (71, 40, 19, 14, 13, 11, 10, 5),
        "medium": (580, 150, 70, 40, 19, 10, 5, 2),
        "high": (4_200, 560, 180, 50, 19, 3, 2, 2),
        "expert": (23_690, 800, 160, 30, 12, 2, 1, 1),
    },
    15: {
        "low": (150, 80, 30, 20, 15, 11, 10, 7),
        "medium": (880, 180, 110, 50, 30, 13, 5, 3),
        "high": (6_200, 830, 270, 80, 30, 5, 2, 2),
        "expert": (50_000, 1_250, 230, 60, 18, 2, 1, 1),
    },
    16: {
        "low": (160, 90, 20, 14, 14, 12, 11, 10, 5),
        "medium": (1_100, 410, 100, 50, 30, 15, 10, 5, 3),
        "high": (10_000, 1_300, 260, 90, 40, 20, 2, 2, 2),
        "expert": (100_000, 2_160, 260, 70, 25, 11, 1, 1, 1),
    },
}
_TENTH: Final = 1_000
"""A tenth of the stake in ten-thousandths."""


def _table(rows: int, half: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(half[min(slot, rows - slot)] * _TENTH for slot in range(rows + 1))


TABLES: Final[Mapping[int, Mapping[str, tuple[int, ...]]]] = {
    rows: {risk: _table(rows, half) for risk, half in risks.items()} for rows, risks in _HALVES.items()
}
"""The multiplier of each slot, in ten-thousandths, by rows and risk."""


class PlinkoBet(InstantBet):
    """Drop one ball through `rows` rows; `risk` says which table of multipliers the slots have."""

    t: Literal["plinko.bet"] = "plinko.bet"
    rows: Annotated[int, Field(ge=ROWS_MIN, le=ROWS_MAX)]
    risk: PlinkoRisk


class PlinkoSettled(InstantSettled):
    """Where the ball went: R or L for each row; `slot` is the number of R. `multiplier` in ten-thousandths."""

    t: Literal["plinko.settled"] = "plinko.settled"
    path: str
    slot: int
    multiplier: int


REQUESTS: Final[tuple[type[Request], ...]] = (PlinkoBet,)
REPLIES: Final[tuple[type[Message], ...]] = (PlinkoSettled,)
