"""One hash commits to every seed of a chain, in their order."""

import hashlib
from itertools import pairwise

import pytest

from actors.fairness.chain import CHAIN_ROUNDS, is_chain, is_of_chain, rounds_since, seed_in_chain
from actors.fairness.commitment import commitment_of, is_committed
from tests.vectors.read import read_vectors

ROOT = "ab" * 32
ROUNDS = 50
SEEDS = [seed_in_chain(ROOT, ROUNDS, number) for number in range(ROUNDS + 1)]


def test_each_seed_is_the_commitment_to_the_next_and_the_first_is_the_terminating_hash() -> None:
    assert SEEDS[-1] == ROOT
    assert SEEDS[-2] == hashlib.sha256(ROOT.encode()).hexdigest()
    assert all(is_committed(later, before) for before, later in pairwise(SEEDS))


def test_the_seeds_of_a_chain_are_walked_in_the_order_in_which_they_are_revealed() -> None:
    assert is_chain(SEEDS[0], SEEDS[1:])
    assert is_chain(SEEDS[7], SEEDS[8:20])
    assert is_chain(SEEDS[0], [])


def test_a_seed_that_is_missing_or_out_of_order_or_another_one_is_seen() -> None:
    assert not is_chain(SEEDS[0], SEEDS[2:])
    assert not is_chain(SEEDS[0], SEEDS[:0:-1])
    assert not is_chain(SEEDS[0], [*SEEDS[1:5], commitment_of("another"), *SEEDS[6:]])


def test_a_seed_is_found_in_its_chain_by_walking_back_to_the_terminating_hash() -> None:
    assert rounds_since(SEEDS[0], SEEDS[31], ROUNDS) == 31
    assert rounds_since(SEEDS[0], SEEDS[0], ROUNDS) == 0
    assert rounds_since(SEEDS[0], SEEDS[31], 30) is None
    assert rounds_since(SEEDS[0], commitment_of("another"), ROUNDS) is None


def test_a_seed_has_one_number_in_its_chain() -> None:
    assert is_of_chain(SEEDS[0], SEEDS[31], 31)
    assert not is_of_chain(SEEDS[0], SEEDS[31], 30)
    assert not is_of_chain(SEEDS[0], SEEDS[31], 32)
    assert not is_of_chain(SEEDS[0], SEEDS[0], 0)
    assert not is_of_chain(seed_in_chain(ROOT, CHAIN_ROUNDS + 1, 0), ROOT, CHAIN_ROUNDS + 1)
    assert is_of_chain(seed_in_chain(ROOT, CHAIN_ROUNDS, 0), ROOT, CHAIN_ROUNDS)


@pytest.mark.parametrize("number", [-1, ROUNDS + 1])
def test_a_chain_has_no_seeds_before_its_terminating_hash_and_none_after_its_last(number: int) -> None:
    with pytest.raises(ValueError, match="no seed"):
        seed_in_chain(ROOT, ROUNDS, number)


def test_a_published_chain_is_one() -> None:
    era = read_vectors("pf_bustabit")["era_classic_1_to_10M"]

    assert is_chain(era["terminating_hash"], [era["game_1_hash"]])
