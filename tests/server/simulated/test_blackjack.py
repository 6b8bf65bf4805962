"""Rounds of blackjack on arrays: the strategy is the published one, and what comes of it is what is published."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from actors.games.blackjack.odds import figures
from actors.games.blackjack.rules import HouseRules
from actors.games.blackjack.solver import solver_of
from protocol.games.blackjack import ENDLESS
from server.simulated.hands import COLUMNS, SOFT, pair_state
from server.simulated.rounds import Simulated, simulate
from server.simulated.shoes import DECK, rounds_of_each, shuffled
from server.simulated.strategy import Strategy, strategy_of
from tests.vectors.read import read_vectors

PLAIN = HouseRules(6, surrender=False)
ROUNDS = 600_000
ERRORS_MAX = 4
"""Standard errors, of a seed that is always the same."""
CARDS = range(1, COLUMNS)
WORDS = {"S": "stand", "H": "hit", "D": "double", "P": "split", "R": "surrender"}


def chosen(strategy: Strategy, first: int, second: int, up: int) -> str:
    """What is done with two cards, 1 being an ace."""
    at = pair_state(first, second) * COLUMNS + up
    if first == second and strategy.splits[first * COLUMNS + up]:
        return "split"
    if strategy.surrenders[at]:
        return "surrender"
    if strategy.doubles[at]:
        return "double"
    return "hit" if strategy.hits[at] else "stand"


@pytest.mark.parametrize("hits_soft_17", [False, True])
@pytest.mark.parametrize("peek", [False, True])
def test_the_strategy_for_endless_decks_is_that_of_the_exact_solver(hits_soft_17: bool, peek: bool) -> None:
    rules = HouseRules(ENDLESS, hits_soft_17=hits_soft_17, peek=peek)
    strategy = strategy_of(rules)

    for up, first, second in itertools.product(CARDS, repeat=3):
        assert chosen(strategy, first, second, up) == solver_of(rules, up).action(first, second), (first, second, up)


def test_the_strategy_for_six_decks_is_the_published_one() -> None:
    vectors, strategy = read_vectors("blackjack_basic_strategy"), strategy_of(HouseRules(6))
    rows = {
        **{("hard", row): pair for row, pair in {"9": (4, 5), "10": (4, 6), "11": (5, 6), "12": (2, 10)}.items()},
        ("hard", "15"): (5, 10),
        ("hard", "16"): (6, 10),
        ("hard", "17+"): (7, 10),
        ("hard", "13-14"): (4, 10),
        ("soft", "A2-A3"): (1, 3),
        ("soft", "A6"): (1, 6),
        ("soft", "A7"): (1, 7),
        ("soft", "A8-A9"): (1, 8),
        **{("pairs", f"{value}{value}"): (value, value) for value in (4, 5, 6, 7, 8, 9)},
        ("soft", "A4-A5"): (1, 4),
        ("pairs", "AA"): (1, 1),
        ("pairs", "10,10"): (10, 10),
        ("pairs", "22-33"): (2, 2),
    }

    for (table, row), (first, second) in rows.items():
        for column, letters in zip(vectors["columns"], vectors[table][row].split(), strict=True):
            up = 1 if column == "A" else int(column)
            assert chosen(strategy, first, second, up) == WORDS[letters[0]], (table, row, column)


@pytest.mark.parametrize(
    ("first", "second", "up", "one_deck", "many"),
    [
        (5, 6, 1, "double", "hit"),
        (4, 5, 2, "double", "hit"),
        (3, 5, 6, "double", "hit"),
        (1, 8, 6, "double", "stand"),
        (6, 6, 7, "split", "hit"),
        (7, 7, 8, "split", "hit"),
    ],
)
def test_few_decks_are_played_otherwise(first: int, second: int, up: int, one_deck: str, many: str) -> None:
    assert chosen(strategy_of(replace(PLAIN, decks=1)), first, second, up) == one_deck
    assert chosen(strategy_of(PLAIN), first, second, up) == many


def edge_agrees(found: Simulated, percent: float, tolerance: float = 0) -> bool:
    return abs(100 * (found.rtp - 1) - percent) < tolerance + ERRORS_MAX * 100 * found.standard_error


@pytest.mark.parametrize(
    "rules",
    [
        HouseRules(ENDLESS),
        HouseRules(ENDLESS, surrender=False, peek=False),
        HouseRules(ENDLESS, surrender=False, hands_max=2, natural="6:5"),
        HouseRules(ENDLESS, doubles_after_split=False, hits_soft_17=True),
    ],
    ids=str,
)
def test_endless_decks_come_to_the_exact_figures(rules: HouseRules) -> None:
    found, exact = simulate(rules, ROUNDS, 3), figures(rules)

    assert edge_agrees(found, 100 * (float(exact.rtp) - 1))
    assert found.deviation == pytest.approx(float(exact.variance) ** 0.5, rel=0.01)


@pytest.mark.parametrize(
    ("rules", "percent"),
    [
        (PLAIN, -0.40),
        (replace(PLAIN, decks=8), -0.43),
        (replace(PLAIN, decks=4, doubles_after_split=False), -0.49),
        (replace(PLAIN, doubles_after_split=False), -0.54),
        (replace(PLAIN, hits_soft_17=True), -0.615),
        (replace(PLAIN, natural="6:5"), -0.40 - 1.36),
    ],
    ids=str,
)
def test_whole_decks_come_to_what_is_published(rules: HouseRules, percent: float) -> None:
    assert edge_agrees(simulate(rules, ROUNDS, 5), percent, tolerance=0.02)


def test_one_deck_is_better_for_the_player_than_many() -> None:
    one, many = simulate(replace(PLAIN, decks=1), ROUNDS, 1), simulate(replace(PLAIN, decks=8), ROUNDS, 1)

    assert one.rtp - many.rtp > 0.003


def test_the_same_seed_plays_the_same_and_another_does_not() -> None:
    assert simulate(PLAIN, 60_000, 9) == simulate(PLAIN, 60_000, 9)
    assert simulate(PLAIN, 60_000, 9) != simulate(PLAIN, 60_000, 10)


def test_the_error_is_that_of_as_many_rounds_whose_shoes_are_shared() -> None:
    found = simulate(replace(PLAIN, decks=1), ROUNDS, 2)

    assert found.rounds >= ROUNDS
    assert found.standard_error == pytest.approx(found.deviation / found.rounds**0.5, rel=0.1)


@pytest.mark.parametrize("decks", [1, 6])
def test_a_shoe_has_every_card_as_often_as_its_decks_and_each_place_is_any_of_them(decks: int) -> None:
    size, shoes = len(DECK) * decks, 4_000
    found = shuffled(decks, shoes, np.random.default_rng(4))
    rows = found.cards.reshape(shoes, -1)[:, :size]

    assert (np.sort(rows, axis=1) == np.sort(np.tile(DECK, decks))).all()
    assert len(found.starts) == shoes * rounds_of_each(decks)
    tens = (rows == 10).mean(axis=0)
    assert np.abs(tens - 4 / 13).max() < ERRORS_MAX * 1.2 * (4 / 13 * 9 / 13 / shoes) ** 0.5


def test_a_soft_hand_becomes_hard_rather_than_bust() -> None:
    assert pair_state(1, 6) == SOFT + 17
    assert pair_state(1, 1) == SOFT + 12
    assert pair_state(10, 10) == 20
