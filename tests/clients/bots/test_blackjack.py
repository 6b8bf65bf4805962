"""Bots play the published strategy at blackjack, and reckon payouts as the rules do, by arithmetic of their own."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.games.blackjack.cards import Shoe
from actors.games.blackjack.play import deal, dealer_hand, peeked, step_of
from actors.games.blackjack.rules import HouseRules
from actors.games.blackjack.settle import paid
from clients.bots.blackjack import Game, Layout, choose
from tests.vectors.read import read_vectors

ALL = ("stand", "hit", "double", "split", "surrender")
WORDS = {"S": "stand", "H": "hit", "D": "double", "P": "split", "R": "surrender"}
VECTORS: dict[str, Any] = read_vectors("blackjack_basic_strategy")


def cell(table: str, row: str, column: str) -> str:
    return WORDS[VECTORS[table][row].split()[VECTORS["columns"].index(column)][0]]


@pytest.mark.parametrize("column", VECTORS["columns"])
@pytest.mark.parametrize(
    ("table", "row", "cards"),
    [
        ("hard", "5-8", "26"),
        ("hard", "9", "36"),
        ("hard", "10", "37"),
        ("hard", "11", "56"),
        ("hard", "12", "T2"),
        ("hard", "13-14", "T3"),
        ("hard", "13-14", "T4"),
        ("hard", "15", "T5"),
        ("hard", "16", "T6"),
        ("hard", "17+", "T7"),
        ("soft", "A2-A3", "A2"),
        ("soft", "A2-A3", "A3"),
        ("soft", "A4-A5", "A4"),
        ("soft", "A4-A5", "A5"),
        ("soft", "A6", "A6"),
        ("soft", "A7", "A7"),
        ("soft", "A8-A9", "A8"),
        ("pairs", "AA", "AA"),
        ("pairs", "10,10", "TK"),
        ("pairs", "99", "99"),
        ("pairs", "88", "88"),
        ("pairs", "77", "77"),
        ("pairs", "66", "66"),
        ("pairs", "55", "55"),
        ("pairs", "44", "44"),
        ("pairs", "22-33", "22"),
        ("pairs", "22-33", "33"),
    ],
)
def test_bots_play_the_published_strategy(table: str, row: str, cards: str, column: str) -> None:
    up = "T" if column == "10" else column

    assert choose([card + "h" for card in cards], up + "s", ALL) == cell(table, row, column)


def test_what_may_not_be_doubled_is_hit_or_stood_as_published() -> None:
    assert choose(["5h", "2h", "4h"], "6s", ("stand", "hit")) == "hit"
    assert choose(["Ah", "3h", "4h"], "6s", ("stand", "hit")) == "stand"
    assert choose(["Th", "6h"], "Ts", ("stand", "hit")) == "hit"


def test_bots_never_insure() -> None:
    assert choose(["Ah", "Th"], "As", ("insure", "decline")) == "decline"


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.sampled_from(["3:2", "6:5"]), st.data())
def test_bots_reckon_what_the_rules_pay(number: int, peek: bool, natural: str, data: Any) -> None:
    rules, boxes = HouseRules(peek=peek, natural=natural), (1, 4)
    shoe = Shoe(rules.decks, "server", "client", number)
    first, play = deal(rules, boxes, shoe)
    steps, wagers = [first], [("box1", 35), ("box4", 100)]
    while play.stage != "over":
        if play.stage == "peek":
            step = peeked(play, shoe)
        else:
            box = next(box for box in boxes if play.actions(box))
            action = data.draw(st.sampled_from(play.actions(box)))
            turn = play.turn
            if action == "insure":
                wagers.append((f"insure{box}", 17))
            elif action == "double" and turn is not None:
                wagers.append((f"double{box}.{turn[1].number}", 35))
            elif action == "split" and turn is not None:
                wagers.append((f"split{box}.{len(turn[0].hands)}", 35))
            step = step_of(play, action, box, shoe)
        steps.append(step)
        play = play.after(step)
    dealer = dealer_hand(play, shoe)
    result = {"boxes": boxes, "steps": steps, "dealer": dealer, "natural": natural}

    for wager in wagers:
        assert Layout().paid([wager], result) == paid(rules, play.boxes, dealer, [wager])
    assert {
        number: [tuple(hand.cards) for hand in hands] for number, hands in Game().follow(boxes, steps).boxes.items()
    } == {box.number: [hand.cards for hand in box.hands] for box in play.boxes}


def test_other_cards_of_the_dealer_pay_otherwise() -> None:
    result = {
        "boxes": (1,),
        "steps": [("deal", "Th", "7h", "9h"), ("stand", 1)],
        "dealer": ("7h", "Tc"),
        "natural": "3:2",
    }

    assert Layout().paid([("box1", 100)], result) == 200
    assert Layout().paid([("box1", 100)], {**result, "dealer": ("7h", "5c", "8c")}) == 0
