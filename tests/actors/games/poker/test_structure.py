"""What a sit-and-go is played by: prizes that are all that was paid, levels one after the other."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.games.poker.rules import BadRules
from actors.games.poker.structure import Chips, Level, Structure, structure_in
from tests.support.sitngo import LEVELS, STRUCTURE, sitngo_rules


def payouts_of(shares: list[int]) -> tuple[int, ...]:
    """Falling shares that add up to a thousand, as these weights say."""
    weights = sorted(shares, reverse=True)
    parts = [max(1, weight * 1_000 // sum(weights)) for weight in weights]
    return (1_000 - sum(parts[1:]), *parts[1:])


@given(st.integers(1, 10**9), st.integers(2, 9), st.data())
def test_prizes_are_exactly_what_was_paid_and_fall_from_place_to_place(
    entry: int, seats: int, data: st.DataObject
) -> None:
    payouts = payouts_of(data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=seats - 1)))
    structure = replace(STRUCTURE, entry=entry, seats=seats, payouts=payouts)

    assert structure.wrong() == ""
    assert sum(structure.prizes) == entry * seats == structure.pool
    assert sorted(structure.prizes, reverse=True) == list(structure.prizes)
    assert len(structure.prizes) == seats


def test_what_rounding_leaves_over_is_the_winners() -> None:
    assert STRUCTURE.prizes == (2_001, 999, 0)


def test_a_level_lasts_so_many_hands() -> None:
    assert [STRUCTURE.level_at(hands, 10**9) for hands in (0, 3, 4, 7, 8, 12, 16)] == [0, 0, 1, 1, 2, 3, 4]


def test_after_the_last_level_blinds_double_until_they_are_all_chips() -> None:
    assert [STRUCTURE.blinds_of(level) for level in (3, 4, 5, 6)] == [
        Level(500, 1_000, 100), Level(1_000, 2_000, 200), Level(2_000, 4_000, 400), Level(4_000, 4_500, 800)
    ]  # fmt: skip
    assert STRUCTURE.level_at(10**9, 0) == STRUCTURE.last_level
    assert STRUCTURE.blinds_of(STRUCTURE.last_level) == Level(4_500, 4_500, 4_500)


def test_or_so_long() -> None:
    timed = replace(STRUCTURE, level_hands=0, level_ms=1_000)

    assert [timed.level_at(99, ms) for ms in (0, 999, 1_000, 2_500, 99_000)] == [0, 0, 1, 2, 43]


def test_it_is_read_as_it_is_written() -> None:
    values = (3, 1_000, 100, 1_500, ((50, 100, 0), (100, 200, 25)), 4, 0, (667, 333))

    assert structure_in(values) == replace(STRUCTURE, levels=LEVELS[:2])


@pytest.mark.parametrize(
    "wrong",
    [
        {"entry": 0},
        {"fee": -1},
        {"levels": ()},
        {"levels": (Level(100, 50),)},
        {"levels": (Level(50, 100, -1),)},
        {"level_hands": 0},
        {"level_ms": 1_000},
        {"chips": Chips(99)},
        {"payouts": (500, 499)},
        {"payouts": (400, 600)},
        {"payouts": (500, 300, 200)},
        {"payouts": (1_000, 0)},
    ],
)
def test_what_cannot_be_played_is_no_table(wrong: dict[str, object]) -> None:
    structure: Structure = replace(STRUCTURE, **wrong)  # type: ignore[arg-type]

    assert structure.wrong() != ""
    with pytest.raises(BadRules):
        sitngo_rules(structure)
