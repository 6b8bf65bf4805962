"""Blackjack: the shoe is shuffled by the seeds, and the hands are played again by what was chosen in the round."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .baccarat import CARDS
from .draws import Draws, Result
from .roulette import wagers_of

Next = Callable[[], str]
"""The next card of the shoe."""
PAYS = {"3:2": (3, 2), "6:5": (6, 5)}
RULES = {"hits_soft_17": bool, "doubles_after_split": bool, "surrender": bool, "insurance": bool, "peek": bool}
NUMBERS = {"decks": (0, 8), "hands_max": (1, 4)}
"""From and to; no decks are endless ones."""


@dataclass
class Hand:
    """One hand; `number` is by the order in which hands of its box came."""

    number: int
    cards: list[str]
    over: bool = False
    doubled: bool = False
    surrendered: bool = False

    @property
    def plays(self) -> bool:
        """Whether anything may still be chosen for it."""
        return not self.over and total(self.cards)[0] < 21


class Round:
    """A round as it goes on: the hands of each box in the order in which they are played, and what is insured."""

    def __init__(self, rules: Mapping[str, Any], boxes: Sequence[int], shoe: Next) -> None:
        self.rules = rules
        self.shoe = shoe
        first = [shoe() for _ in boxes]
        self.dealer = [shoe()]
        second = [shoe() for _ in boxes]
        self.boxes = {box: [Hand(0, [one, other])] for box, one, other in zip(boxes, first, second, strict=True)}
        self.steps: list[list[Any]] = [["deal", *first, *self.dealer, *second]]
        self.insured: dict[int, bool] = {}
        self.hole = shoe() if rules["peek"] else None
        self.asks = rules["insurance"] and value(self.dealer[0]) == 1
        self.peeks = rules["peek"] and value(self.dealer[0]) in (1, 10)
        self.ended = False

    @property
    def turn(self) -> tuple[int, Hand] | None:
        """Box and hand that are to be played next, once insurance and the look at the second card are over."""
        if self.ended or self.peeks or self.asks:
            return None
        return next(((box, hand) for box, hands in self.boxes.items() for hand in hands if hand.plays), None)

    def take(self, name: str, box: int) -> None:
        """What was chosen, or the look under the card. `ValueError`: it could not be."""
        if self.asks and name in ("insure", "decline") and box in self.boxes and box not in self.insured:
            self.insured[box] = name == "insure"
            self.asks = len(self.insured) < len(self.boxes)
            self.steps.append([name, box])
        elif self.peeks and not self.asks and name == "peek" and self.hole is not None:
            self.ended = total([*self.dealer, self.hole])[0] == 21
            self.peeks = False
            self.steps.append(["peek", int(self.ended)])
        elif self.turn is not None and self.turn[0] == box and name in self.choices(box, self.turn[1]):
            self.steps.append([name, box, *self.play(name, self.boxes[box], self.turn[1])])
        else:
            raise ValueError(f"the step {name!r} of box {box!r}")

    def choices(self, box: int, hand: Hand) -> set[str]:
        """What may be done with a hand whose turn it is."""
        hands, two = len(self.boxes[box]), len(hand.cards) == 2
        may = {"stand", "hit"}
        if two and (hands == 1 or self.rules["doubles_after_split"]):
            may.add("double")
        if two and value(hand.cards[0]) == value(hand.cards[1]) and hands < self.rules["hands_max"]:
            may.add("split")
        if two and hands == 1 and self.rules["surrender"]:
            may.add("surrender")
        return may

    def play(self, name: str, hands: list[Hand], hand: Hand) -> list[str]:
        """Do it; the cards that come with it. Split aces get one card each."""
        if name == "split":
            cards = [self.shoe(), self.shoe()]
            other = Hand(len(hands), [hand.cards.pop(), cards[1]])
            hand.cards.append(cards[0])
            hand.over = other.over = value(hand.cards[0]) == 1
            hands.insert(hands.index(hand) + 1, other)
            return cards
        cards = [self.shoe()] if name in ("hit", "double") else []
        hand.cards += cards
        hand.over = name != "hit"
        hand.doubled, hand.surrendered = name == "double", name == "surrender"
        return cards

    def natural(self, box: int) -> bool:
        """An ace and a ten, of which none came after a split."""
        hands = self.boxes[box]
        return len(hands) == 1 and len(hands[0].cards) == 2 and total(hands[0].cards)[0] == 21

    def finish(self) -> list[str]:
        """The dealer's cards; a third one only if a hand waits for it."""
        if self.asks or self.peeks or self.turn is not None:
            raise ValueError("the steps, which do not end the round")
        dealer = [*self.dealer, self.hole or self.shoe()]
        waiting = [
            hand
            for box, hands in self.boxes.items()
            for hand in hands
            if total(hand.cards)[0] <= 21 and not hand.surrendered and not self.natural(box)
        ]
        while waiting and (total(dealer)[0] < 17 or (self.rules["hits_soft_17"] and total(dealer) == (17, True))):
            dealer.append(self.shoe())
        return dealer


