"""Draws: the published scheme, byte for byte, in integers."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.fairness.draws import U32_COUNT, Draws, block, blocks, chosen, first_u32, float_of, preimages
from tests.vectors.read import read_vectors

CASE = read_vectors("pf_stake_bytes_floats")
SEEDS = (CASE["serverSeed"], CASE["clientSeed"], CASE["nonce"])

u32s = st.integers(0, U32_COUNT - 1)


def test_the_published_bytes_come_out_across_the_border_of_two_blocks() -> None:
    published = bytes(CASE["bytes_from_cursor_0"])

    assert len(published) > 32
    assert Draws(*SEEDS).take(len(published)) == published


def test_the_published_floats_come_out() -> None:
    draws = Draws(*SEEDS)

    assert [round(float_of(draws.u32()), 12) for _ in CASE["floats_12dp"]] == CASE["floats_12dp"]


def test_the_ninth_float_comes_from_the_second_block() -> None:
    second = int.from_bytes(block(*SEEDS, 1)[:4], "big")

    assert round(float_of(second), 12) == CASE["floats_12dp"][8]


def test_the_published_trace_of_choices_comes_out() -> None:
    games = read_vectors("pf_stake_games")["set_A"]
    trace = games["keno_fisher_yates_trace_nonce22"]
    draws = Draws(games["serverSeed"], games["clientSeed"], 22)

    assert [draws.below(40 - taken) for taken in range(10)] == trace["indexes"]


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_cursor_skips_exactly_that_many_bytes(cursor: int, count: int) -> None:
    assert Draws(*SEEDS, cursor=cursor).take(count) == Draws(*SEEDS).take(cursor + count)[cursor:]


@given(st.integers(0, 70), st.integers(0, 40))
def test_numbers_in_one_go_are_those_that_come_one_by_one(cursor: int, count: int) -> None:
    at_once, one_by_one = Draws(*SEEDS, cursor=cursor), Draws(*SEEDS, cursor=cursor)

    assert list(at_once.u32s(count)) == [one_by_one.u32() for _ in range(count)]
    assert at_once.take(3) == one_by_one.take(3)


@given(st.lists(st.integers(1, 60), max_size=30))
def test_choices_in_one_go_are_those_that_come_one_by_one(outcomes: list[int]) -> None:
    draws = Draws(*SEEDS)

    assert Draws(*SEEDS).below_each(outcomes) == [draws.below(one) for one in outcomes]


def test_what_is_taken_out_is_gone_and_each_choice_is_of_what_is_left() -> None:
    draws, expected, left = Draws(*SEEDS), list(range(30)), list(range(30))
    one_by_one = [expected.pop(draws.below(len(expected))) for _ in range(20)]

    assert Draws(*SEEDS).taken_out(left, 20) == one_by_one
    assert left == expected


def test_many_blocks_at_once_are_the_blocks_one_after_another() -> None:
    assert blocks(*SEEDS, 9, 3) == block(*SEEDS, 9) + block(*SEEDS, 10) + block(*SEEDS, 11)


@given(st.text(max_size=20), st.text(max_size=20), st.integers(0, 2**63))
def test_the_first_number_is_the_first_of_the_stream(server_seed: str, client_seed: str, nonce: int) -> None:
    assert first_u32(server_seed, client_seed, nonce) == Draws(server_seed, client_seed, nonce).u32()


@given(u32s, st.integers(1, U32_COUNT))
def test_a_choice_is_exactly_the_floor_of_float_times_outcomes(u32: int, outcomes: int) -> None:
    assert chosen(u32, outcomes) == floor(Fraction(u32, U32_COUNT) * outcomes)


@given(u32s)
def test_a_float_is_exact(u32: int) -> None:
    assert Fraction(float_of(u32)) == Fraction(u32, U32_COUNT)


@pytest.mark.parametrize("outcomes", [37, 38, 52, 10_001])
def test_preimages_say_exactly_which_numbers_choose_an_outcome(outcomes: int) -> None:
    first = 0
    for outcome in range(outcomes):
        last = first + preimages(outcome, outcomes) - 1
        assert chosen(first, outcomes) == chosen(last, outcomes) == outcome
        first = last + 1
    assert first == U32_COUNT


@pytest.mark.parametrize(
    ("outcomes", "fewer", "more"),
    [
        (10_001, (429_453, 2_158), (429_454, 7_843)),
        (37, (116_080_197, 30), (116_080_198, 7)),
        (38, (113_025_455, 32), (113_025_456, 6)),
    ],
)
def test_the_bias_is_the_documented_one(outcomes: int, fewer: tuple[int, int], more: tuple[int, int]) -> None:
    counts = [preimages(outcome, outcomes) for outcome in range(outcomes)]

    assert {count: counts.count(count) for count in set(counts)} == dict((fewer, more))
    for count, _ in (fewer, more):
        assert abs(Fraction(count, U32_COUNT) - Fraction(1, outcomes)) < Fraction(1, U32_COUNT)


@pytest.mark.parametrize(("outcome", "outcomes"), [(-1, 2), (2, 2), (0, 0), (0, U32_COUNT + 1)])
def test_there_are_no_preimages_of_what_is_no_outcome(outcome: int, outcomes: int) -> None:
    with pytest.raises(ValueError, match="outcomes"):
        preimages(outcome, outcomes)
