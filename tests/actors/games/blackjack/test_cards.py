"""The cards of blackjack: what they count, and how a shoe follows from its seeds."""

from collections import Counter

import pytest

from actors.games.blackjack.cards import CARDS, Shoe, is_natural, total
from protocol.games.blackjack import boxes_max


@pytest.mark.parametrize(
    ("ranks", "counts"),
    [
        ("AK", 21),
        ("AA", 12),
        ("AAA", 13),
        ("A6", 17),
        ("A6T", 17),
        ("T9A", 20),
        ("T9AA", 21),
        ("T9AAA", 22),
        ("99", 18),
    ],
)
def test_an_ace_counts_eleven_unless_that_is_too_much(ranks: str, counts: int) -> None:
    assert total(rank + "c" for rank in ranks) == counts


def test_only_two_cards_are_a_natural() -> None:
    assert is_natural(("Ad", "Kc"))
    assert not is_natural(("Ad", "5c", "5h"))
    assert not is_natural(("Td", "Kc"))


@pytest.mark.parametrize("decks", [1, 2, 6, 8])
def test_a_shoe_has_each_card_once_for_every_deck(decks: int) -> None:
    cards = Shoe(decks, "server", "client", 7).cards(0, 52 * decks)

    assert Counter(cards) == dict.fromkeys(CARDS, decks)
    with pytest.raises(IndexError):
        Shoe(decks, "server", "client", 7).card(52 * decks)


def test_a_card_is_the_same_whether_or_not_those_before_it_were_looked_at() -> None:
    at_once, one_by_one = Shoe(6, "server", "client", 7), Shoe(6, "server", "client", 7)

    assert at_once.card(30) == [one_by_one.card(place) for place in range(31)][-1]


def test_every_seed_and_number_changes_the_shoe() -> None:
    shoes = {Shoe(6, *seeds).cards(0, 20) for seeds in (("a", "c", 1), ("b", "c", 1), ("a", "d", 1), ("a", "c", 2))}

    assert len(shoes) == 4


def test_there_are_as_many_boxes_as_the_cards_are_enough_for() -> None:
    assert [boxes_max(decks, 4) for decks in range(9)] == [7, 2, 5, 7, 7, 7, 7, 7, 7]
    assert boxes_max(1, 1) == 7