def blackjack(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """`played` of the bet is the recorded round: who did what is taken from it, and every card from the shoe."""
    rules, played = rules_of(bet), bet["played"]
    boxes, steps = list(played["boxes"]), list(played["steps"])
    if not boxes or boxes != sorted(set(boxes)) or any(type(box) is not int for box in boxes) or not steps:
        raise ValueError(f"the boxes {boxes!r}")
    game = Round(rules, boxes, shoe_of(draws, rules["decks"]))
    for name, box, *_ in steps[1:]:
        game.take(name, box)
    dealer = game.finish()
    outcome = {"boxes": boxes, "steps": game.steps, "dealer": dealer, "natural": rules["natural"]}
    return outcome, sum(paid(game, spot, amount, dealer) for spot, amount in wagers_of(bet, stake))


def rules_of(bet: Mapping[str, Any]) -> dict[str, Any]:
    """The rules that were recorded with the bet."""
    rules = {name: bet[name] for name in (*RULES, *NUMBERS, "natural")}
    flags = all(type(rules[name]) is kind for name, kind in RULES.items())
    if not flags or any(
        type(rules[name]) is not int or not least <= rules[name] <= most for name, (least, most) in NUMBERS.items()
    ):
        raise ValueError(f"the rules {rules!r}")
    if rules["natural"] not in PAYS:
        raise ValueError(f"what a natural pays, {rules['natural']!r}")
    return rules


def shoe_of(draws: Draws, decks: int) -> Next:
    """A shuffle from the first card on: each is swapped with one of those that are left, itself included."""
    pile, out = CARDS * decks, 0

    def card() -> str:
        nonlocal out
        if not decks:
            return CARDS[fair(draws, len(CARDS))]
        other = out + fair(draws, len(pile) - out)
        pile[out], pile[other] = pile[other], pile[out]
        out += 1
        return pile[out - 1]

    return card


def fair(draws: Draws, outcomes: int) -> int:
    """Each of the outcomes exactly as likely: numbers of the last, incomplete run are skipped."""
    number = draws.number()
    while number >= 2**32 - 2**32 % outcomes:
        number = draws.number()
    return number % outcomes


def value(card: str) -> int:
    """What a card counts: an ace one, faces ten."""
    return 1 if card[0] == "A" else 10 if card[0] in "TJQK" else int(card[0])


def total(cards: Sequence[str]) -> tuple[int, bool]:
    """What cards count together, and whether an ace of them counts eleven."""
    hard = sum(value(card) for card in cards)
    return (hard + 10, True) if hard <= 11 and any(value(card) == 1 for card in cards) else (hard, False)


def paid(game: Round, spot: str, amount: int, dealer: Sequence[str]) -> int:
    """What a wager comes to: on a box (its first hand), insurance, or what was put down for a double or a split."""
    kind = spot.rstrip("0123456789.")
    box, dot, number = spot[len(kind) :].partition(".")
    hands = game.boxes[int(box)]
    if spot != f"{kind}{int(box)}{dot}{number}" or (kind in ("double", "split")) != bool(dot):
        raise ValueError(f"the spot {spot!r}")
    house_natural = len(dealer) == 2 and total(dealer)[0] == 21
    if kind == "insure" and game.insured.get(int(box)):
        return 3 * amount if house_natural else 0
    hand = {str(one.number): one for one in hands}[number if dot else "0"]
    if kind != "box" and not (kind == "double" and hand.doubled) and not (kind == "split" and hand.number):
        raise ValueError(f"the spot {spot!r}")
    if game.natural(int(box)):
        won, of = PAYS[game.rules["natural"]]
        return amount if house_natural else amount * (of + won) // of
    own, house = total(hand.cards)[0], total(dealer)[0]
    if own > 21 or house_natural:
        return 0
    if hand.surrendered:
        return amount // 2
    return 2 * amount if house > 21 or own > house else amount if own == house else 0
