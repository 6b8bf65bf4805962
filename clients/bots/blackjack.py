"""Blackjack as bots know it: basic strategy, and what a round pays by their own arithmetic, from its steps alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

BOXES: Final = ("box1", "box2")
"""Those that every table has."""
UP: Final = "23456789TA"
HARD: Final[Mapping[int, str]] = {
    9: "HDDDDHHHHH",
    10: "DDDDDDDDHH",
    11: "DDDDDDDDDH",
    12: "HHSSSHHHHH",
    13: "SSSSSHHHHH",
    14: "SSSSSHHHHH",
    15: "SSSSSHHHRH",
    16: "SSSSSHHRRR",
}
"""By total and the dealer's card: stand, hit, double or else hit, surrender or else hit."""
SOFT: Final[Mapping[int, str]] = {
    13: "HHHDDHHHHH",
    14: "HHHDDHHHHH",
    15: "HHDDDHHHHH",
    16: "HHDDDHHHHH",
    17: "HDDDDHHHHH",
    18: "SddddSSHHH",
}
"""`d` is double or else stand."""
PAIRS: Final[Mapping[int, str]] = {
    1: "PPPPPPPPPP",
    2: "PPPPPPHHHH",
    3: "PPPPPPHHHH",
    4: "HHHPPHHHHH",
    6: "PPPPPHHHHH",
    7: "PPPPPPHHHH",
    8: "PPPPPPPPPP",
    9: "PPPPPSPPSS",
}
"""By what one card of a pair counts; `P` is split, other letters are no better than those of the total."""


def counts(card: str) -> int:
    """What a card counts: an ace one."""
    return 1 if card[0] == "A" else 10 if card[0] in "TJQK" else int(card[0])


def total_of(cards: Iterable[str]) -> tuple[int, bool]:
    """What a hand counts, and whether an ace counts eleven in it."""
    values = [counts(card) for card in cards]
    hard = sum(values)
    return (hard + 10, True) if 1 in values and hard <= 11 else (hard, False)


def choose(cards: Sequence[str], up: str, actions: Sequence[str]) -> str:
    """What basic strategy does, of what may be done. Nothing is ever insured."""
    if "decline" in actions:
        return "decline"
    column = UP.index("T" if up[0] in "JQK" else up[0])
    total, soft = total_of(cards)
    is_pair = len(cards) == 2 and counts(cards[0]) == counts(cards[1])
    if is_pair and "split" in actions and PAIRS.get(counts(cards[0]), "S" * len(UP))[column] == "P":
        return "split"
    if soft:
        letter = SOFT[total][column] if total in SOFT else "S"
    else:
        letter = HARD[total][column] if total in HARD else "H" if total < 9 else "S"
    match letter:
        case "D" | "d" if "double" in actions:
            return "double"
        case "R" if "surrender" in actions:
            return "surrender"
        case "S" | "d":
            return "stand"
        case _:
            return "hit"


@dataclass(slots=True)
class Hand:
    """A hand as its steps leave it."""

    number: int
    cards: list[str]
    over: bool = False
    surrendered: bool = False

    @property
    def total(self) -> int:
        """What it counts."""
        return total_of(self.cards)[0]


@dataclass(slots=True)
class Game:
    """All hands of a round, box by box in the order of play, from the steps that were told."""

    boxes: dict[int, list[Hand]] = field(default_factory=dict)
    up: str = ""

    def follow(self, boxes: Sequence[int], steps: Iterable[Sequence[Any]]) -> "Game":
        """Go on by these steps; `boxes` are those of the deal."""
        for name, *rest in steps:
            if name == "deal":
                count = len(boxes)
                self.up = rest[count]
                second = rest[count + 1 :]
                self.boxes = {box: [Hand(0, [rest[at], second[at]])] for at, box in enumerate(boxes)}
            elif name not in ("peek", "insure", "decline"):
                self._act(name, rest[0], rest[1:])
        return self

    def waiting(self, box: int) -> Hand | None:
        """The hand of a box whose turn it is."""
        return next((hand for hand in self.boxes[box] if not hand.over and hand.total < 21), None)

    def _act(self, name: str, box: int, cards: Sequence[str]) -> None:
        hand = self.waiting(box)
        if hand is None:
            raise ValueError(f"nothing of box {box} may {name}")
        if name == "split":
            hands = self.boxes[box]
            other = Hand(len(hands), [hand.cards.pop(), cards[1]])
            hand.cards.append(cards[0])
            hand.over = other.over = counts(hand.cards[0]) == 1
            hands.insert(hands.index(hand) + 1, other)
            return
        hand.cards += cards
        hand.over = name != "hit"
        hand.surrendered = name == "surrender"


class Layout:
    """Boxes and what is put down in them; the same at all tables, as a round says what a natural pays."""

    names = BOXES

    def paid(self, wagers: Iterable[tuple[str, int]], result: Mapping[str, Any]) -> int:
        """What wagers come to, stakes included."""
        game = Game().follow(result["boxes"], result["steps"])
        return sum(self._payout(game, spot, amount, result) for spot, amount in wagers)

    def _payout(self, game: Game, spot: str, amount: int, result: Mapping[str, Any]) -> int:
        dealer = result["dealer"]
        has_natural = len(dealer) == 2 and total_of(dealer)[0] == 21
        if spot.startswith("insure"):
            return 3 * amount if has_natural else 0
        place = spot.lstrip("abcdefghijklmnopqrstuvwxyz")
        box, _, number = place.partition(".")
        hands = game.boxes[int(box)]
        hand = next(one for one in hands if one.number == int(number or 0))
        is_natural = len(hands) == 1 and len(hand.cards) == 2 and hand.total == 21
        if is_natural:
            to, one = (int(part) for part in result["natural"].split(":"))
            return amount if has_natural else amount * (one + to) // one
        if hand.total > 21 or has_natural:
            return 0
        if hand.surrendered:
            return amount // 2
        bank = total_of(dealer)[0]
        if bank > 21 or hand.total > bank:
            return 2 * amount
        return amount if hand.total == bank else 0
