"""The chain of a table of crash: each seed hashes to the one before it, back to the hash that was published first."""

from hashlib import sha256
from typing import Any

import pytest

from clients.python.verifier import check_flights, check_proof
from tests.support.proofs import Json, flights, played

ROUNDS = 5


def wrong(proofs: list[Json]) -> list[str]:
    return [check.name for check in check_flights(proofs) if not check.ok]


def failed(proof: Json, terminating: str | None = None) -> list[str]:
    return [check.name for check in check_proof(proof, None, terminating) if not check.ok]


def in_chain(proof: Json, *chain: Any) -> Json:
    return {**proof, "params": {**proof["params"], "chain": list(chain)}}


def test_all_rounds_are_of_the_chain_that_each_bet_was_told_of() -> None:
    proofs = flights(ROUNDS)
    [chain] = {tuple(proof["params"]["chain"]) for proof in proofs}

    assert chain[0] == 1
    assert {proof["round"] for proof in proofs} == set(range(1, ROUNDS + 1))
    assert any("cashed_out" in proof["params"] for proof in proofs)
    for proof in proofs:
        seed = proof["server_seed"]
        for _ in range(proof["round"]):
            seed = sha256(seed.encode()).hexdigest()
        assert seed == chain[1]
        assert failed(proof, chain[1]) == []
    assert wrong(proofs) == wrong(proofs[::-3]) == []
    assert len(check_flights(proofs)) == len(proofs) - 1


def test_a_seed_that_was_put_into_another_place_is_found() -> None:
    proof = flights(3)[-1]
    first, terminating = proof["params"]["chain"]

    assert failed(in_chain(proof, first, "0" * 64)) == ["chain"]
    assert failed(in_chain(proof, first + 1, terminating)) == ["chain"]
    assert failed(in_chain(proof, first - 1, terminating)) == ["chain"]
    assert failed(in_chain(proof, proof["round"] + 1, proof["server_seed"])) == ["chain"]
    assert failed(in_chain(proof, -10_000_000, terminating)) == ["chain"]
    assert failed({**proof, "params": {**proof["params"], "chain": None}}) == ["chain"]


def test_a_chain_that_was_not_the_published_one_is_found() -> None:
    proof = played("crash")[0]

    assert failed(proof, "0" * 64) == ["terminating"]


def test_bets_that_were_told_of_different_chains_are_found() -> None:
    proofs = flights(2)
    first, last = proofs[0], proofs[-1]

    assert wrong([first, in_chain(last, 1, "0" * 64)]) == ["chain of round 2"]
    assert wrong([first, in_chain(last, 0, first["params"]["chain"][1])]) == ["chain of round 2"]
    assert wrong([first, in_chain(last, 2, first["params"]["chain"][1])]) == ["chain of round 2, a new one"]
    assert wrong([first, in_chain(last, 2, "0" * 64)]) == []


def test_a_chain_is_of_one_table() -> None:
    first, *_, last = flights(2)
    with pytest.raises(ValueError, match="one table"):
        check_flights([first, {**last, "table": "another"}])
