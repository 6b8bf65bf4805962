"""Hands and boxes: frozen values, and what may still be done with them."""

from dataclasses import dataclass

from actors.games.blackjack.cards import ACE, BEST, is_natural, total, value_of
from actors.games.blackjack.rules import HouseRules


@dataclass(frozen=True, slots=True)
class Hand:
    """One hand of a box. `number` is by the order in which hands came: 0 is the first, each split makes the next."""

    number: int
    cards: tuple[str, ...]
    doubled: bool = False
    stood: bool = False
    surrendered: bool = False

    @property
    def total(self) -> int:
        """What it counts; above 21 it is lost."""
        return total(self.cards)

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it before the dealer's turn."""
        return self.doubled or self.stood or self.surrendered or self.total >= BEST

    @property
    def is_pair(self) -> bool:
        """Whether it is two cards that count alike: a ten and a king are."""
        return len(self.cards) == 2 and value_of(self.cards[0]) == value_of(self.cards[1])


@dataclass(frozen=True, slots=True)
class Box:
    """A place of the layout on which somebody has bet; hands are in the order in which they are played.

    `insured` is nothing as long as its player has not said whether the hand is to be insured.
    """

    number: int
    hands: tuple[Hand, ...]
    insured: bool | None = None

    @property
    def is_split(self) -> bool:
        """Whether its first hand was split."""
        return len(self.hands) > 1

    @property
    def has_natural(self) -> bool:
        """An ace and a ten, of which none came after a split."""
        return not self.is_split and is_natural(self.hands[0].cards)

    def place_of(self, number: int) -> int:
        """Where a hand lies. Raises `StopIteration` for a number that no hand has."""
        return next(place for place, hand in enumerate(self.hands) if hand.number == number)


def actions_for(rules: HouseRules, box: Box, hand: Hand) -> tuple[str, ...]:
    """What the player may do with a hand whose turn it is."""
    if hand.is_over:
        return ()
    actions = ["stand", "hit"]
    is_fresh = len(hand.cards) == 2
    if is_fresh and (not box.is_split or rules.doubles_after_split):
        actions.append("double")
    if hand.is_pair and len(box.hands) < rules.hands_max:
        actions.append("split")
    if rules.surrender and is_fresh and not box.is_split:
        actions.append("surrender")
    return tuple(actions)


def split(box: Box, number: int, cards: tuple[str, str]) -> Box:
    """A box after one of its hands was split, and each half got a card. Aces are then over."""
    place = box.place_of(number)
    first, second = box.hands[place].cards
    stood = value_of(first) == ACE
    halves = (
        Hand(number, (first, cards[0]), stood=stood),
        Hand(len(box.hands), (second, cards[1]), stood=stood),
    )
    return Box(box.number, (*box.hands[:place], *halves, *box.hands[place + 1 :]), box.insured)
