"""The chain of a shoe: what one round of baccarat leaves is what the next one begins with."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from .baccarat import CARDS, CUT_CARDS, FULL
from .check import Check


def check_shoe(proofs: Sequence[Mapping[str, Any]]) -> list[Check]:
    """Check the shoes of the rounds of one table, in any order and of any bets; each round is checked against the next.

    A shoe that was not seen from its first round on, or in which a round is missing, is still checked as far as it can
    be: nothing comes back into a shoe. Raises `ValueError` for proofs of several tables or of another game.
    """
    if {(proof["game"], proof.get("table")) for proof in proofs} != {("baccarat", proofs[0].get("table"))}:
        raise ValueError("a shoe is of one table of baccarat")
    shoes = [proof for proof in proofs if proof["params"].get("variant") == "eight_decks"]
    rounds = sorted(shoes, key=lambda proof: int(proof["round"]))
    checks = []
    for before, after in pairwise(rounds):
        one, other = (proof["params"] for proof in (before, after))
        name = f"shoe of round {after['round']}"
        if after["round"] == before["round"]:
            checks.append(Check(name, [one["shoe"], one["left"]], [other["shoe"], other["left"]]))
            continue
        shoe, left = one["shoe"], after_round(before)
        if sum(left) <= CUT_CARDS:
            shoe, left = shoe + 1, [int(digit) for digit in FULL]
        if after["round"] == before["round"] + 1:
            checks.append(Check(name, [other["shoe"], other["left"]], [shoe, "".join(map(str, left))]))
        elif other["shoe"] == shoe:
            is_less = all(int(digit) <= count for digit, count in zip(other["left"], left, strict=True))
            checks.append(Check(f"{name}, after others", True, is_less))
        else:
            checks.append(Check(f"{name}, after others", True, other["shoe"] > shoe))
    return checks


def after_round(proof: Mapping[str, Any]) -> list[int]:
    """How many of each card a round leaves; below nothing, if it used what was not there."""
    left = [int(digit) for digit in proof["params"]["left"]]
    for hand in ("burned", "player", "banker"):
        for card in proof["outcome"][hand]:
            left[CARDS.index(card)] -= 1
    return left
