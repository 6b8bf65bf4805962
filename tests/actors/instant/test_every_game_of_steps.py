"""What holds of every game of several steps: each step once and in its turn, and an end, whatever goes wrong when."""

from collections.abc import Callable, Iterator
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.fairness.seal import player_seed
from actors.games.catalogue import STEP_GAMES
from actors.games.steps import LATE
from actors.instant.journal import journal_of, read_steps
from actors.runtime.ref import Ref
from persistence.memory.tables import StoredBet
from protocol.errors import Code
from protocol.games.steps import STEP_MS_MAX
from protocol.ids import BetId
from protocol.records import BetState
from protocol.requests import RotateSeeds
from tests.support.casino import ANN, BEN, DICE_LIMITS, Casino
from tests.support.simulation_oracle import plain
from tests.support.turns import Turns

FUNDS = 1_000_000
SEEDS = range(4)
"""Of the player's choices; together they lead to wins and losses, early and late."""

of_each_game = pytest.mark.parametrize("game", sorted(STEP_GAMES))


def opened() -> Casino:
    casino = Casino()
    for player in (ANN, BEN):
        casino.open(player, FUNDS)
    return casino


def state_of(answer: Any) -> Any:
    """What an answer says of the game, whoever asked for it."""
    return {key: value for key, value in plain(answer).items() if key not in ("id", "asset", "balance")}


def only_bet(casino: Casino) -> StoredBet:
    [bet] = casino.ledger.tables.bets.values()
    return bet


def steps_of(casino: Casino, bet: StoredBet) -> list[Any]:
    name = journal_of(BetId(bet.id))
    return [taken.step for taken in read_steps(casino.ledger.load_journals_now([name])[name].events)]


def assert_played_again(casino: Casino, bet: StoredBet) -> None:
    """From the record alone the game comes to the same end."""
    row = casino.ledger.tables.seeds[ANN, bet.seed or 0]
    params = {**msgpack.unpackb(bet.params), "steps": steps_of(casino, bet)}
    seed = casino.sealer.open(row.sealed, player_seed(ANN, row.number))
    game = STEP_GAMES[bet.game]
    assert game.recompute(seed, row.client_seed, bet.nonce, params=params, stake=bet.stake)[1] == bet.payout


def moments(game: str, *, ends: bool) -> Iterator[tuple[int, int, list[Any]]]:
    """A seed, how many answers there were, and what a game that nothing disturbs says; the end is one, or is not."""
    for seed in SEEDS:
        said = [state_of(answer) for _, answer in Turns(opened(), game, seed).played()]
        for at in range(len(said) - (not ends)):
            yield seed, at, said


# --- crashes ---

Crash = Callable[[Casino], None]


def unwritten(casino: Casino) -> None:
    """The batch that was open is lost."""
    casino.host.take_batch()
    casino.restart()


def written(casino: Casino) -> None:
    """The batch is written, and nobody was answered."""
    casino.seal()
    casino.restart()


@of_each_game
@pytest.mark.parametrize("crash", [unwritten, written])
def test_a_crash_at_any_step_changes_nothing_of_the_game(game: str, crash: Crash) -> None:
    for seed, at, said in moments(game, ends=True):
        casino = opened()
        turns = Turns(casino, game, seed)
        answer: Any = None
        for number, expected in enumerate(said):
            request = turns.start() if answer is None else turns.step(answer)
            if number == at:
                assert casino.post(*casino.on_its_way(ANN, request)) == []
                crash(casino)
            answer = casino.asks(ANN, request)
            assert state_of(answer) == expected
        bet = only_bet(casino)
        assert casino.balance(ANN) == (FUNDS - bet.stake + said[-1]["payout"], 0)
        assert_played_again(casino, bet)


@of_each_game
def test_a_game_is_found_as_it_was_after_sleep_and_crash_at_every_step(game: str) -> None:
    for seed, at, said in moments(game, ends=False):
        casino = opened()
        turns = Turns(casino, game, seed)
        turns.played(until=at)
        casino.sleep()
        assert state_of(turns.open()) == said[at]
        casino.restart()
        assert state_of(turns.open()) == said[at]


# --- time ---


@of_each_game
@pytest.mark.parametrize("away", [False, True], ids=["host there", "host away"])
def test_a_player_who_is_late_at_any_step_has_the_game_finished_by_its_rules(game: str, away: bool) -> None:
    for seed, at, _ in moments(game, ends=False):
        casino = opened()
        turns = Turns(casino, game, seed)
        asked = turns.played(until=at)
        casino.wait(STEP_MS_MAX - 1)
        assert turns.open() is not None
        if away:
            casino.now_ms += 1
            casino.restart()
            casino.host.wake(Ref("wallet", ANN))
            casino.settle()
        casino.wait(1)

        bet = only_bet(casino)
        assert (bet.state, steps_of(casino, bet)[-1], len(steps_of(casino, bet))) == (BetState.SETTLED, LATE, at + 1)
        assert casino.balance(ANN) == (FUNDS - bet.stake + (bet.payout or 0), 0)
        assert_played_again(casino, bet)
        assert casino.asks(ANN, turns.step(asked[-1][1])).code is Code.NO_SUCH_GAME


# --- what is refused ---


