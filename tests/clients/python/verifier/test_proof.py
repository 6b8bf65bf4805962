"""The verifier that players read: real proofs pass, and what was tampered with is found, in every game."""

import json
from typing import Any

import pytest

from actors.fairness.verify import verify
from actors.games.catalogue import VERIFIABLE
from clients.python.verifier import check_proof
from server.proof_json import proof_from_json
from tests.support.proofs import Json, games_and_variants, played

of_everything = pytest.mark.parametrize(("game", "variant"), games_and_variants())


def failed(proof: Json, commitment: str | None = None) -> str | None:
    """The first check that fails."""
    return next((check.name for check in check_proof(proof, commitment) if not check.ok), None)


def said_by_the_server(proof: Json) -> bool:
    return verify(proof_from_json(json.dumps(proof).encode()), VERIFIABLE[proof["game"]]).ok


@of_everything
def test_a_bet_that_was_played_passes_every_check_here_and_at_the_server(game: str, variant: str) -> None:
    proofs = played(game, variant)

    assert [proof["game"] for proof in proofs] == [game] * len(proofs)
    assert len(proofs) >= 2
    for proof in proofs:
        checks = check_proof(proof, proof["commitment"])
        assert [check for check in checks if not check.ok] == []
        assert [check.name for check in checks][-2:] == ["outcome", "payout"]
        assert said_by_the_server(proof)


@of_everything
def test_whatever_is_tampered_with_is_found_here_and_at_the_server(game: str, variant: str) -> None:
    proof = played(game, variant)[0]
    key, drawn = next((key, value) for key, value in proof["outcome"].items() if value not in ([], None))
    drawn_otherwise = [*drawn, 0] if isinstance(drawn, list) else -1
    found_by = "wager" if game == "blackjack" else "outcome"  # there what is said to have come is played again
    tampered: list[tuple[dict[str, Any], set[str]]] = [
        ({"server_seed": proof["server_seed"][::-1]}, {"commitment"}),
        ({"commitment": "0" * 64}, {"commitment"}),
        ({"client_seed": proof["client_seed"] + "0"}, {"client_seed", "outcome", "payout", "wager"}),
        ({"nonce": proof["nonce"] + 1}, {"round", "outcome", "payout", "wager"}),
        ({"outcome": {**proof["outcome"], key: drawn_otherwise}}, {found_by}),
        ({"payout": proof["payout"] + 1}, {"payout"}),
        ({"params": {}}, {"contribution", "wager"}),
        ({"params": {**proof["params"], "rules": 1_000}}, {"wager"}),
        ({"stake": -1}, {"wager"}),
    ]
    for changes, names in tampered:
        assert failed({**proof, **changes}) in names, changes
        assert not said_by_the_server({**proof, **changes}), changes


@pytest.mark.parametrize("change", [{"table": None}, {"round": 99}, {"contributions": []}, {"contributions": ["luck"]}])
def test_a_round_that_is_told_otherwise_is_found(change: Json) -> None:
    proof = played("roulette")[0]

    assert failed({**proof, **change}) in ("table", "round", "client_seed")
    assert not said_by_the_server({**proof, **change})


def test_what_the_player_was_shown_before_the_bet_is_what_counts() -> None:
    proof = played("dice")[0]

    assert failed(proof, "0" * 64) == "expected"


def test_a_seed_that_is_still_secret_leaves_nothing_to_check() -> None:
    assert failed({**played("dice")[0], "server_seed": None}) == "revealed"


def test_a_game_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="'tarot'"):
        check_proof({**played("dice")[0], "game": "tarot"})
