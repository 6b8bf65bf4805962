"""What holds of every game of one draw: one batch, one answer, one outcome, whatever goes wrong and is repeated."""

from random import Random
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.fairness.seal import player_seed
from actors.games.catalogue import INSTANT_GAMES
from clients.bots.strategies import STRATEGIES
from persistence.memory.tables import StoredBet
from protocol.errors import Code
from protocol.records import BetState
from protocol.requests import RotateSeeds
from tests.support.casino import ANN, DICE_LIMITS, Casino
from tests.support.simulation_oracle import plain

FUNDS = 1_000_000
STAKE = 200
"""A multiple of what every machine wants, and so small that no win is too large."""

of_each_game = pytest.mark.parametrize("game", sorted(INSTANT_GAMES))


def opened() -> Casino:
    casino = Casino()
    casino.open(ANN, FUNDS)
    return casino


def bet_on(casino: Casino, game: str, chance: Random, **fields: Any) -> Any:
    """A bet that a bot might make."""
    if game == "dice":
        wager: dict[str, Any] = {"target": chance.randint(500, 9_500), "over": chance.random() < 0.5}
    else:
        wager = STRATEGIES[game].choose(chance.random)
    kind: Any = INSTANT_GAMES[game].request
    own = {key: tuple(value) if isinstance(value, list) else value for key, value in wager.items()}
    return kind(id=casino.new_id(), **{"asset": "PLAY", "amount": STAKE, **own, **fields})


def assert_drawn_again(casino: Casino, bet: StoredBet) -> None:
    """From the record alone comes the same outcome, and the same payout."""
    row = casino.ledger.tables.seeds[ANN, bet.seed or 0]
    seed = casino.sealer.open(row.sealed, player_seed(ANN, row.number))
    params, outcome = msgpack.unpackb(bet.params), msgpack.unpackb(bet.outcome or b"")
    game = INSTANT_GAMES[bet.game]
    assert game.recompute(seed, row.client_seed, bet.nonce, params=params, stake=bet.stake) == (outcome, bet.payout)  # type: ignore[attr-defined]


@of_each_game
def test_a_bet_is_staked_drawn_paid_and_written_in_one_batch(game: str) -> None:
    for seed in range(10):
        casino, chance = opened(), Random(seed)
        casino.asks(ANN, casino.dice())
        before, batches = casino.balance(ANN)[0], len(casino.batches)
        answer = casino.asks(ANN, bet_on(casino, game, chance))

        assert len(casino.batches) == batches + 1
        assert (answer["t"], answer["stake"], answer["nonce"]) == (f"{game}.settled", STAKE, 1)
        assert casino.balance(ANN) == (before - STAKE + answer["payout"], 0)
        [_, bet] = casino.ledger.tables.bets.values()
        assert (bet.state, bet.payout) == (BetState.SETTLED, answer["payout"])
        assert_drawn_again(casino, bet)


@of_each_game
@pytest.mark.parametrize("is_written", [False, True])
def test_a_crash_at_a_bet_draws_nothing_anew(game: str, is_written: bool) -> None:
    for seed in range(10):
        answers = []
        for crashes in (False, True):
            casino, chance = opened(), Random(seed)
            casino.asks(ANN, casino.dice())
            bet = bet_on(casino, game, chance)
            if crashes:
                assert casino.post(*casino.on_its_way(ANN, bet)) == []
                assert (casino.seal() if is_written else casino.host.take_batch()) is not None
                casino.restart()
            answers.append((plain(casino.asks(ANN, bet)), casino.balance(ANN)))
        assert answers[0] == answers[1]


@of_each_game
def test_a_bet_has_one_answer_for_ever_and_one_effect(game: str) -> None:
    casino, chance = opened(), Random(1)
    bet = bet_on(casino, game, chance)
    answer, money = plain(casino.asks(ANN, bet)), casino.balance(ANN)
    for happens in (lambda: 0, casino.sleep, casino.restart):
        happens()
        assert plain(casino.asks(ANN, bet)) == answer
        assert casino.asks(ANN, bet.model_copy(update={"amount": 2 * STAKE})).code is Code.ID_REUSED
    assert casino.balance(ANN) == money


@of_each_game
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": DICE_LIMITS.min_bet - 1}, Code.BET_BELOW_MINIMUM),
        ({"amount": DICE_LIMITS.max_bet + STAKE}, Code.BET_ABOVE_MAXIMUM),
        ({"balance": "bonus"}, Code.INSUFFICIENT_FUNDS),
        ({"asset": "USDT"}, Code.INSUFFICIENT_FUNDS),
        ({"asset": "NONE"}, Code.UNKNOWN_ASSET),
    ],
)
def test_a_bet_that_is_refused_uses_no_draw_and_no_money_and_stays_refused(
    game: str, fields: dict[str, Any], code: Code
) -> None:
    casino, chance = opened(), Random(1)
    bet = bet_on(casino, game, chance, **fields)

    assert casino.asks(ANN, bet).code is code
    casino.move(ANN, FUNDS)
    casino.restart()
    assert casino.asks(ANN, bet).code is code
    assert casino.balance(ANN) == (2 * FUNDS, 0)
    assert casino.asks(ANN, bet_on(casino, game, chance))["nonce"] == 0


ACTS = st.sampled_from([*sorted(INSTANT_GAMES), "rotate", "die", "sleep"])


@settings(max_examples=40)
@given(acts=st.lists(ACTS, max_size=40), seed=st.integers(0, 2**16))
def test_whatever_is_played_what_went_in_came_out_and_follows_from_its_seed(acts: list[str], seed: int) -> None:
    casino, chance = opened(), Random(seed)
    for act in acts:
        match act:
            case "rotate":
                casino.asks(ANN, RotateSeeds(id=casino.new_id(), client_seed="mine"))
            case "die":
                casino.restart()
            case "sleep":
                casino.sleep()
            case game:
                casino.asks(ANN, bet_on(casino, game, chance))

    bets = list(casino.ledger.tables.bets.values())
    house = sum(bet.stake - (bet.payout or 0) for bet in bets)
    assert casino.balance(ANN) == (FUNDS - house, 0)
    for bet in bets:
        assert_drawn_again(casino, bet)
