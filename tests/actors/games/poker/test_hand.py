"""A hand of poker: who may do what, what is won, what it costs, and published hands."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.games.poker.deal import Deal, Entrant, Move
from actors.games.poker.deck import deck_of, read_card, written
from actors.games.poker.hand import Hand, IllegalMove
from actors.games.poker.rules import BadRules, Rake
from protocol.games.deck import DECK
from tests.support.poker import CALL, FOLD, deal_of, deck_with, moves_in, options_in, played, rules_of, to
from tests.vectors.read import read_vectors

RULES = rules_of()
REOPENING = read_vectors("poker_reopening")["cases"]
NAMED = read_vectors("poker_named_hands")["hands"]
ANY_DECK = tuple(range(DECK))


def test_a_card_is_read_as_it_is_written() -> None:
    assert [read_card(written([card])) for card in ANY_DECK] == list(ANY_DECK)


def test_a_deck_is_every_card_once_and_another_for_each_hand() -> None:
    decks = [deck_of("a" * 64, "b" * 64, number) for number in range(1, 20)]

    assert all(sorted(deck) == list(ANY_DECK) for deck in decks)
    assert len(set(decks)) == len(decks)


def test_three_players_act_from_the_button_before_the_flop_and_from_its_left_after() -> None:
    hand = Hand(RULES, deal_of([1_000] * 3), ANY_DECK)
    order = []
    while hand.street < 2:
        order.append((hand.street, options_in(hand).seat))
        hand.play(CALL)

    assert order == [(0, 2), (0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]


def test_heads_up_the_button_has_the_small_blind_and_acts_first_only_before_the_flop() -> None:
    hand = Hand(RULES, deal_of([1_000, 1_000]), ANY_DECK)
    assert dict(hand.bets()) == {0: 100, 1: 50}
    order = []
    while hand.street < 2:
        order.append((hand.street, options_in(hand).seat))
        hand.play(CALL)

    assert order == [(0, 1), (0, 0), (1, 0), (1, 1)]


def test_the_first_raise_is_at_least_a_big_blind_more_and_the_next_at_least_as_much_as_the_last() -> None:
    hand = Hand(RULES, deal_of([10_000] * 3), ANY_DECK)
    assert (options_in(hand).call, options_in(hand).raise_min, options_in(hand).raise_max) == (100, 200, 10_000)
    hand.play(to(350))

    assert options_in(hand).raise_min == 600


def test_a_move_that_is_not_allowed_is_a_bug_of_the_caller_and_changes_nothing() -> None:
    hand = Hand(RULES, deal_of([1_000] * 3), ANY_DECK)
    for move in (to(199), to(1_001), Move("call", 1), Move("fold", 1)):
        with pytest.raises(IllegalMove):
            hand.play(move)
    assert options_in(hand).seat == 2

    hand.play(CALL)
    hand.play(CALL)
    with pytest.raises(IllegalMove, match="hand 1"):
        hand.play(FOLD)  # it costs nothing to stay


def test_short_all_ins_do_not_let_one_raise_who_has_raised() -> None:
    case = REOPENING[0]
    hand = played(rules_of(100, 200), deal_of(case["stacks"], 100, 200), ANY_DECK, to(600), to(650), CALL)

    assert (options_in(hand).seat, options_in(hand).call, options_in(hand).raise_min) == (2, 50, None)


def test_all_ins_that_are_a_full_raise_together_let_everybody_raise_who_faces_one() -> None:
    deal = Deal(
        1,
        4,
        0,
        1,
        tuple(Entrant(seat, stack, dead=REOPENING[1]["ante"]) for seat, stack in enumerate(REOPENING[1]["stacks"])),
    )
    hand = played(rules_of(1, 1), deal, ANY_DECK, to(500), to(1_000), CALL, to(1_300), to(1_700))
    seen = []
    for _ in range(3):
        options = options_in(hand)
        seen.append((options.seat, options.raise_min, options.raise_max))
        hand.play(CALL)

    assert REOPENING[1]["expect"].startswith("p1 may raise, min 2200 max 20000")
    assert seen == [(0, 2_200, 20_000), (1, 2_200, 20_000), (2, 2_200, 20_000)]


def test_one_who_faces_less_than_a_full_raise_after_several_all_ins_may_only_call_or_fold() -> None:
    flop = deal_of([5_100, 225, 5_100, 300, 5_100])
    hand = played(RULES, flop, ANY_DECK, CALL, CALL, CALL, CALL, CALL)
    assert hand.street == 1
    for move in (to(100), to(125), CALL, to(200), CALL):
        hand.play(move)
    first = options_in(hand)
    assert (first.seat, first.call, first.raise_min) == (0, 100, 300)
    hand.play(CALL)
    second = options_in(hand)

    assert REOPENING[2]["expect"] == "C may only call or fold"
    assert (second.seat, second.call, second.raise_min) == (2, 75, None)


def test_a_short_bet_does_not_let_one_raise_who_has_checked() -> None:
    hand = played(RULES, deal_of([1_000, 140, 1_000]), ANY_DECK, CALL, CALL, CALL, CALL, to(40), CALL)

    assert (options_in(hand).seat, options_in(hand).call, options_in(hand).raise_min) == (0, 40, None)


def test_a_famous_hand_of_two_players_ends_as_it_did() -> None:
    named = NAMED[0]
    cards, stacks = named["holes"], (1_125_600, 2_000_000, 553_500)
    posts = (1_000, 2_000, 0)
    entrants = (Entrant(seat, stack, posts[seat], 500) for seat, stack in enumerate(stacks))
    deal = Deal(1, 2, 0, 1, tuple(entrants))
    deck = deck_with(f"{cards[0]} 8s8d {cards[2]} Jc3d5c 4h Jh")
    hand = played(
        rules_of(1_000, 2_000), deal, deck,
        to(7_000), to(23_000), FOLD, CALL, to(35_000), CALL, to(90_000), to(232_600), to(1_067_100), CALL,
    )  # fmt: skip
    stacks_after = dict(hand.result().stacks)

    assert (stacks_after[0], stacks_after[2]) == (named["final"][0], named["final"][2])


def test_a_famous_hand_of_pot_limit_omaha_ends_as_it_did() -> None:
    named = NAMED[1]
    stacks = [int(Fraction(str(stack)) * 4) for stack in named["stacks"]]
    deck = deck_with(" ".join(named["holes"]) + "4s5c2h 5h 9c")
    amounts = (3_000, 9_000, 27_000, 81_000)
    hand = played(
        rules_of(2_000, 4_000, variant="omaha"), deal_of(stacks, 2_000, 4_000), deck,
        *(to(4 * amount) for amount in amounts), CALL, to(4 * 91_000), to(4 * 435_000), to(4 * 779_000), CALL,
    )  # fmt: skip

    assert [stack for _, stack in hand.result().stacks] == [4 * final for final in named["final"]]


def test_in_pot_limit_a_raise_is_at_most_the_pot_after_the_call() -> None:
    hand = Hand(rules_of(variant="omaha"), deal_of([10_000] * 3), ANY_DECK)

    assert options_in(hand).raise_max == 350


def test_side_pots_go_to_the_best_hand_that_paid_into_them() -> None:
    deck = deck_with("AsAh KsKh QsQh 2c3d4c 9d 9h")
    hand = played(RULES, deal_of([300, 600, 1_000]), deck, to(1_000), CALL, CALL)

    assert hand.result().stacks == ((0, 900), (1, 600), (2, 400))
    assert [(won.pot, won.seat, won.amount) for won in hand.result().winnings] == [(0, 0, 900), (1, 1, 600)]


def test_the_odd_chip_goes_to_the_first_winner_left_of_the_button() -> None:
    deck = deck_with("2c7d AsKh AhKs AcAdQd QcQs")
    hand = played(rules_of(25, 100), deal_of([1_000] * 3, 25, 100), deck, CALL, FOLD, CALL, *[CALL] * 6)

    assert hand.result().stacks == ((0, 975), (1, 1_013), (2, 1_012))


def test_a_bet_that_nobody_calls_comes_back_and_shows_nothing() -> None:
    hand = played(RULES, deal_of([1_000] * 3), ANY_DECK, to(700), FOLD, FOLD)

    assert hand.result().stacks == ((0, 950), (1, 900), (2, 1_150))
    assert hand.shown() == {}


def test_the_last_aggressor_shows_first_and_who_has_lost_mucks() -> None:
    winner_first = deck_with("AsAh 7c2d KsKh 3c4c9s Td Jh")
    hand = played(RULES, deal_of([1_000] * 3), winner_first, CALL, CALL, CALL, *[CALL] * 6, to(200), FOLD, CALL)

    assert set(hand.shown()) == {0}


def test_all_hands_are_shown_when_somebody_is_all_in() -> None:
    hand = played(RULES, deal_of([1_000, 1_000]), ANY_DECK, to(1_000), CALL)

    assert set(hand.shown()) == {0, 1}
    assert len(hand.board) == 5


@pytest.mark.parametrize(("per_mille", "cap", "taken"), [(50, 1_000, 30), (50, 20, 20), (33, 1_000, 19), (0, 0, 0)])
def test_the_rake_is_a_share_of_the_pot_up_to_a_cap(per_mille: int, cap: int, taken: int) -> None:
    hand = played(
        rules_of(rake=Rake(per_mille, cap)), deal_of([1_000] * 3), ANY_DECK, to(200), CALL, CALL, to(100), FOLD, FOLD
    )

    assert hand.result().rake == taken


def test_no_rake_is_taken_without_a_flop() -> None:
    hand = played(rules_of(rake=Rake(50, 1_000)), deal_of([1_000] * 3), ANY_DECK, to(1_000), FOLD, FOLD)

    assert hand.result().rake == 0


def test_what_was_called_of_the_last_bet_is_raked_though_the_rest_of_it_comes_back() -> None:
    moves = (CALL, CALL, to(200), to(600), FOLD)
    hand = played(rules_of(rake=Rake(100, 1_000)), deal_of([1_000, 1_000]), ANY_DECK, *moves)

    assert hand.result().rake == 60


def test_one_cap_is_for_all_pots_of_a_hand() -> None:
    deck = deck_with("AsAh KsKh QsQh 2c3d4c 9d 9h")
    hand = played(rules_of(rake=Rake(100, 100)), deal_of([300, 600, 1_000]), deck, to(1_000), CALL, CALL)

    assert hand.result().rake == 100
    assert hand.result().stacks == ((0, 840), (1, 560), (2, 400))


def test_a_late_post_is_a_bet_that_changes_nobodys_turn_and_a_dead_one_is_no_bet() -> None:
    entrants = (Entrant(0, 1_000, 50), Entrant(1, 1_000, 100), Entrant(2, 1_000, 100, 50, late=True), Entrant(3, 1_000))
    hand = Hand(RULES, Deal(1, 3, 0, 1, entrants), ANY_DECK)

    assert (options_in(hand).seat, options_in(hand).call, hand.pot) == (2, 0, 300)


def test_a_dead_small_blind_lets_the_big_blind_act_first_after_the_flop() -> None:
    hand = Hand(RULES, Deal(1, 3, 0, 1, (Entrant(1, 1_000, 100), Entrant(2, 1_000), Entrant(3, 1_000))), ANY_DECK)
    order = [options_in(hand).seat]
    for _ in range(3):
        hand.play(CALL)
    order.append(options_in(hand).seat)

    assert order == [2, 1]


@pytest.mark.parametrize(
    ("small", "big", "seats", "reason"),
    [(0, 100, 6, "blinds"), (200, 100, 6, "blinds"), (50, 100, 1, "seats"), (50, 100, 10, "seats")],
)
def test_rules_that_cannot_be_played_are_no_rules(small: int, big: int, seats: int, reason: str) -> None:
    with pytest.raises(BadRules, match=reason):
        rules_of(small, big, seats=seats)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_chip_is_made_or_lost_in_any_hand_and_no_stack_is_negative(data: st.DataObject) -> None:
    variant = data.draw(st.sampled_from(["holdem", "omaha"]))
    rules = rules_of(rake=Rake(data.draw(st.integers(0, 200)), data.draw(st.integers(0, 500))), variant=variant)
    deal = deal_of(data.draw(st.lists(st.integers(100, 3_000), min_size=2, max_size=6)))
    hand = Hand(rules, deal, deck_of("a" * 64, "b" * 64, data.draw(st.integers(1, 10**6))))
    total = sum(one.stack for one in deal.entrants)
    while hand.options is not None:
        assert hand.pot + sum(stack for _, stack in hand.stacks()) == total
        hand.play(data.draw(st.sampled_from(moves_in(hand.options))))
    result = hand.result()

    assert sum(stack for _, stack in result.stacks) + result.rake == total
    assert all(stack >= 0 for _, stack in result.stacks)
    assert 0 <= result.rake <= rules.rake.cap
    assert hand.is_over
    assert len(hand.board) == 5 or not hand.shown()