@of_each_game
def test_a_step_before_the_start_or_after_the_end_is_of_no_game(game: str) -> None:
    casino = opened()
    turns = Turns(casino, game, 0)
    state = Turns(opened(), game, 0).played(until=0)[0][1]
    assert casino.asks(ANN, turns.step(state)).code is Code.NO_SUCH_GAME

    said = turns.played()
    paid = casino.balance(ANN)
    late = turns.step({**said[-2][1], "step": said[-1][1]["step"]})
    assert casino.asks(ANN, late).code is Code.NO_SUCH_GAME
    assert casino.balance(ANN) == paid


@of_each_game
def test_nobody_takes_anothers_step(game: str) -> None:
    casino = opened()
    turns = Turns(casino, game, 0)
    [(_, state)] = turns.played(until=0)

    assert casino.asks(BEN, turns.step(state)).code is Code.NO_SUCH_GAME
    assert state_of(turns.open()) == state_of(state)
    assert casino.balance(BEN) == (FUNDS, 0)


@of_each_game
@pytest.mark.parametrize("ahead", [-1, 1])
def test_a_step_out_of_turn_is_refused_and_changes_nothing(game: str, ahead: int) -> None:
    for seed, at, said in moments(game, ends=False):
        if at + ahead < 0:
            continue
        casino = opened()
        turns = Turns(casino, game, seed)
        state = turns.played(until=at)[-1][1]
        assert casino.asks(ANN, turns.step(state, step=at + ahead)).code is Code.OUT_OF_TURN
        assert state_of(turns.open()) == said[at]


@of_each_game
def test_each_request_has_one_answer_for_ever_and_its_id_no_other_use(game: str) -> None:
    for seed in SEEDS:
        casino = opened()
        turns = Turns(casino, game, seed)
        said = [(request, plain(answer)) for request, answer in turns.played()]
        money = casino.balance(ANN)
        for crashes in (False, True):
            if crashes:
                casino.restart()
            assert [plain(casino.asks(ANN, request)) for request, _ in said] == [answer for _, answer in said]
            assert casino.asks(ANN, turns.start(amount=101).model_copy(update={"id": said[0][0].id})).code is (
                Code.ID_REUSED
            )
        assert casino.balance(ANN) == money
        assert len(casino.ledger.tables.bets) == 1


@of_each_game
def test_a_second_game_of_the_kind_is_not_begun_beside_the_first(game: str) -> None:
    casino = opened()
    turns = Turns(casino, game, 0)
    turns.played(until=0)

    assert casino.asks(ANN, turns.start()).code is Code.GAME_OPEN
    assert casino.balance(ANN) == (FUNDS, 100)


@of_each_game
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": DICE_LIMITS.min_bet - 1}, Code.BET_BELOW_MINIMUM),
        ({"amount": DICE_LIMITS.max_bet + 1}, Code.BET_ABOVE_MAXIMUM),
        ({"balance": "bonus"}, Code.INSUFFICIENT_FUNDS),
        ({"asset": "USDT"}, Code.INSUFFICIENT_FUNDS),
        ({"asset": "NONE"}, Code.UNKNOWN_ASSET),
    ],
)
def test_a_start_that_is_refused_uses_no_draw_and_no_money(game: str, fields: dict[str, Any], code: Code) -> None:
    casino = opened()
    turns = Turns(casino, game, 0)
    request = turns.start(**fields)

    assert casino.asks(ANN, request).code is code
    assert casino.asks(ANN, request).code is code
    assert casino.balance(ANN) == (FUNDS, 0)
    assert casino.asks(ANN, turns.start())["nonce"] == 0


# --- whatever is played ---

GAMES = sorted(STEP_GAMES)
ACTS = st.one_of(
    st.tuples(st.sampled_from(["start", "step", "step", "step", "lost"]), st.sampled_from(GAMES)),
    st.tuples(st.sampled_from(["dice", "rotate", "die", "sleep", "late"])),
)


def act(casino: Casino, players: dict[str, Turns], what: tuple[str, ...]) -> None:
    match what:
        case ("start", game):
            casino.asks(ANN, players[game].start())
        case ("step", game) if state := players[game].open():
            casino.asks(ANN, players[game].step(state))
        case ("lost", game) if state := players[game].open():
            casino.post(*casino.on_its_way(ANN, players[game].step(state)))
            unwritten(casino)
        case ("dice",):
            casino.asks(ANN, casino.dice())
        case ("rotate",):
            casino.asks(ANN, RotateSeeds(id=casino.new_id(), client_seed="mine"))
        case ("die",):
            casino.restart()
        case ("sleep",):
            casino.sleep()
        case ("late",):
            casino.wait(STEP_MS_MAX)


@settings(max_examples=40)
@given(acts=st.lists(ACTS, max_size=40), seed=st.integers(0, 2**16))
def test_whatever_is_played_beside_each_other_what_went_in_came_out(acts: list[Any], seed: int) -> None:
    casino = opened()
    players = {game: Turns(casino, game, seed) for game in GAMES}
    for what in acts:
        act(casino, players, what)
    casino.host.wake(Ref("wallet", ANN))
    casino.settle()
    casino.wait(STEP_MS_MAX)

    bets = list(casino.ledger.tables.bets.values())
    assert {bet.state for bet in bets} <= {BetState.SETTLED}
    house = sum(bet.stake - (bet.payout or 0) for bet in bets)
    assert casino.balance(ANN) == (FUNDS - house, 0)
    for bet in bets:
        if bet.game in STEP_GAMES:
            assert_played_again(casino, bet)
