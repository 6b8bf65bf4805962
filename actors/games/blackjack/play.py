"""One round of blackjack after the bets: a fold of steps, each with the cards that came out with it.

    deal ─► insurance (an ace is shown) ─► peek (a natural is possible) ─► turns, box by box ─► over

A step is what happened, as it is recorded: its name, the box, cards. The deal goes twice round, the dealer last; the
dealer's second card is then face down, or not dealt yet where there is no peek.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

from actors.games.blackjack.cards import ACE, TEN, Shoe, is_natural, value_of
from actors.games.blackjack.hands import Box, Hand, actions_for, split
from actors.games.blackjack.rules import HouseRules

Step = tuple[str | int, ...]
Stage = Literal["insurance", "peek", "turns", "over"]
CARDS_OF: Final = {"hit": 1, "double": 1, "split": 2}
"""How many cards come with a step; none with others."""
COSTS: Final = frozenset({"double", "split", "insure"})
"""Steps for which the player puts more money down."""


@dataclass(frozen=True, slots=True)
class Play:
    """`dealer` is the cards that are open; `drawn` counts those that are out of the shoe, face down or not."""

    rules: HouseRules
    boxes: tuple[Box, ...]
    dealer: tuple[str, ...]
    drawn: int
    stage: Stage

    @property
    def turn(self) -> tuple[Box, Hand] | None:
        """Whose turn it is: of the boxes in their order, the first hand that is not over."""
        if self.stage != "turns":
            return None
        return next(((box, hand) for box in self.boxes for hand in box.hands if not hand.is_over), None)

    def box(self, number: int) -> Box | None:
        """The box of this number, if somebody bet on it."""
        return next((box for box in self.boxes if box.number == number), None)

    def actions(self, number: int) -> tuple[str, ...]:
        """What the player of a box may do now."""
        if self.stage == "insurance":
            box = self.box(number)
            return ("insure", "decline") if box is not None and box.insured is None else ()
        turn = self.turn
        return actions_for(self.rules, *turn) if turn is not None and turn[0].number == number else ()

    def after(self, step: Step) -> "Play":
        """The play after a step that was found legal, or was recorded."""
        name, number, *rest = step
        if name == "peek":
            return _gone_on(replace(self, stage="over" if number else "turns"))
        box = self.box(int(number))
        if box is None:
            raise ValueError(f"nobody has bet on box {number}")
        if name in ("insure", "decline"):
            return _gone_on(self._with(replace(box, insured=name == "insure")))
        turn = self.turn
        if turn is None or turn[0].number != number:
            raise ValueError(f"it is not the turn of box {number}")
        cards = tuple(map(str, rest))
        after = self._with(_acted(box, turn[1], str(name), cards))
        return _gone_on(replace(after, drawn=self.drawn + len(cards)))

    def _with(self, changed: Box) -> "Play":
        return replace(self, boxes=tuple(changed if box.number == changed.number else box for box in self.boxes))


def _acted(box: Box, hand: Hand, name: str, cards: tuple[str, ...]) -> Box:
    if name == "split":
        return split(box, hand.number, (cards[0], cards[1]))
    match name:
        case "hit":
            after = replace(hand, cards=(*hand.cards, *cards))
        case "double":
            after = replace(hand, cards=(*hand.cards, *cards), doubled=True)
        case "stand":
            after = replace(hand, stood=True)
        case "surrender":
            after = replace(hand, surrendered=True)
        case _:
            raise ValueError(f"nobody can {name}")
    return replace(box, hands=tuple(after if one is hand else one for one in box.hands))


def _gone_on(play: Play) -> Play:
    """The stage follows from the rest."""
    if play.stage == "insurance" and all(box.insured is not None for box in play.boxes):
        return _gone_on(replace(play, stage="peek" if play.rules.peek else "turns"))
    if play.stage == "turns" and play.turn is None:
        return replace(play, stage="over")
    return play


def deal(rules: HouseRules, numbers: tuple[int, ...], shoe: Shoe) -> tuple[Step, Play]:
    """The first cards, as a step that tells all but the one face down, and the play after it."""
    cards = shoe.cards(0, 2 * len(numbers) + 1)
    step: Step = ("deal", *cards)
    return step, dealt(rules, numbers, step)


def dealt(rules: HouseRules, numbers: tuple[int, ...], step: Step) -> Play:
    """The play after a deal that was recorded: round the boxes, the dealer's, round the boxes again."""
    count = len(numbers)
    cards = tuple(map(str, step[1:]))
    up = cards[count]
    boxes = tuple(
        Box(number, (Hand(0, (cards[place], cards[count + 1 + place])),)) for place, number in enumerate(numbers)
    )
    stage: Stage = "turns"
    if rules.insurance and value_of(up) == ACE:
        stage = "insurance"
    elif rules.peek and value_of(up) in (ACE, TEN):
        stage = "peek"
    return _gone_on(Play(rules, boxes, (up,), 2 * count + 1 + rules.peek, stage))


def step_of(play: Play, action: str, number: int, shoe: Shoe) -> Step:
    """An action with the cards that come with it."""
    count = CARDS_OF.get(action, 0)
    return (action, number, *(shoe.cards(play.drawn, count) if count else ()))


def peeked(play: Play, shoe: Shoe) -> Step:
    """Whether the dealer has a natural, as a step; the card stays face down."""
    return ("peek", int(is_natural((*play.dealer, _second(play, shoe)))))


def _second(play: Play, shoe: Shoe) -> str:
    return shoe.card(2 * len(play.boxes) + 1 if play.rules.peek else play.drawn)


def cautious(play: Play) -> tuple[str, int] | None:
    """What the platform does for a player who is not there: no money is added, and no card taken that could bust.

    Insurance is declined; hard hands up to 11 and soft ones up to 17 take a card, others stand.
    """
    if play.stage == "insurance":
        number = next((box.number for box in play.boxes if box.insured is None), None)
        return None if number is None else ("decline", number)
    turn = play.turn
    if turn is None:
        return None
    box, hand = turn
    hard = sum(map(value_of, hand.cards))
    return ("hit" if hard <= 11 and hand.total <= 17 else "stand"), box.number


def dealer_hand(play: Play, shoe: Shoe) -> tuple[str, ...]:
    """The dealer's cards when all players are done: no third one if no hand waits for it."""
    hand = [*play.dealer, _second(play, shoe)]
    position = play.drawn + (not play.rules.peek)
    if not any(_waits(box, one) for box in play.boxes for one in box.hands):
        return tuple(hand)
    while must_draw(play.rules, hand):
        hand.append(shoe.card(position))
        position += 1
    return tuple(hand)


def must_draw(rules: HouseRules, cards: list[str]) -> bool:
    """Below 17, and on a soft 17 where the rules say so."""
    hard = sum(map(value_of, cards))
    has_ace = any(value_of(card) == ACE for card in cards)
    if has_ace and hard + 10 <= 21:
        return hard + 10 < 17 or (hard + 10 == 17 and rules.hits_soft_17)
    return hard < 17


def _waits(box: Box, hand: Hand) -> bool:
    return hand.total <= 21 and not hand.surrendered and not box.has_natural
