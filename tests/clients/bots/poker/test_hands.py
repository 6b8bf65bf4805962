"""What bots hold hands for is what the library says."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from pokerkit import Hand, OmahaHoldemHand, StandardHighHand

from actors.games.poker.deck import written
from clients.bots.poker.hands import best_of, value_of

decks = st.permutations(range(52))


def held(kind: type[Hand], hole: Sequence[int], board: Sequence[int]) -> Hand:
    return kind.from_game(written(hole), written(board))


@settings(max_examples=60, deadline=None)
@given(decks)
def test_the_better_hand_of_holdem_is_the_better_one(deck: list[int]) -> None:
    board, one, other = deck[:5], deck[5:7], deck[7:9]
    hands = held(StandardHighHand, one, board), held(StandardHighHand, other, board)
    values = best_of("holdem", one, board), best_of("holdem", other, board)

    assert (values[0] > values[1], values[0] == values[1]) == (hands[0] > hands[1], hands[0] == hands[1])


@settings(max_examples=60, deadline=None)
@given(decks)
def test_the_better_hand_of_omaha_is_the_better_one(deck: list[int]) -> None:
    board, one, other = deck[:5], deck[5:9], deck[9:13]
    hands = held(OmahaHoldemHand, one, board), held(OmahaHoldemHand, other, board)
    values = best_of("omaha", one, board), best_of("omaha", other, board)

    assert (values[0] > values[1], values[0] == values[1]) == (hands[0] > hands[1], hands[0] == hands[1])


def test_kinds_of_hands_are_in_their_order() -> None:
    texts = [
        "2d7h9cJsKd", "2d2h9cJsKd", "2d2h9c9sKd", "2d2h2c9sKd", "Ad2h3c4s5d",
        "2d7d9dJdKd", "2d2h2c9s9d", "2d2h2c2s9d", "Ad2d3d4d5d",
    ]  # fmt: skip
    values = [value_of(read(text)) for text in texts]

    assert values == sorted(values)
    assert [value[0] for value in values] == list(range(9))
    assert value_of(read("Ad2h3c4s5d")) < value_of(read("2d3h4c5s6d"))


def read(text: str) -> list[int]:
    ranks, suits = "23456789TJQKA", "dhsc"
    return [ranks.index(rank) * 4 + suits.index(suit) for rank, suit in zip(text[::2], text[1::2], strict=True)]
