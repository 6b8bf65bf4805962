"""Hi-lo: cards as they are published, and a return of 0.99 whatever is guessed."""

from fractions import Fraction
from typing import Any

import pytest

from actors.fairness.draws import Draws
from actors.games.hilo import Cards, Game, Hilo, cards_of, rank_of, winning_ranks
from actors.games.odds import rtp_of
from actors.games.steps import LATE
from protocol.errors import Code, Refusal
from protocol.games.deck import DECK, card_name
from protocol.games.hilo import CARDS_MAX
from tests.support.alone import seeds_of
from tests.vectors.read import read_vectors

HILO = Hilo()
VECTORS = read_vectors("pf_stake_games")
RANKS = range(1, 14)
CARDS = {card_name(card): card for card in range(DECK)}


def game(*names: str, stake: int = 1_000, payout_max: int = 10**9) -> Game:
    """These cards come, and then twos of diamonds."""
    cards = [CARDS[name] for name in names]
    return Game(stake, payout_max, Cards(Draws("", "", 0), cards + [0] * (CARDS_MAX - len(cards))))


def after(state: Game, *steps: tuple[Any, ...]) -> Game:
    for step in steps:
        found = HILO.act(state, step)
        assert isinstance(found, Game), found
        state = found
    return state


def test_cards_are_the_same_whichever_is_looked_at_first() -> None:
    seeds = ("server", "client", 7)
    cards = Cards(Draws(*seeds))

    assert cards.at(20) == cards_of(Draws(*seeds))[20]
    assert [cards.first(count) for count in (3, CARDS_MAX)] == [
        cards_of(Draws(*seeds))[:3],
        cards_of(Draws(*seeds)),
    ]


@pytest.mark.parametrize("case", VECTORS["set_B_even_nonces"]["baccarat"], ids=lambda case: f"nonce {case['nonce']}")
def test_cards_of_an_endless_deck_are_the_published_ones(case: dict[str, Any]) -> None:
    published = [*case["playerCards"], *case["dealerCards"], *case["deciderCards"]]

    cards = [card_name(card) for card in cards_of(Draws(*seeds_of(case)))]

    assert cards[: len(published)] == published


def test_the_ace_is_the_lowest_rank_and_the_king_the_highest() -> None:
    ranks = {name.partition("-")[0]: rank_of(card) for name, card in CARDS.items()}

    assert ranks == {"A": 1, **{str(rank): rank for rank in range(2, 11)}, "J": 11, "Q": 12, "K": 13}


def test_both_sides_have_the_same_rank_but_at_the_ends_where_no_guess_may_be_certain() -> None:
    for rank in RANKS:
        higher, lower = set(winning_ranks(rank, "higher")), set(winning_ranks(rank, "lower"))
        assert higher | lower == set(RANKS)
        assert higher & lower == (set() if rank in (1, 13) else {rank})
    assert (len(winning_ranks(1, "higher")), len(winning_ranks(13, "lower"))) == (12, 12)


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("guess", ["higher", "lower"])
def test_every_guess_returns_99_hundredths(rank: int, guess: str) -> None:
    assert rtp_of(HILO.payoffs({"rank": rank, "guess": guess})) == Fraction(99, 100)


def test_the_edge_is_taken_once_and_not_with_every_guess() -> None:
    state = after(game("7-heart", "9-club", "4-spade"), ("guess", "higher"), ("guess", "lower"))

    fair = Fraction(state.above, state.below)
    assert fair == Fraction(13, 7) * Fraction(13, 9)
    assert HILO.payout(after(state, ("cash_out",))) == int(1_000 * Fraction(99, 100) * fair)


def test_a_wrong_guess_takes_the_stake_and_the_same_rank_is_right() -> None:
    assert HILO.payout(after(game("7-heart", "6-club"), ("guess", "higher"))) == 0
    assert HILO.payout(after(game("7-heart", "7-club"), ("guess", "higher"))) is None
    assert HILO.payout(after(game("A-heart", "A-club"), ("guess", "higher"))) == 0
    assert HILO.payout(after(game("K-heart", "K-club"), ("guess", "higher"))) is None


def test_a_skip_shows_a_card_and_moves_nothing() -> None:
    state = after(game("7-heart", "K-club"), ("skip",))

    assert HILO.view(state) == {
        "cards": (CARDS["7-heart"], CARDS["K-club"]),
        "guesses": ("skip",),
        "multiplier": 10_000,
    }


def test_no_card_is_shown_before_its_guess() -> None:
    state = game("7-heart", "9-club", "4-spade")

    assert HILO.view(state)["cards"] == (CARDS["7-heart"],)
    assert HILO.view(after(state, ("guess", "higher")))["cards"] == (CARDS["7-heart"], CARDS["9-club"])


def test_the_game_ends_with_the_last_card_and_pays() -> None:
    skipped = after(game("7-heart"), *[("skip",)] * (CARDS_MAX - 1))
    guessed = after(game("3-heart"), ("guess", "lower"), *[("skip",)] * (CARDS_MAX - 2))

    assert HILO.payout(skipped) == 1_000
    assert HILO.payout(guessed) == int(1_000 * Fraction(99, 100) * Fraction(13, 3))


def test_a_guess_that_would_win_too_much_cannot_be_made_and_another_can() -> None:
    most = int(1_000 * Fraction(99, 100) * Fraction(13, 11))
    state = game("3-heart", payout_max=most)

    refusal = HILO.act(state, ("guess", "lower"))
    assert isinstance(refusal, Refusal)
    assert HILO.payout(after(state, ("guess", "higher"))) == 0
    assert after(game("3-heart", "3-club", payout_max=most), ("guess", "higher")).won == most


def test_a_late_player_is_paid_what_was_guessed_or_has_the_stake_back() -> None:
    assert HILO.payout(after(game("7-heart"), LATE)) == 1_000
    assert HILO.payout(after(game("7-heart", "K-club"), ("guess", "higher"), LATE)) == 1_838


@pytest.mark.parametrize("step", [("cash_out",), ("guess", "same"), ("guess",), ("guess", 1), ("deal",), ("skip", 1)])
def test_what_is_no_legal_step_is_refused(step: tuple[Any, ...]) -> None:
    refusal = HILO.act(game("7-heart"), step)

    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.ILLEGAL_STEP
