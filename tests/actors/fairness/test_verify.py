"""Verifying: a true proof passes every check, and a proof in which one thing was changed names it."""

from typing import Any

import pytest

from actors.fairness.commitment import commitment_of
from actors.fairness.jackpot import jackpot_numbers
from actors.fairness.verify import verify
from actors.games.catalogue import VERIFIABLE
from actors.games.dice import Dice
from actors.games.interface import InstantPlay, Limits, RoundSettled
from protocol.games.dice import DiceBet
from protocol.ids import BetId
from protocol.replies import ProofView
from tests.actors.games.roulette.play import ANN, BEN, GAME, Table, rules, seed_of

DICE, ROULETTE = VERIFIABLE["dice"], VERIFIABLE["roulette"]
BET = bytes(16)
SERVER_SEED = "f2ac89b608eeb01312d115bce6741b32"
CLIENT_SEED = "86ff027f15c48241af7f54a726690ee7"


def dice_proof(**changes: Any) -> ProofView:
    """A win of a published roll: 28.07, over 28.06."""
    request = DiceBet(id=BET, asset="PLAY", amount=300, target=2_806, over=True)
    play = Dice().check(request, Limits(1, 1_000, 1_000, 10**6))
    assert isinstance(play, InstantPlay)
    fields: dict[str, Any] = {
        "id": BET,
        "bet": BET,
        "game": "dice",
        "commitment": commitment_of(SERVER_SEED),
        "server_seed": SERVER_SEED,
        "client_seed": CLIENT_SEED,
        "nonce": 0,
        "params": dict(play.params),
        "outcome": {"roll": 2_807},
        "stake": 300,
        "payout": 412,
    }
    return ProofView(**fields | changes)


def roulette_proof(**changes: Any) -> ProofView:
    """A bet of Ben's, between two of Ann's."""
    table = Table(rules("la_partage"))
    table.open()
    table.bet(ANN, ("black", 5))
    table.bet(BEN, ("red", 5), ("straight:17", 1), entropy="words")
    table.undo(ANN)
    table.bet(ANN, ("odd", 5))
    bet = GAME.bets(table.state)[b"\0" * 15 + b"\2"]  # type: ignore[index]
    params = GAME.params(table.state, bet)
    table.finish()
    settled, binding = table.events[-1], GAME.binding(table.state)
    assert isinstance(settled, RoundSettled)
    fields: dict[str, Any] = {
        "id": BET,
        "bet": bet.bet,
        "game": "roulette",
        "commitment": binding.commitment,
        "server_seed": seed_of(1),
        "client_seed": binding.client_seed,
        "nonce": binding.round,
        "params": dict(params),
        "outcome": {"pocket": table.pocket},
        "stake": bet.stake,
        "payout": dict(settled.payouts)[bet.bet],
        "table": table.rules.table,
        "round": binding.round,
        "contributions": binding.contributions,
    }
    return ProofView(**fields | changes)


def test_a_true_dice_bet_passes_every_check() -> None:
    report = verify(dice_proof(), DICE)

    assert report.ok
    assert report.failed is None
    assert [check.name for check in report.checks] == ["revealed", "commitment", "wager", "outcome", "payout"]


def test_a_true_roulette_bet_passes_every_check() -> None:
    report = verify(roulette_proof(), ROULETTE)

    assert report.ok, report.failed
    assert [check.name for check in report.checks] == [
        "revealed", "commitment", "table", "round", "client_seed", "contribution", "wager", "outcome", "payout",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"commitment": commitment_of("another")}, "commitment"),
        ({"server_seed": SERVER_SEED.upper()}, "commitment"),
        ({"client_seed": CLIENT_SEED[:-1]}, "outcome"),
        ({"nonce": 1}, "outcome"),
        ({"outcome": {"roll": 2_806}}, "outcome"),
        ({"params": {"target": 2_807, "over": True}}, "payout"),
        ({"params": {"target": 50, "over": True}}, "wager"),
        ({"params": {}}, "wager"),
        ({"stake": 301}, "payout"),
        ({"payout": 411}, "payout"),
        ({"payout": 0}, "payout"),
    ],
)
def test_a_dice_proof_with_one_lie_fails_where_it_shows(changes: dict[str, Any], check: str) -> None:
    report = verify(dice_proof(**changes), DICE)

    assert report.failed is not None
    assert report.failed.name == check
    assert not report.ok


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"server_seed": "another"}, "commitment"),
        ({"table": None}, "table"),
        ({"table": "roulette-2"}, "client_seed"),
        ({"round": 2}, "round"),
        ({"round": None}, "round"),
        ({"round": 2, "nonce": 2}, "client_seed"),
        ({"client_seed": "00"}, "client_seed"),
        ({"contributions": ()}, "client_seed"),
        ({"outcome": {"pocket": 38}}, "outcome"),
        ({"stake": 7}, "wager"),
        ({"payout": 1_000}, "payout"),
        ({"params": {"variant": "american", "wagers": [["red", 6]], "entropy": "other"}}, "contribution"),
        ({"params": {"variant": "swiss", "wagers": [["red", 6]], "entropy": "words"}}, "wager"),
        ({"params": {"variant": "european", "wagers": [["rouge", 6]], "entropy": "words"}}, "wager"),
        ({"params": {"variant": "european", "wagers": [["red", 7], ["red", -1]], "entropy": "words"}}, "wager"),
        ({"params": {"variant": "european", "entropy": "words"}}, "wager"),
    ],
)
def test_a_roulette_proof_with_one_lie_fails_where_it_shows(changes: dict[str, Any], check: str) -> None:
    report = verify(roulette_proof(**changes), ROULETTE)

    assert report.failed is not None
    assert report.failed.name == check


