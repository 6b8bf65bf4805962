"""Samples of every game: their weights are those of the game, and a bad draw of it is found."""

from dataclasses import replace
from itertools import pairwise
from math import comb

import pytest

from actors.games.catalogue import VERIFIABLE
from server.rng.samples import HANDS, Sample, samples
from server.rng.scaled import GROUPS, examined, groups_of, seeds

ROUNDS = 2_000
LIMIT = 1e-5
EVERY = samples()

of_each_sample = pytest.mark.parametrize("sample", EVERY, ids=lambda one: f"{one.game}, {one.what}")


def test_every_game_is_sampled() -> None:
    assert {sample.game for sample in EVERY} == {*VERIFIABLE, "poker"}


@of_each_sample
def test_what_a_game_draws_passes(sample: Sample) -> None:
    result = examined(sample, "tests", ROUNDS)

    assert min(result.frequency.p_value, result.serial.p_value) > LIMIT


@of_each_sample
def test_a_game_that_draws_its_rarest_case_too_often_fails(sample: Sample) -> None:
    wrong = min(range(len(sample.weights)), key=lambda case: sample.weights[case])
    bent = replace(
        sample, case=lambda server, client, nonce: sample.case(server, client, nonce) if nonce % 5 else wrong
    )

    assert examined(bent, "tests", ROUNDS).frequency.p_value < LIMIT


def test_a_game_whose_last_outcome_tells_of_the_next_fails() -> None:
    [roulette, *_] = [sample for sample in EVERY if sample.game == "roulette"]
    repeating = replace(roulette, case=lambda server, client, nonce: roulette.case(server, client, nonce - nonce % 2))
    result = examined(repeating, "tests", ROUNDS)

    assert result.serial.p_value < LIMIT


def test_groups_are_neighbours_and_about_as_likely() -> None:
    for sample in EVERY:
        groups = groups_of(sample.weights)
        assert len(groups) == len(sample.weights)
        assert groups[0] == 0
        assert {after - before for before, after in pairwise(groups)} <= {0, 1}
        assert max(groups) < GROUPS
    assert groups_of([1] * 20) == [number // 2 for number in range(20)]


def test_no_seeds_come_twice_and_the_same_root_gives_the_same() -> None:
    some = list(seeds("root", 2_500))

    assert len(set(some)) == 2_500
    assert some == list(seeds("root", 2_500))
    assert not set(some) & set(seeds("another", 2_500))


def test_all_hands_are_counted() -> None:
    assert sum(HANDS.values()) == comb(52, 5)
