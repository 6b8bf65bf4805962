"""Video poker: published cards, the counts of five-card hands, and the published return of the best play."""

from collections import Counter
from itertools import combinations
from math import comb
from random import Random
from typing import Any

import pytest

from actors.fairness.draws import Draws
from actors.games.odds import rtp_of
from actors.games.steps import LATE
from actors.games.videopoker import BEST_HITS, Deal, VideoPoker, cards_of, dealt, hand_of
from protocol.errors import Code, Refusal
from protocol.games.deck import DECK, RANKS, card_name
from protocol.games.videopoker import PAYS, VideopokerBet
from tests.support.alone import seeds_of
from tests.support.steps_games import limits, refused_start
from tests.vectors.read import read_vectors

POKER = VideoPoker()
VECTORS = read_vectors("pf_stake_games")
CARDS = {card_name(card): card for card in range(DECK)}
HANDS = {
    "royal_flush": "10-club J-club Q-club K-club A-club",
    "straight_flush": "A-heart 2-heart 3-heart 4-heart 5-heart",
    "four_of_a_kind": "7-heart 7-club 7-spade 7-diamond 2-club",
    "full_house": "7-heart 7-club 7-spade 2-diamond 2-club",
    "flush": "2-heart 4-heart 6-heart 8-heart K-heart",
    "straight": "9-heart 10-club J-club Q-club K-club",
    "three_of_a_kind": "7-heart 7-club 7-spade 2-diamond 3-club",
    "two_pair": "7-heart 7-club 3-spade 3-diamond 2-club",
    "jacks_or_better": "J-heart J-club 3-spade 4-diamond 2-club",
    "nothing": "10-heart 10-club 3-spade 4-diamond 2-club",
}


def cards(text: str) -> tuple[int, ...]:
    return tuple(CARDS[name] for name in text.split())


def deal(text: str, drawn: str = "2-diamond 3-heart 5-spade 6-club 8-diamond") -> Deal:
    return dealt(100, cards(text) + cards(drawn))


def after(state: Deal, step: tuple[Any, ...]) -> Deal:
    found = POKER.act(state, step)
    assert isinstance(found, Deal), found
    return found


@pytest.mark.parametrize("case", VECTORS["set_B_even_nonces"]["videopoker"], ids=lambda case: f"nonce {case['nonce']}")
def test_published_cards_come_out(case: dict[str, Any]) -> None:
    found = [card_name(card) for card in cards_of(Draws(*seeds_of(case)))]

    assert found == case["initialHand"] + case["comingHand"]


@pytest.mark.parametrize("number", range(3))
def test_published_cards_of_one_seed_come_out(number: int) -> None:
    seeds = VECTORS["set_A"]
    draws = Draws(seeds["serverSeed"], seeds["clientSeed"], seeds["nonces"][number])

    assert [card_name(card) for card in cards_of(draws)] == seeds["videopoker_10_cards"][number]


@pytest.mark.parametrize("hand", HANDS)
def test_every_hand_is_known_in_any_order_and_pays_by_the_table(hand: str) -> None:
    shuffled = list(cards(HANDS[hand]))
    for seed in range(5):
        Random(seed).shuffle(shuffled)
        assert hand_of(shuffled) == hand
    assert {**read_pays(), "nothing": 0} == PAYS


def read_pays() -> dict[str, int]:
    table = read_vectors("house_edge")["jacks_or_better_9_6"]["paytable_per_coin_at_max"]
    return {name.replace(" ", "_"): pays for name, pays in table.items()}


def test_hands_of_five_ranks_and_of_pairs_are_as_many_as_there_are() -> None:
    # Suits: all of one, and otherwise; each set of five different ranks stands for 4 flushes and 1,020 others.
    sets = list(combinations(range(len(RANKS)), 5))
    counted: Counter[str] = Counter()
    for ranks in sets:
        counted[hand_of([4 * rank for rank in ranks])] += 4
        counted[hand_of([4 * rank + (at == 0) for at, rank in enumerate(ranks)])] += 1_020

    assert len(sets) == comb(len(RANKS), 5)
    assert {name: counted[name] for name in ("royal_flush", "straight_flush", "flush", "straight", "nothing")} == {
        "royal_flush": 4,
        "straight_flush": 36,
        "flush": 5_108,
        "straight": 10_200,
        "nothing": 1_302_540,
    }


def test_the_return_of_the_best_play_is_the_published_one() -> None:
    published = read_vectors("house_edge")["jacks_or_better_9_6"]["optimal_return"]

    assert sum(BEST_HITS.values()) == comb(52, 5) * comb(47, 5) * 5
    assert float(rtp_of(POKER.payoffs({"hold": "best"}))) == pytest.approx(published, abs=1e-15)


def test_what_is_not_held_is_replaced_in_the_order_of_places() -> None:
    state = after(deal("J-heart 7-club J-spade 4-diamond 2-club"), ("draw", 0, 2))

    assert state.cards == cards("J-heart 2-diamond J-spade 3-heart 5-spade")
    assert POKER.payout(state) == 100


def test_no_card_that_may_be_drawn_is_shown_before() -> None:
    state = deal("J-heart 7-club J-spade 4-diamond 2-club")

    assert POKER.payout(state) is None
    assert POKER.view(state) == {"cards": state.deck[:5], "hand": "jacks_or_better", "multiplier": 10_000}
    assert POKER.view(after(state, ("draw", 0, 1, 2, 3, 4)))["held"] == (0, 1, 2, 3, 4)


def test_a_late_player_keeps_a_hand_that_pays_and_otherwise_has_five_new_cards() -> None:
    drawn = "A-heart A-club A-spade 9-diamond 9-club"

    assert POKER.payout(after(deal(HANDS["flush"], drawn), LATE)) == 600
    assert POKER.payout(after(deal(HANDS["nothing"], drawn), LATE)) == 900


@pytest.mark.parametrize("step", [("draw", 5), ("draw", -1), ("draw", 1, 1), ("draw", "1"), ("hold", 1), ("",)])
def test_what_is_no_legal_step_is_refused(step: tuple[Any, ...]) -> None:
    refusal = POKER.act(deal(HANDS["nothing"]), step)

    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.ILLEGAL_STEP


def test_a_stake_whose_royal_flush_would_win_too_much_is_refused() -> None:
    bet = VideopokerBet(id=bytes(16), asset="PLAY", amount=100)

    assert refused_start(POKER, bet, limits(exposure_max=79_899)) is Code.EXPOSURE_LIMIT
    assert refused_start(POKER, bet, limits(exposure_max=79_900)) is None
