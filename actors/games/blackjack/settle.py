"""What is paid: each spot returns a multiple of what lies on it."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeGuard

from actors.games.blackjack.cards import is_natural, total
from actors.games.blackjack.hands import Box, Hand
from actors.games.blackjack.rules import HouseRules

Multiple = tuple[int, int]
"""What a stake comes to, itself included: numerator and denominator."""
LOST: Final = (0, 1)
PUSHED: Final = (1, 1)
WON: Final = (2, 1)
HALF: Final = (1, 2)
INSURED: Final = (3, 1)
"""Insurance pays two to one."""
_SPOT: Final = re.compile(r"(box|insure)([1-7])|(double|split)([1-7])\.([0-3])")


def returned(rules: HouseRules, box: Box, hand: Hand, dealer: tuple[str, ...]) -> Multiple:
    """What a unit on a hand comes to against the dealer's cards, rightly so whatever was not drawn to."""
    dealer_natural = is_natural(dealer)
    if hand.total > 21 or (dealer_natural and not box.has_natural):
        return LOST
    if hand.surrendered:
        return HALF
    if box.has_natural:
        won, of = rules.natural_pays
        return PUSHED if dealer_natural else (of + won, of)
    dealer_total = total(dealer)
    if dealer_total > 21 or hand.total > dealer_total:
        return WON
    return PUSHED if hand.total == dealer_total else LOST


def spot_of(action: str, box: int, hand: int | None = None) -> str:
    """The spot on which more money lies: an insured box, a doubled hand, or a hand that a split made."""
    return f"{action}{box}" if hand is None else f"{action}{box}.{hand}"


def multiple_on(rules: HouseRules, boxes: Iterable[Box], dealer: tuple[str, ...], spot: str) -> Multiple:
    """What a unit on a spot comes to. A bet on a box is on its first hand. Raises `ValueError` for what is no spot."""
    found = _SPOT.fullmatch(spot)
    if found is None:
        raise ValueError(f"{spot!r} is no spot")
    number = int(found[2] or found[4])
    box = next((one for one in boxes if one.number == number), None)
    if box is None:
        raise ValueError(f"nobody has bet on box {number}")
    if found[1] == "insure":
        if not box.insured:
            raise ValueError(f"box {number} is not insured")
        return INSURED if is_natural(dealer) else LOST
    wanted = int(found[5] or 0)
    hand = next((one for one in box.hands if one.number == wanted), None)
    if hand is None or (found[3] == "double" and not hand.doubled) or (found[3] == "split" and not wanted):
        raise ValueError(f"nothing can lie on {spot!r}")
    return returned(rules, box, hand, dealer)


def are_wagers(value: Any) -> TypeGuard[Sequence[tuple[str, int]]]:
    """Whether this is a list of (spot, positive amount), as read from anywhere."""
    return isinstance(value, list | tuple) and all(
        isinstance(wager, list | tuple)
        and len(wager) == 2
        and isinstance(wager[0], str)
        and type(wager[1]) is int
        and wager[1] > 0
        for wager in value
    )


def paid(rules: HouseRules, boxes: Iterable[Box], dealer: tuple[str, ...], wagers: Iterable[tuple[str, int]]) -> int:
    """What wagers are paid, stakes included; each is rounded down by itself."""
    boxes, amount_paid = tuple(boxes), 0
    for spot, amount in wagers:
        numerator, denominator = multiple_on(rules, boxes, dealer, spot)
        amount_paid += amount * numerator // denominator
    return amount_paid
