"""Blackjack from an endless shoe: exact returns and the best play, against published figures."""

from dataclasses import replace
from fractions import Fraction

import pytest

from actors.games.blackjack.dealer import NATURAL, finals_of
from actors.games.blackjack.odds import figures
from actors.games.blackjack.rules import HouseRules
from actors.games.blackjack.solver import insurance_worth, solver_of
from protocol.games.blackjack import ENDLESS

PLAIN = HouseRules(ENDLESS, surrender=False)

PUBLISHED = {
    "stands on soft 17": (PLAIN, "-0.51173"),
    "hits soft 17": (replace(PLAIN, hits_soft_17=True), "-0.73110"),
    "no double after a split": (replace(PLAIN, doubles_after_split=False), "-0.65254"),
    "late surrender": (replace(PLAIN, surrender=True), "-0.42622"),
    "one split only": (replace(PLAIN, hands_max=2), "-0.57039"),
}


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_edge_is_the_published_one_to_a_hundred_thousandth_of_a_percent(name: str) -> None:
    rules, percent = PUBLISHED[name]

    edge = (figures(rules).rtp - 1) * 100

    assert abs(edge - Fraction(percent)) < Fraction(6, 10**6)


def test_the_spread_of_what_is_won_has_the_mean_that_the_solver_finds_and_the_published_deviation() -> None:
    found = figures(PLAIN)

    assert abs(found.variance - Fraction("1.3225")) < Fraction(3, 100), "about 1.15 stakes, squared"
    assert found.best == 9, "four hands, all doubled and won"


def test_a_natural_that_pays_six_to_five_costs_a_player_about_one_and_four_tenths_percent() -> None:
    cost = figures(PLAIN).rtp - figures(replace(PLAIN, natural="6:5")).rtp

    assert abs(cost - Fraction("0.0136")) < Fraction("0.0005")


def test_a_dealer_without_a_hole_card_costs_about_a_tenth_of_a_percent() -> None:
    cost = figures(PLAIN).rtp - figures(replace(PLAIN, peek=False)).rtp

    assert abs(cost - Fraction("0.0011")) < Fraction("0.0003")


def test_insurance_loses_a_thirteenth() -> None:
    assert insurance_worth() == Fraction(-1, 13)


def test_the_dealers_ends_are_all_there_is() -> None:
    for up in range(1, 11):
        finals = finals_of(PLAIN, up, is_peeked=False)
        assert sum(finals.values()) == 1
        assert finals.get(NATURAL, 0) == {1: Fraction(4, 13), 10: Fraction(1, 13)}.get(up, 0)


def test_doubling_eleven_is_worth_twice_what_one_card_is() -> None:
    solver = solver_of(PLAIN, 6)
    one_card = sum(
        (
            Fraction(4 if value == 10 else 1, 13) * solver.stand(12 if value == 1 else 11 + value)
            for value in range(1, 11)
        ),
        Fraction(),
    )

    assert solver.double(11, False) == 2 * one_card
    assert solver.action(5, 6) == "double"
