"""A big blind that is short: who is all in with it lowers nobody's call, and no raise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pokerkit import HandHistory

from actors.games.poker.deal import Move, Options
from actors.games.poker.deck import deck_of
from actors.games.poker.hand import Hand
from actors.games.poker.history import history_of
from tests.support.poker import CALL, FOLD, deal_of, moves_in, options_in, played, rules_of, to

RULES = rules_of()
DECK = deck_of("a" * 64, "b" * 64, 1)
NAMES = {seat: f"player {seat}" for seat in range(9)}


def test_one_who_calls_a_short_big_blind_owes_the_whole_of_it() -> None:
    hand = Hand(RULES, deal_of([1_000, 30, 1_000, 1_000]), DECK)
    assert options_in(hand) == Options(2, 100, 200, 1_000)
    hand.play(FOLD)
    assert options_in(hand) == Options(3, 100, 200, 1_000)
    hand.play(CALL)

    assert dict(hand.bets()) == {0: 50, 1: 30, 2: 0, 3: 100}
    assert options_in(hand) == Options(0, 50, 200, 1_000)


def test_a_raise_over_a_short_big_blind_is_counted_from_the_whole_of_it() -> None:
    hand = played(RULES, deal_of([1_000, 30, 1_000, 1_000]), DECK, to(250))

    assert options_in(hand).raise_min == 400


def test_an_all_in_of_less_than_the_big_blind_does_not_lower_the_call_either() -> None:
    hand = played(RULES, deal_of([1_000, 30, 70, 1_000]), DECK, CALL)
    assert options_in(hand) == Options(3, 100, 200, 1_000)
    hand.play(CALL)
    hand.play(CALL)

    assert hand.street == 1
    assert dict(hand.stacks()) == {0: 900, 1: 0, 2: 0, 3: 900}


def test_when_all_others_fold_the_small_blind_has_nothing_to_add_to_a_short_big_one() -> None:
    hand = played(RULES, deal_of([1_000, 30, 1_000]), DECK, FOLD)
    assert options_in(hand) == Options(0, 0)
    hand.play(CALL)

    assert hand.is_over
    assert {stack for seat, stack in hand.result().stacks if seat == 0} <= {970, 1_000, 1_030}


def test_of_two_players_a_blind_that_is_covered_plays_for_the_pot_at_once() -> None:
    hand = Hand(RULES, deal_of([30, 1_000]), DECK)

    assert hand.is_over
    assert sorted(dict(hand.result().stacks).values()) in ([0, 1_030], [60, 970], [30, 1_000])


def test_in_pot_limit_a_raise_over_a_short_blind_is_the_pot_after_calling_the_whole_of_it() -> None:
    hand = Hand(rules_of(variant="omaha"), deal_of([1_000, 30, 1_000, 1_000]), DECK)
    assert options_in(hand).raise_max == 100 + (50 + 30 + 100)
    hand.play(to(280))

    assert options_in(hand).raise_max == 280 + (50 + 30 + 280 + 280)


class Street:
    """What is to be called and by how much to raise on a street, by the words of the rule."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.step = 100

    def bet(self, amount: int) -> None:
        """Somebody's bet is so much now."""
        if amount > self.most:
            self.step = max(self.step, amount - self.most)
            self.most = amount


@pytest.mark.parametrize("variant", ["holdem", "omaha"])
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_with_tiny_stacks_chips_are_kept_and_calls_and_raises_are_those_of_whole_blinds(
    variant: str, data: st.DataObject
) -> None:
    rules = rules_of(variant=variant)
    stacks = data.draw(st.lists(st.integers(1, 130) | st.integers(1, 700), min_size=2, max_size=6))
    hand = Hand(rules, deal_of(stacks), deck_of("a" * 64, "b" * 64, data.draw(st.integers(1, 1_000))))
    street, number = Street(100), 0
    while (options := hand.options) is not None:
        if hand.street != number:
            street, number = Street(0), hand.street
        bets, left = dict(hand.bets()), dict(hand.stacks())
        bet, everything = bets[options.seat], bets[options.seat] + left[options.seat]
        others = max(bets[seat] + left[seat] for seat in hand.live() if seat != options.seat)
        call = min(left[options.seat], street.most - bet)
        assert options.call == call or others < street.most
        assert options.call <= call
        if options.raise_min is not None:
            assert options.raise_min == min(everything, street.most + street.step)
            assert others > street.most
        move: Move = data.draw(st.sampled_from(moves_in(options)))
        hand.play(move)
        street.bet(move.to)

    assert sum(stack for _, stack in hand.result().stacks) == sum(stacks)
    *_, end = HandHistory.loads(history_of(rules, hand, NAMES, seen=range(len(stacks))))
    assert end.stacks == [stack for _, stack in hand.result().stacks]
