"""Mines: published positions, the published formula, and an exact return however long one plays."""

from fractions import Fraction
from math import comb
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.fairness.draws import Draws
from actors.games.mines import Field, Mines, multiple_of, paid_for, positions_of
from actors.games.odds import rtp_of
from actors.games.steps import LATE
from protocol.errors import Code, Refusal
from protocol.games.mines import TILES, MinesBet
from tests.support.alone import seeds_of
from tests.support.steps_games import limits, refused_start
from tests.vectors.read import read_vectors

MINES = Mines()
VECTORS = read_vectors("pf_stake_games")
FIELD = Field(stake=100, payout_max=10**9, positions=(3, 17, 8))


def after(state: Field, *steps: tuple[Any, ...]) -> Field:
    for step in steps:
        found = MINES.act(state, step)
        assert isinstance(found, Field), found
        state = found
    return state


@pytest.mark.parametrize("case", VECTORS["set_B_even_nonces"]["mines"], ids=lambda case: f"nonce {case['nonce']}")
def test_published_positions_come_out(case: dict[str, Any]) -> None:
    found = positions_of(Draws(*seeds_of(case)), case["minesCount"])

    assert sorted(found) == sorted(case["minePositions_0based"])


@pytest.mark.parametrize("number", range(3))
def test_published_positions_of_eleven_mines_come_out(number: int) -> None:
    seeds = VECTORS["set_A"]
    draws = Draws(seeds["serverSeed"], seeds["clientSeed"], seeds["nonces"][number])

    assert sorted(tile + 1 for tile in positions_of(draws, 11)) == seeds["mines_11_one_based"][number]


@pytest.mark.parametrize(
    ("mines", "tiles", "multiple"), [(1, 1, "1.03125"), (3, 1, "1.125"), (24, 1, "24.75"), (1, 24, "24.75")]
)
def test_multipliers_are_the_published_ones(mines: int, tiles: int, multiple: str) -> None:
    assert multiple_of(mines, tiles) == Fraction(multiple)


@given(st.integers(1, 24), st.data())
def test_every_way_to_play_returns_99_hundredths(mines: int, data: st.DataObject) -> None:
    tiles = data.draw(st.integers(1, TILES - mines))

    assert rtp_of(MINES.payoffs({"mines": mines, "tiles": tiles})) == Fraction(99, 100)


@given(st.integers(1, 24), st.data())
def test_one_more_tile_is_as_likely_as_its_win_is_large(mines: int, data: st.DataObject) -> None:
    tiles = data.draw(st.integers(1, TILES - mines))
    safe = Fraction(TILES - mines - tiles + 1, TILES - tiles + 1)

    before = multiple_of(mines, tiles - 1) if tiles > 1 else Fraction(99, 100)
    assert multiple_of(mines, tiles) * safe == before


def test_a_payout_is_exact_and_floored_to_the_ledger_unit_not_to_the_shown_multiplier() -> None:
    shown = MINES.view(after(FIELD, ("reveal", 0), ("reveal", 1)))["multiplier"]

    exact = Fraction(99 * comb(25, 2), 100 * comb(22, 2))
    assert shown == int(exact * 10_000) == 12_857
    assert paid_for(10**12, 3, 2) == int(exact * 10**12) > 10**12 * shown // 10_000


def test_the_field_is_shown_only_when_the_game_is_over() -> None:
    state = after(FIELD, ("reveal", 0))
    over = after(state, ("reveal", 17))

    assert MINES.view(state) == {"mines": 3, "revealed": (0,), "multiplier": 11_250}
    assert MINES.view(over) == {"mines": 3, "revealed": (0, 17), "multiplier": 0, "positions": (3, 17, 8)}
    assert (MINES.payout(state), MINES.payout(over)) == (None, 0)


def test_the_last_safe_tile_ends_the_game() -> None:
    safe = [tile for tile in range(TILES) if tile not in FIELD.positions]

    state = after(FIELD, *(("reveal", tile) for tile in safe))

    assert MINES.payout(state) == paid_for(100, 3, 22) == 100 * 99 * comb(25, 22) // 100


def test_a_game_ends_where_one_more_tile_would_pay_more_than_the_house_is_ready_to() -> None:
    field = Field(stake=100, payout_max=paid_for(100, 3, 3), positions=(3, 17, 8))
    state = after(field, ("reveal", 0), ("reveal", 1))

    assert MINES.payout(state) is None
    assert MINES.payout(after(state, ("reveal", 2))) == field.payout_max


@pytest.mark.parametrize(
    "step",
    [("cash_out",), ("reveal", 25), ("reveal", -1), ("reveal", "0"), ("reveal",), ("reveal", 1, 2), ("deal",), ("",)],
)
def test_what_is_no_legal_step_is_refused(step: tuple[Any, ...]) -> None:
    refusal = MINES.act(FIELD, step)

    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.ILLEGAL_STEP


def test_a_late_player_who_revealed_nothing_has_the_stake_back_and_another_what_is_there() -> None:
    assert MINES.payout(after(FIELD, LATE)) == 100
    assert MINES.payout(after(FIELD, ("reveal", 0), LATE)) == 112


def test_a_game_whose_first_tile_would_pay_too_much_does_not_begin() -> None:
    bet = MinesBet(id=bytes(16), asset="PLAY", amount=100, mines=24)

    assert refused_start(MINES, bet, limits(exposure_max=2_374)) is Code.EXPOSURE_LIMIT
    assert refused_start(MINES, bet, limits(exposure_max=2_375)) is None