def test_contributions_in_another_order_are_a_lie() -> None:
    true = roulette_proof()
    report = verify(roulette_proof(contributions=true.contributions[::-1]), ROULETTE)

    assert len(true.contributions) == 3
    assert report.failed is not None
    assert report.failed.name == "client_seed"


def test_a_contribution_that_was_left_out_is_missed() -> None:
    true = roulette_proof()
    report = verify(roulette_proof(contributions=true.contributions[1:]), ROULETTE)

    assert report.failed is not None
    assert report.failed.name == "client_seed"


def test_while_the_seed_is_secret_nothing_is_said_to_agree() -> None:
    report = verify(dice_proof(server_seed=None), DICE)

    assert [check.name for check in report.checks] == ["revealed"]
    assert not report.ok


def test_a_commitment_that_was_changed_with_its_seed_is_noticed_by_who_noted_it() -> None:
    noted = commitment_of(SERVER_SEED)
    swapped = dice_proof(server_seed="another", commitment=commitment_of("another"))

    assert verify(dice_proof(), DICE, expected_commitment=noted).ok
    failed = verify(swapped, DICE, expected_commitment=noted).failed
    assert failed is not None
    assert (failed.name, failed.said, failed.found) == ("expected", noted, commitment_of("another"))


def test_a_check_shows_what_was_said_and_what_was_found() -> None:
    failed = verify(dice_proof(payout=413), DICE).failed

    assert failed is not None
    assert (failed.said, failed.found) == (413, 412)


def with_jackpot(proof: ProofView, *levels: tuple[str, int, int], **more: Any) -> ProofView:
    recorded = {"name": "pot", "levels": [list(level) for level in levels], **more}
    return proof.model_copy(update={"params": {**proof.params, "jackpot": recorded}})


SURE, NEVER = ("sure", 1_000, 1), ("never", 1_000, 10**15)


def test_a_bet_in_a_jackpot_says_which_levels_its_seeds_win() -> None:
    report = verify(with_jackpot(dice_proof(), SURE, NEVER, won=["sure"]), DICE)

    assert report.ok
    assert (report.checks[-1].name, report.checks[-1].found) == ("jackpot", ["sure"])


@pytest.mark.parametrize("won", [[], ["never"], ["sure", "never"]])
def test_a_bet_that_says_it_has_won_otherwise_is_named(won: list[str]) -> None:
    report = verify(with_jackpot(dice_proof(), SURE, NEVER, won=won), DICE)

    assert report.failed is not None
    assert report.failed.name == "jackpot"


def test_a_bet_at_a_table_draws_for_its_own_id() -> None:
    proof = roulette_proof()
    assert proof.server_seed is not None
    number = jackpot_numbers(proof.server_seed, proof.client_seed, proof.nonce, BetId(proof.bet))[0]
    most = (proof.stake << 64) // (number + 1)

    assert verify(with_jackpot(proof, ("mini", 1, most)), ROULETTE).checks[-1].found == ["mini"]
    assert verify(with_jackpot(proof, ("mini", 1, 2 * most)), ROULETTE).checks[-1].found == []


@pytest.mark.parametrize("recorded", [None, {}, {"levels": 5}, {"levels": [["mini"]]}])
def test_what_is_no_jackpot_is_named(recorded: object) -> None:
    proof = dice_proof()
    report = verify(proof.model_copy(update={"params": {**proof.params, "jackpot": recorded}}), DICE)

    assert report.failed is not None
    assert report.failed.name == "jackpot"
