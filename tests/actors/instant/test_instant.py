"""Instant games: each draw is bound before the bet, paid for in one batch with it, and used once."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.fairness.commitment import commitment_of
from actors.fairness.seal import player_seed
from actors.games.dice import Dice, roll_of
from actors.runtime.ref import Ref
from protocol.commands import Asked
from protocol.errors import Code, Refusal
from protocol.games.roulette import RouletteUndo
from protocol.money import Balance
from protocol.records import BetState, TransferKind
from protocol.requests import RotateSeeds, Seeds
from tests.support.casino import ANN, BEN, TABLE, Casino, account_of
from tests.support.simulation_oracle import plain

INSTANT = Ref("instant", ANN)


@pytest.fixture
def casino() -> Casino:
    casino = Casino()
    casino.open(ANN, 1_000_000)
    return casino


def seeds(casino: Casino) -> Any:
    return casino.asks(ANN, Seeds(id=casino.new_id()))


def rotate(casino: Casino, client_seed: str = "mine") -> dict[str, Any]:
    answer = casino.asks(ANN, RotateSeeds(id=casino.new_id(), client_seed=client_seed))
    assert isinstance(answer, dict)
    return answer


def secret(casino: Casino) -> str:
    """The server seed in use, opened as only a test may."""
    row = casino.ledger.load_seeds_now([ANN])[ANN]
    return casino.sealer.open(row.sealed, player_seed(ANN, row.number))


# --- betting ---


def test_a_bet_is_staked_drawn_paid_and_written_in_one_batch(casino: Casino) -> None:
    seeds(casino)
    batches = len(casino.batches)
    bet = casino.dice(100)
    answer = casino.asks(ANN, bet)

    assert len(casino.batches) == batches + 1
    row = casino.ledger.tables.bets[bet.id]  # type: ignore[index]
    assert (row.state, row.stake, row.payout) == (BetState.SETTLED, 100, answer["payout"])
    assert (row.seed, row.nonce) == (answer["seed"], answer["nonce"]) == (1, 0)
    kinds = [one.kind for one in casino.ledger.tables.transfers.values() if one.ref == bet.id]
    assert kinds == [TransferKind.STAKE] + [TransferKind.WIN] * (answer["payout"] > 0)
    assert casino.balance(ANN)[0] == answer["available"] == 1_000_000 - 100 + answer["payout"]


def test_the_roll_is_the_one_that_the_seeds_are_bound_to(casino: Casino) -> None:
    shown, server_seed = seeds(casino), secret(casino)

    rolls = [casino.asks(ANN, casino.dice())["roll"] for _ in range(20)]

    assert commitment_of(server_seed) == shown.commitment
    assert rolls == [roll_of(server_seed, shown.client_seed, nonce) for nonce in range(20)]


def test_a_bet_may_be_made_of_any_balance_that_is_there(casino: Casino) -> None:
    casino.move(ANN, 500, account=account_of(ANN, Balance.BONUS))
    answer = casino.asks(ANN, casino.dice(balance="bonus"))

    assert casino.balance(ANN, Balance.BONUS)[0] == answer["available"] == 400 + answer["payout"]
    assert casino.balance(ANN) == (1_000_000, 0)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": 9}, Code.BET_BELOW_MINIMUM),
        ({"amount": 5_001}, Code.BET_ABOVE_MAXIMUM),
        ({"target": 0, "over": False}, Code.INVALID_BET),
        ({"amount": 5_000, "target": 1, "over": False}, Code.EXPOSURE_LIMIT),
        ({"balance": "bonus"}, Code.INSUFFICIENT_FUNDS),
        ({"asset": "USDT"}, Code.INSUFFICIENT_FUNDS),
        ({"asset": "NONE"}, Code.UNKNOWN_ASSET),
    ],
)
def test_a_bet_that_is_refused_uses_no_draw_and_no_money(casino: Casino, fields: dict[str, Any], code: Code) -> None:
    refusal = casino.asks(ANN, casino.dice(**fields))

    assert refusal.code is code
    assert casino.balance(ANN) == (1_000_000, 0)
    assert seeds(casino).nonce == 0
    assert casino.asks(ANN, casino.dice())["nonce"] == 0


def test_draws_of_one_seed_are_numbered_without_a_gap_whatever_happens_between_them(casino: Casino) -> None:
    nonces = []
    for between in (lambda: None, casino.sleep, casino.restart, lambda: casino.asks(ANN, casino.dice(5))):
        between()
        nonces.append(casino.asks(ANN, casino.dice())["nonce"])

    assert nonces == [0, 1, 2, 3]


def test_a_bet_that_was_not_written_leaves_its_draw_to_the_next_one_and_nobody_saw_it(casino: Casino) -> None:
    seeds(casino)
    expected = roll_of(secret(casino), seeds(casino).client_seed, 0)
    lost = casino.post(*casino.on_its_way(ANN, casino.dice()))
    casino.host.take_batch()
    assert lost == []

    casino.restart()

    assert casino.asks(ANN, casino.dice())["roll"] == expected


def test_a_bet_waits_for_its_wallet_and_is_then_made_whole(casino: Casino) -> None:
    seeds(casino)
    casino.restart()
    answers = casino.post(*casino.on_its_way(ANN, casino.dice()))
    assert casino.load() == 1
    assert (answers, casino.host.has_work) == ([], False)
    casino.settle()

    assert answers[0]["t"] == "dice.settled"


def test_another_rooms_request_is_not_understood(casino: Casino) -> None:
    undo = RouletteUndo(id=casino.new_id(), table=TABLE)

    assert casino.ask(INSTANT, Asked(ANN, "Ann", undo)).code is Code.UNKNOWN_TYPE


# --- seeds ---


def test_a_player_has_a_seed_that_is_committed_to_before_the_first_bet(casino: Casino) -> None:
    shown = seeds(casino)

    row = casino.ledger.tables.seeds[ANN, 1]
    assert (shown.number, shown.nonce) == (1, 0)
    assert (shown.commitment, shown.client_seed) == (row.commitment, row.client_seed)
    assert row.server_seed is None


def test_the_same_seed_is_there_after_every_sleep_and_restart(casino: Casino) -> None:
    first = seeds(casino)
    casino.sleep()
    second = seeds(casino)
    casino.restart()

    assert first.commitment == second.commitment == seeds(casino).commitment
    assert [key for key in casino.ledger.tables.seeds if key[0] == ANN] == [(ANN, 1)]


def test_players_have_seeds_of_their_own(casino: Casino) -> None:
    assert seeds(casino).commitment != casino.asks(BEN, Seeds(id=casino.new_id())).commitment


def test_a_rotation_reveals_what_was_committed_to_and_begins_what_was_announced(casino: Casino) -> None:
    before, server_seed = seeds(casino), secret(casino)
    for _ in range(3):
        casino.asks(ANN, casino.dice())
    answer = rotate(casino)

    assert answer["revealed_server_seed"] == server_seed
    assert answer["revealed_commitment"] == before.commitment == commitment_of(server_seed)
    assert (answer["revealed_number"], answer["revealed_bets"]) == (1, 3)
    assert answer["commitment"] == before.next_commitment
    after = seeds(casino)
    assert (after.number, after.nonce, after.client_seed) == (2, 0, "mine")
    assert (after.commitment, after.next_commitment) == (answer["commitment"], answer["next_commitment"])


def test_an_announced_seed_is_the_one_that_comes_even_after_a_restart(casino: Casino) -> None:
    announced = seeds(casino).next_commitment
    casino.restart()

    assert rotate(casino)["commitment"] == announced


def test_a_seed_is_secret_until_it_is_revealed_and_then_it_is_written(casino: Casino) -> None:
    casino.asks(ANN, casino.dice())
    server_seed = secret(casino)
    assert server_seed not in repr(casino.ledger.rows())
    assert server_seed.encode() not in b"".join(row.sealed for row in casino.ledger.tables.seeds.values())
    rotate(casino)

    assert casino.ledger.tables.seeds[ANN, 1].server_seed == server_seed


def test_a_rotation_happens_once_for_its_id_and_the_seed_after_it_stays_secret(casino: Casino) -> None:
    request = RotateSeeds(id=casino.new_id(), client_seed="mine")
    first = casino.asks(ANN, request)
    for between in (casino.sleep, casino.restart):
        between()
        assert plain(casino.asks(ANN, request)) == plain(first)

    assert casino.ledger.tables.seeds[ANN, 2].server_seed is None
    assert secret(casino) not in repr(plain(first))


@pytest.mark.parametrize("between", ["nothing", "restart"])
def test_a_rotations_id_is_taken_for_bets_too_and_the_other_way_round(casino: Casino, between: str) -> None:
    bet, rotation = casino.dice(), RotateSeeds(id=casino.new_id(), client_seed="mine")
    casino.asks(ANN, bet)
    casino.asks(ANN, rotation)
    if between == "restart":
        casino.restart()

    assert casino.asks(ANN, casino.dice(id=rotation.id)) == Refusal(Code.ID_REUSED)  # type: ignore[arg-type]
    assert casino.asks(ANN, RotateSeeds(id=bet.id, client_seed="mine")) == Refusal(Code.ID_REUSED)
    assert seeds(casino).number == 2


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["bet", "refused", "rotate", "sleep", "restart", "crash"]), max_size=25))
def test_whatever_a_player_does_every_draw_follows_from_revealed_seeds(steps: list[str]) -> None:
    casino = Casino()
    casino.open(ANN, 1_000_000)
    for step in steps:
        if step == "bet":
            casino.asks(ANN, casino.dice())
        elif step == "refused":
            casino.asks(ANN, casino.dice(5))
        elif step == "rotate":
            rotate(casino, f"seed-{casino.now_ms}")
        elif step == "sleep":
            casino.sleep()
        elif step == "restart":
            casino.restart()
        else:
            casino.post(*casino.on_its_way(ANN, casino.dice()))
            casino.host.take_batch()
            casino.restart()
    rotate(casino)

    for row in casino.ledger.tables.bets.values():
        seed = casino.ledger.tables.seeds[ANN, row.seed or 0]
        outcome, payout = Dice().recompute(
            seed.server_seed or "", seed.client_seed, row.nonce, params={"target": 5_000, "over": True}, stake=100
        )
        assert (outcome["roll"], payout) == (roll_of(seed.server_seed or "", seed.client_seed, row.nonce), row.payout)
