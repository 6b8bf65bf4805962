"""Hand histories: the library reads every one of them and comes to the same end."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pokerkit import HandHistory, State

from actors.games.poker.deck import deck_of
from actors.games.poker.hand import Hand
from actors.games.poker.history import history_of
from actors.games.poker.rake import rake_of
from actors.games.poker.rules import Rake, Rules
from tests.support.poker import CALL, FOLD, deal_of, deck_with, moves_in, played, rules_of, to

NAMES = {seat: f"player {seat}" for seat in range(9)}
RULES = rules_of(rake=Rake(50, 300))
DECK = deck_with("AsAh KsKh QsQh 2c3d4c 9d 9h")


def replayed(rules: Rules, text: str) -> State:
    *_, end = HandHistory.loads(text, rake=partial(rake_of, rules.rake))
    return end


def test_a_hand_that_was_shown_down_is_read_by_the_library_to_the_same_end() -> None:
    hand = played(RULES, deal_of([300, 600, 1_000]), DECK, to(1_000), CALL, CALL)
    text = history_of(RULES, hand, NAMES)

    assert replayed(RULES, text).stacks == [stack for _, stack in hand.result().stacks]
    assert "finishing_stacks = [855, 570, 400]" in text
    assert "players = ['player 0', 'player 1', 'player 2']" in text


def test_cards_that_were_not_shown_are_in_no_history_but_that_of_their_player() -> None:
    hand = played(RULES, deal_of([1_000] * 3), DECK, CALL, FOLD, CALL, to(100), FOLD)

    for cards in ("AsAh", "KsKh", "QsQh"):
        assert cards not in history_of(RULES, hand, NAMES)
    assert "KsKh" in history_of(RULES, hand, NAMES, seen=[1])
    assert "QsQh" not in history_of(RULES, hand, NAMES, seen=[1])


@pytest.mark.parametrize("variant", ["holdem", "omaha"])
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_hand_is_read_by_the_library_to_the_same_end(variant: str, data: st.DataObject) -> None:
    rules = rules_of(rake=Rake(50, 300), variant=variant)
    deal = deal_of(data.draw(st.lists(st.integers(100, 2_000), min_size=2, max_size=5)))
    hand = Hand(rules, deal, deck_of("a" * 64, "b" * 64, data.draw(st.integers(1, 10**6))))
    while hand.options is not None:
        hand.play(data.draw(st.sampled_from(moves_in(hand.options))))
    everything = history_of(rules, hand, NAMES, seen=[one.seat for one in deal.entrants])

    assert replayed(rules, everything).stacks == [stack for _, stack in hand.result().stacks]
