"""Blackjack with cards of a test's choosing."""

from collections.abc import Sequence
from typing import Final

from actors.games.blackjack.cards import Shoe
from actors.games.blackjack.play import Play, Step, deal, peeked, step_of
from actors.games.blackjack.rules import HouseRules

ONE_BOX: Final = (1,)


class StackedShoe(Shoe):
    """Gives these cards, by rank: `"T6"` is a ten and a six."""

    def __init__(self, ranks: str) -> None:
        super().__init__(1, "", "", 0)
        self._ranks = ranks

    def card(self, position: int) -> str:
        """The card that was put there."""
        return self._ranks[position] + "h"

    def cards(self, start: int, count: int) -> tuple[str, ...]:
        """Those that were put there."""
        return tuple(self.card(start + place) for place in range(count))


def played(rules: HouseRules, ranks: str, *actions: str, boxes: Sequence[int] = ONE_BOX) -> tuple[Play, StackedShoe]:
    """A round after a deal of these cards and these actions, each by whose turn it is; the dealer peeks by itself."""
    shoe = StackedShoe(ranks)
    _, play = deal(rules, tuple(boxes), shoe)
    left = list(actions)
    while play.stage != "over" and (play.stage == "peek" or left):
        play = play.after(peeked(play, shoe) if play.stage == "peek" else _next(play, left.pop(0), shoe))
    return play, shoe


def _next(play: Play, action: str, shoe: Shoe) -> Step:
    box = next(box.number for box in play.boxes if play.actions(box.number))
    if action not in play.actions(box):
        raise ValueError(f"{action} is none of {play.actions(box)}")
    return step_of(play, action, box, shoe)
