"""The layout: which spots there are, what each covers, and what each returns."""

from collections import Counter
from fractions import Fraction
from typing import get_args

import pytest

from actors.games.roulette import Kind, Variant, layout_of
from actors.games.roulette.layout import RED, colour_of, pocket_name
from tests.actors.games.roulette.oracle import covered, paid
from tests.vectors.read import read_vectors

VARIANTS: tuple[Variant, ...] = get_args(Variant)
SINGLE_ZERO = {
    Kind.STRAIGHT: 37,
    Kind.SPLIT: 60,
    Kind.STREET: 12,
    Kind.TRIO: 2,
    Kind.CORNER: 22,
    Kind.FIRST_FOUR: 1,
    Kind.LINE: 11,
    Kind.DOZEN: 3,
    Kind.COLUMN: 3,
    Kind.EVEN_MONEY: 6,
}
DOUBLE_ZERO = {
    **{kind: count for kind, count in SINGLE_ZERO.items() if kind is not Kind.FIRST_FOUR},
    Kind.STRAIGHT: 38,
    Kind.SPLIT: 62,
    Kind.TRIO: 3,
    Kind.FIRST_FIVE: 1,
}


@pytest.mark.parametrize(
    ("variant", "pockets", "counts"),
    [("european", 37, SINGLE_ZERO), ("la_partage", 37, SINGLE_ZERO), ("american", 38, DOUBLE_ZERO)],
)
def test_each_variant_has_its_spots(variant: Variant, pockets: int, counts: dict[Kind, int]) -> None:
    layout = layout_of(variant)

    assert layout.pockets == pockets
    assert Counter(spot.kind for spot in layout.spots.values()) == counts
    assert all(name == spot.name for name, spot in layout.spots.items())


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_spot_covers_what_its_name_says(variant: Variant) -> None:
    for name, spot in layout_of(variant).spots.items():
        assert len(spot.pockets) == len(set(spot.pockets))
        assert set(spot.pockets) == covered(name), name


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_two_inside_spots_cover_the_same_pockets(variant: Variant) -> None:
    spots = layout_of(variant).spots.values()

    assert len({frozenset(spot.pockets) for spot in spots}) == len(spots)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_numbers_of_a_split_lie_side_by_side(variant: Variant) -> None:
    """Places on the felt: numbers in rows of three below the zeros, which share the width of a row."""
    zeros = {37: [(0.0, 0.5), (0.5, 1.0)], 36: [(0.0, 1.0)]}[layout_of(variant).pockets - 1]

    def edges(pocket: int) -> tuple[int, float, float]:
        if pocket in (0, 37):
            return 0, *zeros[pocket // 37]
        row, column = divmod(pocket - 1, 3)
        return row + 1, column / 3, (column + 1) / 3

    def touch(one: int, other: int) -> bool:
        (row, left, right), (other_row, other_left, other_right) = edges(one), edges(other)
        if row == other_row:
            return right == other_left or other_right == left
        return abs(row - other_row) == 1 and max(left, other_left) < min(right, other_right) - 1e-9

    pockets = range(layout_of(variant).pockets)
    splits = {frozenset(spot.pockets) for spot in layout_of(variant).spots.values() if spot.kind is Kind.SPLIT}

    assert splits == {frozenset((a, b)) for a in pockets for b in pockets if a < b and touch(a, b)}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(
    "name",
    [
        *(
            "straight:007",
            "straight:37",
            "straight:-1",
            "straight:",
            "straight",
            "straight:\uff11\uff17",
            "split:20-17",
        ),
        *("split:17-19", "split:3-4", "split:17-17", "split:0-4", "street:2", "street:0", "corner:3", "corner:34"),
        *("corner:36", "line:34", "line:2", "trio:1-2-3", "trio:1-0-2", "dozen:0", "dozen:4", "column:4", "column:01"),
        *("red:1", "Red", "green", " red", ""),
    ],
)
def test_what_is_not_on_the_felt_is_no_spot(variant: Variant, name: str) -> None:
    assert name not in layout_of(variant).spots


def test_spots_of_the_other_wheel_are_no_spots() -> None:
    single, double = layout_of("european").spots, layout_of("american").spots

    assert single.keys() - double.keys() == {"split:0-3", "trio:0-2-3", "first_four"}
    assert double.keys() - single.keys() == {
        "straight:00", "split:0-00", "split:00-2", "split:00-3", "trio:0-00-2", "trio:00-2-3", "first_five",
    }  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_spot_pays_what_the_second_opinion_says(variant: Variant) -> None:
    layout = layout_of(variant)

    for name in layout.spots:
        for pocket in range(layout.pockets):
            for amount in (1, 2, 7):
                assert layout.payout(name, amount, pocket) == paid(layout, name, amount, pocket)


NAMES = {"six-line": "line", "first-four (0,1,2,3)": "first_four", "first-five (0,00,1,2,3)": "first_five"}


@pytest.mark.parametrize("published", read_vectors("house_edge")["roulette"])
def test_the_published_edges_come_out_exactly(published: str) -> None:
    case = read_vectors("house_edge")["roulette"][published]
    wheel, _, bet = published.partition(" ")
    variant: Variant = "american" if wheel == "american" else "european"
    if bet.endswith(" la partage"):
        variant, bet = "la_partage", bet.removesuffix(" la partage")
    kind = Kind(NAMES.get(bet, bet).replace("-", "_"))
    spot = next(spot for spot in layout_of(variant).spots.values() if spot.kind is kind)

    assert 1 - layout_of(variant).rtp()[kind] == Fraction(case["edge_fraction"])
    assert (len(spot.pockets), spot.pays_to_1) == (case["covers"], case["pays_to_1"])


def test_la_partage_changes_the_even_money_spots_and_nothing_else() -> None:
    european, la_partage = layout_of("european").rtp(), layout_of("la_partage").rtp()

    assert {kind for kind in european if european[kind] != la_partage[kind]} == {Kind.EVEN_MONEY}


def test_of_an_odd_amount_la_partage_keeps_the_odd_unit() -> None:
    assert [layout_of("la_partage").payout("red", amount, 0) for amount in (1, 2, 3)] == [0, 1, 1]
    assert layout_of("european").payout("red", 3, 0) == 0


def test_zeros_are_green_and_belong_to_no_outside_spot() -> None:
    outside = [spot for spot in layout_of("american").spots.values() if len(spot.pockets) in (12, 18)]

    assert [colour_of(pocket) for pocket in (0, 37, 1, 2, 36)] == ["green", "green", "red", "black", "red"]
    assert len(outside) == 12
    assert not any({0, 37} & set(spot.pockets) for spot in outside)
    assert len(RED) == 18
    assert pocket_name(37) == "00"
