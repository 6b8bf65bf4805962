"""Keno: published draws and tables, and returns that every draw together gives."""

from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.fairness.draws import Draws
from actors.games.keno import Keno, drawn_of
from protocol.errors import Code
from protocol.games.keno import TABLES, KenoBet
from tests.support.alone import ID, play_of, refused, seeds_of
from tests.vectors.read import read_vectors

GAMES = read_vectors("pf_stake_games")
PUBLISHED = read_vectors("stake_keno40_tables")
KENO = Keno()

picks_lists = st.lists(st.integers(1, 40), min_size=1, max_size=10, unique=True)


def bet(picks: Any, risk: Any = "classic", amount: int = 100) -> KenoBet:
    return KenoBet(id=ID, asset="PLAY", amount=amount, picks=tuple(picks), risk=risk)


@pytest.mark.parametrize("case", GAMES["set_B_even_nonces"]["keno"])
def test_published_draws_come_out(case: dict[str, Any]) -> None:
    assert sorted(drawn_of(Draws(*seeds_of(case)))) == case["numbers"]


def test_more_published_draws_come_out_in_the_order_in_which_they_were_drawn() -> None:
    case = GAMES["set_A"]
    drawn = [drawn_of(Draws(case["serverSeed"], case["clientSeed"], nonce)) for nonce in case["nonces"]]

    assert [sorted(ten) for ten in drawn] == case["keno"]
    assert list(drawn[2]) == case["keno_fisher_yates_trace_nonce22"]["chosen"]


def test_every_table_is_the_published_one() -> None:
    ours = {
        risk: {str(picks): [paid / 10_000 for paid in by_hits] for picks, by_hits in enumerate(tables, 1)}
        for risk, tables in TABLES.items()
    }

    assert ours == PUBLISHED["payout_by_risk_picks_hits"]


@pytest.mark.parametrize("risk", TABLES)
@pytest.mark.parametrize("picks", range(1, 11))
def test_every_return_is_the_published_one(risk: str, picks: int) -> None:
    rtp = KENO.rtp({"picks": list(range(1, picks + 1)), "risk": risk})

    assert round(float(rtp), 6) == PUBLISHED["rtp"][risk][str(picks)]


def test_the_return_is_what_all_draws_together_pay() -> None:
    # Which ten of the forty are drawn matters only by how many of the three picks are among them.
    table, thirds = TABLES["medium"][2], list(combinations(range(40), 3))

    paid = sum(table[sum(one < 10 for one in picked)] for picked in thirds)

    assert KENO.rtp({"picks": [1, 2, 3], "risk": "medium"}) == Fraction(paid, len(thirds) * 10_000)


@given(picks_lists, st.sampled_from(sorted(TABLES)), st.integers(0, 10**6))
def test_hits_are_the_picks_that_were_drawn(picks: list[int], risk: str, nonce: int) -> None:
    play = play_of(KENO, bet(picks, risk, amount=10_000))
    result = KENO.play(play, "server", "client", nonce)
    shown = KENO.reply(play, result)

    assert len(set(shown["drawn"])) == 10
    assert shown["hits"] == len(set(picks) & set(shown["drawn"]))
    assert result.payout == shown["multiplier"] == TABLES[risk][len(picks) - 1][shown["hits"]]


@given(picks_lists)
def test_the_order_of_the_picks_does_not_matter(picks: list[int]) -> None:
    assert play_of(KENO, bet(picks)) == play_of(KENO, bet(sorted(picks)))


@given(picks_lists.filter(lambda picks: len(picks) < 10))
def test_a_number_cannot_be_picked_twice(picks: list[int]) -> None:
    assert refused(KENO, bet([*picks, picks[0]])) is Code.INVALID_BET
