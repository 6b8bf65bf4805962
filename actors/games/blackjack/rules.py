"""What the house decides about a table of blackjack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from actors.fairness.verify import NotAWager
from protocol.games.blackjack import ENDLESS, boxes_max, stakes_max

DECKS_MAX: Final = 8
HANDS_MAX: Final = 4
NATURAL_PAYS: Final[Mapping[str, tuple[int, int]]] = {"3:2": (3, 2), "6:5": (6, 5)}


@dataclass(frozen=True, slots=True)
class HouseRules:
    """`decks` is 1 to 8, or `ENDLESS`; `hands_max` how many hands splitting may make of one, 1 to 4.

    Split aces get one card each and are not split again. `peek`: the dealer's second card is dealt with the first ones
    and looked at when a natural is possible; otherwise it comes when all players are done, and a natural of the dealer
    takes doubled and split stakes too, and surrendered ones whole.
    """

    decks: int = 6
    hits_soft_17: bool = False
    doubles_after_split: bool = True
    hands_max: int = HANDS_MAX
    surrender: bool = True
    insurance: bool = True
    peek: bool = True
    natural: str = "3:2"

    @property
    def natural_pays(self) -> tuple[int, int]:
        """What a natural wins, to one: numerator and denominator."""
        return NATURAL_PAYS[self.natural]

    @property
    def boxes_max(self) -> int:
        """How many boxes can be played with no shoe ever running out."""
        return boxes_max(self.decks, self.hands_max)

    @property
    def stakes_max(self) -> int:
        """How many times its stake a box can have at risk, all hands together."""
        return stakes_max(self.hands_max, doubles_after_split=self.doubles_after_split)

    @property
    def params(self) -> Mapping[str, Any]:
        """The rules as they are recorded."""
        return {name: getattr(self, name) for name in self.__slots__}


def rules_of(params: Mapping[str, Any]) -> HouseRules:
    """The rules that were recorded. Raises `NotAWager` for what are none."""
    values = {name: params.get(name) for name in HouseRules.__slots__}
    for name, (least, most) in {"decks": (ENDLESS, DECKS_MAX), "hands_max": (1, HANDS_MAX)}.items():
        value = values[name]
        if type(value) is not int or not least <= value <= most:
            raise NotAWager(name, value)
    for name in ("hits_soft_17", "doubles_after_split", "surrender", "insurance", "peek"):
        if type(values[name]) is not bool:
            raise NotAWager(name, values[name])
    if values["natural"] not in NATURAL_PAYS:
        raise NotAWager("natural", values["natural"])
    return HouseRules(**values)  # type: ignore[arg-type]
