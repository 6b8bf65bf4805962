"""The wheel of fortune: published stops and tables, and the same return on all of them."""

from fractions import Fraction
from typing import Any

import pytest

from actors.games.odds import deviation_of, hit_rate_of
from actors.games.wheel import WheelOfFortune
from protocol.games.wheel import TABLES, WheelBet
from tests.support.alone import ID, play_of, seeds_of
from tests.vectors.read import read_vectors

WHEEL = WheelOfFortune()
KINDS = [(segments, risk) for segments in TABLES for risk in TABLES[segments]]


def bet(segments: Any, risk: Any, amount: int = 100) -> WheelBet:
    return WheelBet(id=ID, asset="PLAY", amount=amount, segments=segments, risk=risk)


@pytest.mark.parametrize("case", read_vectors("pf_stake_games")["set_B_even_nonces"]["wheel"])
def test_published_stops_come_out_and_pay_what_was_published(case: dict[str, Any]) -> None:
    play = play_of(WHEEL, bet(case["segments"], case["risk"], amount=10_000))

    result = WHEEL.play(play, *seeds_of(case))

    assert result.outcome["segment"] == case["index"]
    assert result.payout / 10_000 == case["result"]


def test_every_table_is_the_published_one() -> None:
    ours = {
        str(segments): {risk: [paid / 10_000 for paid in table] for risk, table in risks.items()}
        for segments, risks in TABLES.items()
    }

    assert ours == read_vectors("plinko_wheel_tables")["wheel"]


@pytest.mark.parametrize(("segments", "risk"), KINDS)
def test_every_table_returns_99_hundredths(segments: int, risk: str) -> None:
    assert WHEEL.rtp({"segments": segments, "risk": risk}) == Fraction(99, 100)


def test_the_risk_is_in_the_deviation() -> None:
    payoffs = {risk: WHEEL.payoffs({"segments": 50, "risk": risk}) for risk in TABLES[50]}

    assert hit_rate_of(payoffs["high"]) == Fraction(1, 50)
    # One win of 49.5 in 50: sqrt(49.5**2 / 50 - 0.99**2).
    assert deviation_of(payoffs["high"]) == pytest.approx(6.93)
    assert deviation_of(payoffs["low"]) < deviation_of(payoffs["medium"]) < deviation_of(payoffs["high"])
