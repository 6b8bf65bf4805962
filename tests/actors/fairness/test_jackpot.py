"""What a bet draws of a jackpot follows from its seeds alone, and its chance is its stake in what a win takes."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.fairness.draws import block
from actors.fairness.jackpot import is_won, jackpot_numbers, levels_won
from protocol.ids import BetId

SEEDS = ("server", "client", 7)
BET = BetId(bytes(range(16)))


def test_the_numbers_are_the_parts_of_one_hmac_that_anybody_can_compute() -> None:
    digest = hmac.new(b"server", b"client:7:jackpot", hashlib.sha256).digest()

    assert b"".join(number.to_bytes(8, "big") for number in jackpot_numbers(*SEEDS)) == digest


def test_each_bet_of_a_round_draws_for_itself() -> None:
    digest = hmac.new(b"server", b"client:7:jackpot:000102030405060708090a0b0c0d0e0f", hashlib.sha256).digest()

    assert jackpot_numbers(*SEEDS, BET)[0] == int.from_bytes(digest[:8], "big")


def test_the_numbers_are_none_of_those_that_the_outcome_is_drawn_from() -> None:
    blocks = {block(*SEEDS, index) for index in range(100)}

    assert b"".join(number.to_bytes(8, "big") for number in jackpot_numbers(*SEEDS)) not in blocks


@pytest.mark.parametrize(("stake", "every"), [(1, 2), (1, 3), (77, 1_000), (10**15, 10**15), (3, 2)])
def test_the_chance_is_the_stake_in_what_is_staked_for_a_win(stake: int, every: int) -> None:
    winning = min(-(-stake * 2**64 // every), 2**64)

    assert is_won(winning - 1, stake, every)
    assert winning == 2**64 or not is_won(winning, stake, every)


@given(st.integers(0, 2**64 - 1), st.integers(1, 10**15), st.integers(1, 10**15), st.integers(0, 10**15))
def test_a_larger_stake_wins_wherever_a_smaller_one_does(number: int, stake: int, every: int, more: int) -> None:
    assert is_won(number, stake + more, every) or not is_won(number, stake, every)


def test_levels_are_won_by_the_numbers_in_their_places() -> None:
    numbers = jackpot_numbers(*SEEDS)
    surely, never = 100, 100 * 2**64

    assert levels_won([("mini", surely), ("grand", surely)], *SEEDS, 100) == ("mini", "grand")
    assert levels_won([("mini", never), ("grand", surely)], *SEEDS, 100) == ("grand",)
    at = -(-(100 << 64) // (numbers[2] + 1))
    assert levels_won([("a", never), ("b", never), ("c", at - 1)], *SEEDS, 100) == ("c",)
    assert levels_won([("a", never), ("b", never), ("c", at + at // 1000 + 1)], *SEEDS, 100) == ()
