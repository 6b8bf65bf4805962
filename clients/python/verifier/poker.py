"""Poker: a deck is an order of 52 cards, and each card that was seen is the one at its place in it."""

from collections.abc import Mapping
from typing import Any

from .draws import Draws, commitment_of, mixed_seed

CARDS = 52
HOLE_CARDS = {"holdem": 2, "omaha": 4}
BOARD = 5


def deck_of(server_seed: str, client_seed: str, hand: int) -> list[int]:
    """The cards in the order of the deal: 0 is the two of diamonds, 51 the ace of clubs."""
    return Draws(server_seed, client_seed, hand).taken(CARDS, CARDS)


def found_in(hand: Mapping[str, Any]) -> list[tuple[str, object, object]]:
    """What is said of a hand that is over, and what it is found to be; by name, in the order of the deal.

    Each player in turn, from the left of the button on, gets all hole cards; the board follows.
    """
    seed, number = hand["server_seed"], hand["hand"]
    said: list[tuple[str, object, object]] = [
        ("commitment", hand["commitment"], commitment_of(seed)),
        (
            "client_seed",
            hand["client_seed"],
            mixed_seed(hand["table"], number, hand["commitment"], list(hand["contributions"])),
        ),
    ]
    deck, count = deck_of(seed, hand["client_seed"], number), HOLE_CARDS[hand["variant"]]
    entrants = list(hand["entrants"])
    for seat, cards in hand["cards"]:
        place = entrants.index(seat) * count
        said.append((f"cards of seat {seat}", list(cards), deck[place : place + count]))
    first = len(entrants) * count
    board = list(hand["board"])
    return [*said, ("board", board, deck[first : first + BOARD][: len(board)])]
