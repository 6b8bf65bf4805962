"""The layout: five spots, and what they return for each of twelve cases: who has won, and which hands are pairs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from actors.games.baccarat.coup import Coup
from actors.games.baccarat.odds import CASES, endless_weights, shoe_weights
from actors.games.board.layout import Returns
from protocol.games.baccarat import SPOTS, Winner

Variant = Literal["eight_decks", "infinite"]
"""A shoe of eight decks, with a cut card and a burn; or every card from a whole deck."""
TIE_PAYS_TO_1: Final = 8
PAIR_PAYS_TO_1: Final = 11
EVEN: Final = (2, 1)
BANKER: Final = (195, 100)
"""One to one, less five percent of the win."""
PUSH: Final = (1, 1)
_NUMBERS: Final = {case: number for number, case in enumerate(CASES)}


@dataclass(frozen=True, slots=True)
class Layout:
    """The spots are the same in all variants."""

    variant: Variant
    returns: Mapping[str, Returns]

    @property
    def params(self) -> Mapping[str, Any]:
        """What it is made of."""
        return {"variant": self.variant}

    @property
    def cases(self) -> int:
        """Twelve."""
        return len(CASES)

    @property
    def weights(self) -> tuple[int, ...]:
        """Of a whole shoe. Before its cards are known, they are the same for every round of it."""
        return shoe_weights() if self.variant == "eight_decks" else endless_weights()

    @property
    def kinds(self) -> Mapping[str, str]:
        """Each spot is of a kind of its own."""
        return {spot: spot for spot in SPOTS}


def case_of(coup: Coup) -> int:
    """The number of a coup's case."""
    return _NUMBERS[coup.winner, coup.player_pair, coup.banker_pair]


@cache
def layout_of(variant: Variant) -> Layout:
    """The layout; the same one each time, since many tables share it."""
    return Layout(variant, {spot: _returns(spot) for spot in SPOTS})


def _returns(spot: str) -> Returns:
    return {
        number: returned
        for number, (winner, player_pair, banker_pair) in enumerate(CASES)
        if (returned := _returned(spot, winner, player_pair=player_pair, banker_pair=banker_pair)) is not None
    }


def _returned(spot: str, winner: Winner, *, player_pair: bool, banker_pair: bool) -> tuple[int, int] | None:
    if spot in ("player_pair", "banker_pair"):
        is_paid = player_pair if spot == "player_pair" else banker_pair
        return (PAIR_PAYS_TO_1 + 1, 1) if is_paid else None
    if winner == "tie":
        return (TIE_PAYS_TO_1 + 1, 1) if spot == "tie" else PUSH
    if spot != winner:
        return None
    return BANKER if spot == "banker" else EVEN
