"""What blackjack pays."""

from dataclasses import replace

import pytest

from actors.games.blackjack.play import dealer_hand
from actors.games.blackjack.rules import HouseRules
from actors.games.blackjack.settle import multiple_on, paid
from tests.support.blackjack import played

RULES = HouseRules()


@pytest.mark.parametrize(
    ("ranks", "actions", "payout"),
    [
        ("T7T8" + "2", ("stand",), 200),  # the dealer draws 15 to 17
        ("T7T8" + "6", ("stand",), 0),
        ("T7T8" + "5", ("stand",), 100),
        ("T7T8" + "K", ("stand",), 200),
        ("T7TT" + "5", ("hit",), 0),
        ("T7TT", ("surrender",), 50),
        ("A7TT", (), 250),
        ("ATTA", (), 100),
        ("TTTA", (), 0),
    ],
)
def test_a_hand_wins_its_stake_gets_it_back_or_loses_it(ranks: str, actions: tuple[str, ...], payout: int) -> None:
    play, shoe = played(RULES, ranks, *actions)

    assert paid(RULES, play.boxes, dealer_hand(play, shoe), [("box1", 100)]) == payout


def test_a_natural_pays_three_to_two_or_six_to_five_rounded_down() -> None:
    play, shoe = played(RULES, "A7TT")
    dealer = dealer_hand(play, shoe)

    assert paid(RULES, play.boxes, dealer, [("box1", 11)]) == 27
    assert paid(replace(RULES, natural="6:5"), play.boxes, dealer, [("box1", 11)]) == 24


def test_twenty_one_after_a_split_is_no_natural() -> None:
    play, shoe = played(RULES, "A9A8" + "T5", "split")

    assert paid(RULES, play.boxes, dealer_hand(play, shoe), [("box1", 100), ("split1.1", 100)]) == 200


def test_a_doubled_hand_is_paid_on_what_was_put_down_twice() -> None:
    play, shoe = played(RULES, "6756" + "TTT", "double")

    assert paid(RULES, play.boxes, dealer_hand(play, shoe), [("box1", 100), ("double1.0", 100)]) == 400


def test_a_natural_of_a_dealer_without_a_hole_card_takes_doubled_and_surrendered_stakes_whole() -> None:
    rules = replace(RULES, peek=False, insurance=False)
    doubled, shoe = played(rules, "6A5" + "TT", "double")
    assert paid(rules, doubled.boxes, dealer_hand(doubled, shoe), [("box1", 100), ("double1.0", 100)]) == 0

    surrendered, shoe = played(rules, "TA6" + "T", "surrender")
    assert paid(rules, surrendered.boxes, dealer_hand(surrendered, shoe), [("box1", 100)]) == 0


def test_insurance_pays_two_to_one_on_a_natural_and_is_lost_otherwise() -> None:
    natural, shoe = played(RULES, "5A9K", "insure")
    assert multiple_on(RULES, natural.boxes, dealer_hand(natural, shoe), "insure1") == (3, 1)

    none, shoe = played(RULES, "5A98", "insure", "stand")
    assert multiple_on(RULES, none.boxes, dealer_hand(none, shoe), "insure1") == (0, 1)


@pytest.mark.parametrize("spot", ["box2", "box8", "double1.0", "split1.0", "split1.1", "insure1", "box1.0", "red"])
def test_nothing_is_paid_on_a_spot_on_which_nothing_can_lie(spot: str) -> None:
    play, shoe = played(RULES, "T7T8" + "2", "stand")

    with pytest.raises(ValueError, match=r"spot|lie|bet on|insured"):
        multiple_on(RULES, play.boxes, dealer_hand(play, shoe), spot)
