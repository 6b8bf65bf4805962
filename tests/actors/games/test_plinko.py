"""Plinko: published paths and tables, and returns that every path together gives."""

from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from actors.fairness.draws import Draws
from actors.games.plinko import Plinko
from protocol.games.plinko import TABLES, PlinkoBet
from tests.support.alone import ID, play_of, seeds_of
from tests.vectors.read import read_vectors

PUBLISHED = read_vectors("plinko_wheel_tables")["plinko_full_left_to_right"]
PLINKO = Plinko()
KINDS = [(rows, risk) for rows in TABLES for risk in TABLES[rows]]


def bet(rows: Any, risk: Any, amount: int = 100) -> PlinkoBet:
    return PlinkoBet(id=ID, asset="PLAY", amount=amount, rows=rows, risk=risk)


@pytest.mark.parametrize("case", read_vectors("pf_stake_games")["set_B_even_nonces"]["plinko"])
def test_published_paths_come_out_and_pay_what_was_published(case: dict[str, Any]) -> None:
    play = play_of(PLINKO, bet(case["rows"], case["risk"]))

    result = PLINKO.play(play, *seeds_of(case))

    shown = PLINKO.reply(play, result)
    assert shown["slot"] == case["rights"]
    assert shown["multiplier"] / 10_000 == case["result"]
    assert result.payout == int(case["result"] * 100)


def test_every_table_is_the_published_one() -> None:
    ours = {
        str(rows): {risk: [paid / 10_000 for paid in table] for risk, table in risks.items()}
        for rows, risks in TABLES.items()
    }

    assert ours == PUBLISHED


@pytest.mark.parametrize(("rows", "risk"), [(8, "low"), (11, "expert"), (16, "high")])
def test_the_return_is_what_all_paths_together_pay(rows: int, risk: str) -> None:
    table = TABLES[rows][risk]

    paid = sum(table[sum(path)] for path in product((0, 1), repeat=rows))

    assert PLINKO.rtp({"rows": rows, "risk": risk}) == Fraction(paid, 2**rows * 10_000)


def test_every_return_is_in_the_published_span() -> None:
    returns = [float(PLINKO.rtp({"rows": rows, "risk": risk})) for rows, risk in KINDS]

    assert (round(min(returns), 5), round(max(returns), 5)) == (0.98906, 0.9916)
    assert round(float(PLINKO.rtp({"rows": 16, "risk": "high"})), 6) == 0.989764


@pytest.mark.parametrize(("rows", "risk"), KINDS)
def test_the_ball_takes_one_number_a_row(rows: int, risk: str) -> None:
    draws = Draws("server", "client", 7)
    outcome, multiplier = PLINKO.draw({"rows": rows, "risk": risk}, draws)

    numbers = Draws("server", "client", 7)
    assert outcome["path"] == "".join("R" if numbers.u32() >= 2**31 else "L" for _ in range(rows))
    assert multiplier == TABLES[rows][risk][outcome["path"].count("R")]
    assert draws.u32() == numbers.u32()
