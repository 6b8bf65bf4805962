"""The layout of sic bo: which throws win where, and the published odds of every pay table."""

from fractions import Fraction
from itertools import product

import pytest

from actors.games.board import losses, paid
from actors.games.board.layout import payoffs_of_spot
from actors.games.odds import rtp_of
from actors.games.sicbo import CASES, Dice, case_of, layout_of
from clients.bots.sicbo import layout_of as layout_of_the_bots
from protocol.games.sicbo import PAY_TABLES
from tests.vectors.read import read_vectors

TOTAL_WAYS = (3, 6, 10, 15, 21, 25, 27)
THROWS: list[Dice] = [(a, b, c) for a, b, c in product(range(1, 7), repeat=3)]


def edge(variant: str, spot: str) -> Fraction:
    return 1 - rtp_of(payoffs_of_spot(layout_of(variant), spot))


def ways(spot: str) -> int:
    returns = layout_of("atlantic_city").returns[spot]
    return sum(case_of(dice) in returns for dice in THROWS)


PUBLISHED = {
    "small": ["small"],
    "big": ["big"],
    "odd/even(triples lose)": ["odd", "even"],
    "total 4/17 pays 60 (ac)": ["total:4", "total:17"],
    "total 5/16 pays 30 (ac)": ["total:5", "total:16"],
    "total 6/15 pays 17 (ac)": ["total:6", "total:15"],
    "total 7/14 pays 12 (ac)": ["total:7", "total:14"],
    "total 8/13 pays 8 (ac)": ["total:8", "total:13"],
    "total 9/12 pays 6 (ac)": ["total:9", "total:12"],
    "total 10/11 pays 6 (ac)": ["total:10", "total:11"],
    "pair (two different faces) pays 5": ["combo:1-2", "combo:5-6"],
    "specific double pays 10": ["double:1", "double:6"],
    "specific triple pays 180": ["triple:1", "triple:6"],
    "any triple pays 30": ["any_triple"],
    "single 1/2/3": ["single:1", "single:6"],
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_edges_of_atlantic_city_are_the_published_ones(name: str) -> None:
    published = read_vectors("house_edge")["sicbo_atlantic_city"]
    assert set(PUBLISHED) == set(published)
    for spot in PUBLISHED[name]:
        assert float(edge("atlantic_city", spot)) == pytest.approx(published[name], abs=1e-12)


@pytest.mark.parametrize(
    ("variant", "spot", "percent"),
    [
        ("macau", "triple:4", 30.093),
        ("macau", "any_triple", 30.556),
        ("macau", "double:2", 33.333),
        ("macau", "combo:1-6", 16.667),
        ("macau", "single:3", 7.870),
        ("australia", "combo:3-4", 2.778),
        ("australia", "double:5", 11.111),
        ("australia", "single:2", 3.704),
        ("australia", "triple:1", 16.204),
        ("australia", "any_triple", 13.889),
    ],
)
def test_the_edges_of_the_other_pay_tables_are_the_published_ones(variant: str, spot: str, percent: float) -> None:
    assert round(100 * float(edge(variant, spot)), 3) == percent


@pytest.mark.parametrize(
    ("spot", "count"),
    [
        *((spot, 105) for spot in ("small", "big", "odd", "even")),
        *((f"total:{total}", count) for total, count in zip(range(4, 11), TOTAL_WAYS, strict=True)),
        *((f"total:{21 - total}", count) for total, count in zip(range(4, 11), TOTAL_WAYS, strict=True)),
        ("combo:2-5", 30), ("double:3", 16), ("triple:3", 1), ("any_triple", 6), ("single:6", 91),
    ],
)  # fmt: skip
def test_a_spot_wins_in_as_many_of_216_ways_as_published(spot: str, count: int) -> None:
    assert ways(spot) == count


def test_the_cases_are_all_throws_by_how_often_they_come() -> None:
    layout = layout_of("macau")
    counted = [0] * layout.cases
    for dice in THROWS:
        counted[case_of(dice)] += 1

    assert (len(CASES), sum(counted)) == (56, 216)
    assert tuple(counted) == layout.weights


@pytest.mark.parametrize("spot", ["small", "big", "odd", "even"])
@pytest.mark.parametrize("face", range(1, 7))
def test_even_chances_lose_on_any_triple(spot: str, face: int) -> None:
    assert paid(layout_of("macau"), [(spot, 10)], case_of((face, face, face))) == 0


@pytest.mark.parametrize("variant", PAY_TABLES)
def test_bots_reckon_every_throw_as_the_rules_do(variant: str) -> None:
    rules, bots = layout_of(variant), layout_of_the_bots(variant)

    assert set(rules.returns) == set(bots.names)
    for spot in bots.names:
        for dice in THROWS:
            reckoned = bots.paid([(spot, 10)], {"dice": dice})
            assert reckoned == paid(rules, [(spot, 10)], case_of(dice)), (spot, dice)


def test_what_a_bet_can_cost_is_told_by_throw_and_never_less_than_nothing() -> None:
    layout = layout_of("atlantic_city")
    wagers = [("big", 100), ("small", 100), ("triple:6", 1), ("single:6", 10)]
    costs = losses(layout, wagers)

    for dice in CASES:
        assert costs[case_of(dice)] == max(0, paid(layout, wagers, case_of(dice)) - 211)
    assert costs[case_of((6, 6, 6))] == 181 + 40 - 211
    assert costs[case_of((1, 2, 3))] == 0
