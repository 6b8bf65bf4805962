"""A round of blackjack: what may be done when, and what comes of it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.games.blackjack.cards import Shoe
from actors.games.blackjack.play import Play, Step, cautious, deal, dealer_hand, dealt, must_draw, peeked, step_of
from actors.games.blackjack.rules import HouseRules
from actors.games.blackjack.settle import paid
from tests.support.blackjack import StackedShoe, played

RULES = HouseRules()


def cards_of(play: Play) -> list[str]:
    """The ranks of each hand, in the order of play."""
    return ["".join(card[0] for card in hand.cards) for box in play.boxes for hand in box.hands]


def test_cards_go_round_the_boxes_then_to_the_dealer_and_round_again() -> None:
    play, _ = played(RULES, "2345679", boxes=(2, 5))

    assert cards_of(play) == ["25", "36"]
    assert play.dealer == ("4h",)
    assert play.drawn == 6, "the dealer's second card lies face down"


def test_without_a_hole_card_the_dealers_second_card_comes_when_players_are_done() -> None:
    play, shoe = played(replace(RULES, peek=False), "276" + "9" + "8T", "hit", "stand")

    assert cards_of(play) == ["269"]
    assert dealer_hand(play, shoe) == ("7h", "8h", "Th")


@pytest.mark.parametrize(
    ("ranks", "actions"),
    [
        ("T9T8", ("stand", "hit", "double", "split", "surrender")),
        ("898T", ("stand", "hit", "double", "split", "surrender")),
        ("59T8", ("stand", "hit", "double", "surrender")),
    ],
)
def test_two_cards_may_be_stood_hit_doubled_surrendered_and_split_if_they_count_alike(
    ranks: str, actions: tuple[str, ...]
) -> None:
    play, _ = played(RULES, ranks)

    assert play.actions(1) == actions
    assert play.actions(2) == ()


def test_three_cards_may_only_be_stood_or_hit() -> None:
    play, _ = played(RULES, "29383", "hit")

    assert play.actions(1) == ("stand", "hit")


def test_a_hand_splits_into_four_at_most() -> None:
    play, _ = played(RULES, "89898888888", "split", "split", "split")

    assert len(cards_of(play)) == 4
    assert "split" not in play.actions(1)


def test_hands_of_a_split_are_played_from_the_first_on_and_numbered_as_they_came() -> None:
    play, _ = played(RULES, "8989" + "28" + "34", "split", "stand", "split")

    assert cards_of(play) == ["82", "83", "84"]
    assert [hand.number for hand in play.boxes[0].hands] == [0, 1, 2]


def test_split_aces_get_one_card_each_and_are_over() -> None:
    play, _ = played(RULES, "A9A8" + "A5", "split")

    assert cards_of(play) == ["AA", "A5"]
    assert play.stage == "over"


def test_nothing_is_doubled_after_a_split_where_the_rules_do_not_say_so() -> None:
    rules = replace(RULES, doubles_after_split=False)
    play, _ = played(rules, "8989" + "23", "split")

    assert play.actions(1) == ("stand", "hit")


def test_a_split_hand_is_not_surrendered() -> None:
    play, _ = played(RULES, "8989" + "23", "split")

    assert "surrender" not in play.actions(1)


def test_an_ace_of_the_dealer_offers_insurance_before_anything_else() -> None:
    play, _ = played(RULES, "5A98", boxes=(1,))

    assert play.stage == "insurance"
    assert play.actions(1) == ("insure", "decline")


def test_a_natural_of_the_dealer_ends_the_round_when_insurance_is_over() -> None:
    play, shoe = played(RULES, "5A9K", "insure")

    assert play.stage == "over"
    assert paid(RULES, play.boxes, dealer_hand(play, shoe), [("box1", 100), ("insure1", 50)]) == 150


def test_a_ten_of_the_dealer_offers_no_insurance_but_is_peeked_under() -> None:
    assert played(RULES, "5T9A")[0].stage == "over"
    assert played(RULES, "5T98")[0].stage == "turns"


def test_a_natural_needs_no_turn() -> None:
    play, _ = played(RULES, "A5K98")

    assert play.stage == "over"
    assert play.drawn == 4


def test_the_dealer_draws_no_third_card_when_no_hand_waits_for_it() -> None:
    assert dealer_hand(*played(RULES, "T2T3T", "hit")) == ("2h", "3h")
    assert dealer_hand(*played(RULES, "T2T3TTT", "stand")) == ("2h", "3h", "Th", "Th")


@pytest.mark.parametrize(
    ("ranks", "hits_soft_17", "draws"),
    [("A6", False, False), ("A6", True, True), ("T7", True, False), ("A7", True, False), ("T6", False, True)],
)
def test_the_dealer_stands_on_17_but_on_a_soft_one_only_where_the_rules_say_so(
    ranks: str, hits_soft_17: bool, draws: bool
) -> None:
    cards = [rank + "s" for rank in ranks]

    assert must_draw(replace(RULES, hits_soft_17=hits_soft_17), cards) is draws


@pytest.mark.parametrize(
    ("ranks", "action"), [("T2", "stand"), ("65", "hit"), ("A6", "hit"), ("A7", "stand"), ("88", "stand")]
)
def test_for_a_player_who_is_away_no_card_is_taken_that_could_bust(ranks: str, action: str) -> None:
    play, _ = played(RULES, f"{ranks[0]}9{ranks[1]}8")

    assert cautious(play) == (action, 1)


def test_for_a_player_who_is_away_no_hand_is_insured() -> None:
    assert cautious(played(RULES, "5A98")[0]) == ("decline", 1)


def test_a_step_of_a_box_whose_turn_it_is_not_cannot_have_been_recorded() -> None:
    play, _ = played(RULES, "2345678", boxes=(1, 2))

    for step in (("stand", 2), ("stand", 3), ("fold", 1)):
        with pytest.raises(ValueError, match=r"box|nobody"):
            play.after(step)


def folded(rules: HouseRules, boxes: tuple[int, ...], steps: list[Step]) -> Play:
    play = dealt(rules, boxes, steps[0])
    for step in steps[1:]:
        play = play.after(step)
    return play


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 8),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
    st.integers(0, 10**6),
    st.data(),
)
def test_whatever_is_legally_played_ends_within_the_shoe_and_is_what_its_steps_come_to(
    decks: int, hands_max: int, peek: bool, insurance: bool, number: int, data: Any
) -> None:
    rules = replace(RULES, decks=decks, hands_max=hands_max, peek=peek, insurance=insurance)
    boxes = tuple(range(1, rules.boxes_max + 1))
    shoe = Shoe(decks, "server", "client", number)
    first, play = deal(rules, boxes, shoe)
    steps = [first]
    while play.stage != "over":
        if play.stage == "peek":
            step = peeked(play, shoe)
        else:
            box = next(box for box in boxes if play.actions(box))
            step = step_of(play, data.draw(st.sampled_from(play.actions(box))), box, shoe)
        steps.append(step)
        play = play.after(step)

    dealer = dealer_hand(play, shoe)
    assert folded(rules, boxes, steps) == play
    assert all(len(box.hands) <= hands_max for box in play.boxes)
    assert len(dealer) >= 2
    assert 0 <= paid(rules, play.boxes, dealer, [(f"box{box}", 10) for box in boxes]) <= 25 * len(boxes)


def test_a_shoe_that_deals_only_small_cards_lasts_for_all_boxes() -> None:
    small = sorted(Shoe(1, "s", "c", 1).cards(0, 52), key=lambda card: ("A23456789TJQK").index(card[0]))
    shoe = StackedShoe("".join(card[0] for card in small))
    rules = replace(RULES, decks=1, insurance=False, peek=False)
    first, play = deal(rules, tuple(range(1, rules.boxes_max + 1)), shoe)

    while play.stage != "over":
        box = next(box.number for box in play.boxes if play.actions(box.number))
        actions = play.actions(box)
        action = "split" if "split" in actions else "hit"
        play = play.after(step_of(play, action, box, shoe))

    assert len(dealer_hand(play, shoe)) >= 2
    assert first[0] == "deal"
