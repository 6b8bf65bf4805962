"""How hands are compared at a showdown: quickly, and exactly as the library compares them."""

import random

import pytest
from pokerkit import Card, OmahaHoldemHand, StandardHighHand
from pokerkit.hands import Hand

from actors.games.poker.deck import written
from actors.games.poker.ranking import HoldemHand, OmahaHand
from protocol.games.deck import DECK

CASES = 120
TWO_SUITS = [card for card in range(DECK) if card % 4 < 2]
"""Of which seven are a flush more often than not."""


def cards_in(cards: list[int]) -> list[Card]:
    return list(Card.parse(written(cards)))


@pytest.mark.parametrize(
    ("ours", "library", "hole", "board"),
    [
        (HoldemHand, StandardHighHand, 2, 5),
        (HoldemHand, StandardHighHand, 2, 4),
        (HoldemHand, StandardHighHand, 2, 3),
        (OmahaHand, OmahaHoldemHand, 4, 5),
        (OmahaHand, OmahaHoldemHand, 4, 3),
    ],
)
def test_the_best_hand_is_the_librarys(ours: type[Hand], library: type[Hand], hole: int, board: int) -> None:
    chance = random.Random(hole * 10 + board)
    for case in range(CASES // board):
        dealt = chance.sample(TWO_SUITS if case % 2 else range(DECK), hole + board)
        mine, others = cards_in(dealt[:hole]), cards_in(dealt[hole:])
        found, expected = ours.from_game(iter(mine), iter(others)), library.from_game(mine, others)
        assert (found.cards, found.entry) == (expected.cards, expected.entry)


@pytest.mark.parametrize(("ours", "hole", "board"), [(HoldemHand, "AsKs", "2c3d"), (OmahaHand, "AsKsQsJs", "Ts9s")])
def test_too_few_cards_are_no_hand(ours: type[Hand], hole: str, board: str) -> None:
    assert ours.from_game_or_none(hole, board) is None
