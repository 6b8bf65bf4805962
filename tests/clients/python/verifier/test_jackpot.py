"""The verifier that players read finds the levels that the server's rules find, and a bet that says otherwise."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.fairness import jackpot as rules
from clients.python.verifier import check_proof
from clients.python.verifier.jackpot import levels_won
from protocol.ids import BetId
from tests.support.proofs import played

levels = st.lists(
    st.tuples(st.sampled_from(["mini", "minor", "major", "grand"]), st.just(1_000), st.integers(1, 10**4)), max_size=4
)


@given(levels, st.text(max_size=9), st.text(max_size=9), st.integers(0, 10**6), st.integers(1, 10**4), st.booleans())
def test_both_find_the_same_levels(
    recorded: list[tuple[str, int, int]], server: str, client: str, nonce: int, stake: int, at_table: bool
) -> None:
    bet = BetId(bytes(range(16))) if at_table else None
    ours = rules.levels_won([(level, every) for level, _, every in recorded], server, client, nonce, stake, bet)

    theirs = levels_won({"levels": recorded}, (server, client, nonce), stake, bet.hex() if bet is not None else None)

    assert tuple(theirs) == ours


def with_jackpot(proof: dict[str, Any], **recorded: Any) -> dict[str, Any]:
    sure, never = ["sure", 1, 1], ["never", 1, 10**15]
    jackpot = {"name": "pot", "levels": [sure, never], **recorded}
    return {**proof, "params": {**proof["params"], "jackpot": jackpot}}


@pytest.mark.parametrize(("game", "variant"), [("dice", ""), ("roulette", "european")])
def test_a_bet_in_a_jackpot_is_checked_for_what_it_has_won(game: str, variant: str) -> None:
    proof = played(game, variant)[0]
    assert proof["stake"] >= 1
    said: list[dict[str, Any]] = [{}, {"won": ["sure"]}]
    for recorded in said:
        checks = check_proof(with_jackpot(proof, **recorded))
        assert [check.name for check in checks if not check.ok] == []
        assert (checks[-1].name, checks[-1].found) == ("jackpot", ["sure"])

    lies: list[dict[str, Any]] = [
        {"won": []},
        {"won": ["sure", "never"]},
        {"levels": [["x"]]},
        {"levels": [["a", 1, 1]] * 5},
    ]
    for recorded in lies:
        checks = check_proof(with_jackpot(proof, **recorded))
        assert [check.name for check in checks if not check.ok] == ["jackpot"]
