"""The best play by the exact solver is the basic strategy that is published, but where an endless shoe differs."""

from typing import Any

import pytest

from actors.games.blackjack.rules import HouseRules
from actors.games.blackjack.solver import solver_of
from protocol.games.blackjack import ENDLESS
from tests.vectors.read import read_vectors

RULES = HouseRules(ENDLESS)
FIRST_CARDS = {
    "hard": {total: (total - 10, 10) if total > 11 else (2, total - 2) for total in range(5, 21)},
    "soft": {total: (1, total - 11) for total in range(13, 21)},
}


def published() -> dict[str, Any]:
    return dict(read_vectors("blackjack_basic_strategy"))


def upcard(column: str) -> int:
    return 1 if column == "A" else int(column)


def rows(table: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """(first card, second card, the letters by shown card) of each hand of a table of the vectors."""
    found = []
    for key, letters in published()[table].items():
        found += [(*hand, tuple(letters.split())) for hand in hands_of(table, key)]
    return found


def hands_of(table: str, key: str) -> list[tuple[int, int]]:
    if table == "hard":
        least, _, most = key.rstrip("+").partition("-")
        totals = range(int(least), (20 if key.endswith("+") else int(most or least)) + 1)
        return [FIRST_CARDS["hard"][total] for total in totals if total != 20]
    if table == "soft":
        least, _, most = key.replace("A", "").partition("-")
        return [(1, other) for other in range(int(least), int(most or least) + 1)]
    if "-" in key:
        return [(2, 2), (3, 3)]
    value = 1 if key[0] == "A" else 10 if key.startswith("10") else int(key[0])
    return [(value, value)]


def action_of(letter: str) -> str:
    """What is done with two cards, of which everything may still be done."""
    return {"S": "stand", "H": "hit", "D": "double", "P": "split", "R": "surrender"}[letter[0]]


ENDLESS_DIFFERS = {(1, 2, 5), (1, 4, 4)}
"""Hands (and shown card) that are so close that a shoe without end decides otherwise."""


@pytest.mark.parametrize("table", ["hard", "soft", "pairs"])
def test_the_solver_plays_the_published_strategy(table: str) -> None:
    differing = set()
    for first, second, letters in rows(table):
        for column, letter in zip(published()["columns"], letters, strict=True):
            worths = solver_of(RULES, upcard(column)).choices(first, second, hands=1)
            best = max(worths, key=lambda action: worths[action])
            if best != action_of(letter):
                differing.add((first, second, upcard(column)))

    assert differing <= ENDLESS_DIFFERS
