"""What every game of several steps promises: replies as their models say, honest records, and nothing that leaks."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.fairness.draws import Draws
from actors.fairness.verify import NotAWager
from actors.games.catalogue import STEP_GAMES
from actors.games.hilo import Cards, Game
from actors.games.interface import InstantPlay
from actors.games.mines import Field
from actors.games.steps import LATE, Step, StepGame
from actors.games.videopoker import Deal
from protocol.answers import ANSWERS
from protocol.errors import Code, Refusal
from protocol.games.deck import DECK
from protocol.games.hilo import CARDS_MAX, HiloBet
from protocol.games.mines import TILES, MinesBet
from protocol.games.steps import STEPS_MAX, state_fields
from protocol.games.videopoker import VideopokerBet
from protocol.model import Request
from tests.support.steps_games import limits, refused_start

ID = bytes(16)
STARTS: Mapping[str, Callable[[st.DataObject], Request]] = {
    "hilo": lambda data: HiloBet(id=ID, asset="PLAY", amount=100),
    "videopoker": lambda data: VideopokerBet(id=ID, asset="PLAY", amount=100),
    "mines": lambda data: MinesBet(id=ID, asset="PLAY", amount=100, mines=data.draw(st.integers(1, 24))),
}
STEPS: Mapping[str, st.SearchStrategy[Step]] = {
    "hilo": st.sampled_from([("guess", "higher"), ("guess", "lower"), ("skip",), ("cash_out",)]),
    "videopoker": st.sets(st.integers(0, 4)).map(lambda hold: ("draw", *sorted(hold))),
    "mines": st.one_of(st.just(("cash_out",)), st.tuples(st.just("reveal"), st.integers(0, 24))),
}
NOT_WAGERS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "hilo": (),
    "videopoker": (),
    "mines": ({}, {"mines": 0}, {"mines": 25}, {"mines": True}, {"mines": "3"}),
}
SECRETS: Mapping[str, tuple[str, ...]] = {"hilo": (), "mines": ("positions",), "videopoker": ("held",)}

named = pytest.mark.parametrize("name", sorted(STEP_GAMES))


def begun(name: str, data: st.DataObject, nonce: int = 0) -> tuple[StepGame[Any], InstantPlay, Any]:
    game = STEP_GAMES[name]
    play = game.check(STARTS[name](data), limits(exposure_max=data.draw(st.integers(80_000, 10**9))))
    assert isinstance(play, InstantPlay), play
    return game, play, game.start(play, "server", "client", nonce)


def played(game: StepGame[Any], state: Any, data: st.DataObject) -> tuple[list[Step], list[Any]]:
    """Legal steps and the states after each, to the end of the game, by its player or without."""
    steps: list[Step] = []
    states = [state]
    for _ in range(data.draw(st.integers(0, STEPS_MAX))):
        step = data.draw(STEPS[game.name])
        after = game.act(states[-1], step)
        if isinstance(after, Refusal):
            assert after.code is Code.ILLEGAL_STEP
            continue
        steps.append(step)
        states.append(after)
        if game.payout(after) is not None:
            return steps, states
    steps.append(LATE)
    states.append(game.act(states[-1], LATE))
    return steps, states


def test_every_game_is_tried() -> None:
    assert set(STEP_GAMES) == set(STARTS) == set(STEPS) == set(NOT_WAGERS) == set(SECRETS)


@named
@given(st.data())
def test_a_game_can_be_computed_again_from_what_is_recorded(name: str, data: st.DataObject) -> None:
    nonce = data.draw(st.integers(0, 1_000))
    game, play, state = begun(name, data, nonce)

    steps, states = played(game, state, data)

    assert len(steps) <= STEPS_MAX
    params = msgpack.unpackb(msgpack.packb({**play.params, "steps": steps}))
    outcome = msgpack.unpackb(msgpack.packb(game.outcome(states[-1])))
    payout = game.payout(states[-1])
    assert game.recompute("server", "client", nonce, params=params, stake=play.stake) == (outcome, payout)
    assert payout is not None
    assert 0 <= payout <= play.payout_max


@named
@given(st.data())
def test_no_view_tells_what_is_secret_before_the_end(name: str, data: st.DataObject) -> None:
    game, _, state = begun(name, data)

    for one in played(game, state, data)[1]:
        told = {key for key in SECRETS[name] if game.view(one).get(key) is not None}
        assert told == (set() if game.payout(one) is None else set(SECRETS[name]))


def with_other_secrets(state: Any, chance: random.Random) -> Any:
    """The same to whoever sees it, and another game."""
    match state:
        case Field():
            hidden = [tile for tile in range(TILES) if tile not in state.revealed]
            return state._replace(positions=tuple(chance.sample(hidden, len(state.positions))))
        case Game():
            hidden = [chance.randrange(DECK) for _ in range(CARDS_MAX - len(state.shown))]
            return state._replace(cards=Cards(Draws("", "", 0), (*state.shown, *hidden)))
        case Deal():
            left = [card for card in range(DECK) if card not in state.cards]
            return state._replace(deck=(*state.cards, *chance.sample(left, len(state.deck) - len(state.cards))))
    raise TypeError(f"what is secret of {state}?")


@named
@given(st.data())
def test_a_view_depends_on_nothing_that_is_secret_and_so_tells_nothing_of_it(name: str, data: st.DataObject) -> None:
    game, _, state = begun(name, data)
    chance = random.Random(data.draw(st.integers(0, 2**32)))

    for one in played(game, state, data)[1]:
        if game.payout(one) is None:
            other = with_other_secrets(one, chance)
            assert game.view(other) == game.view(one)


@named
@given(st.data())
def test_a_reply_says_all_that_its_model_has(name: str, data: st.DataObject) -> None:
    game, play, state = begun(name, data)

    for step, one in enumerate(played(game, state, data)[1]):
        fields = state_fields(game.tag, ID, play.stake, step, game.payout(one), 1, 0, 5)
        reply: Any = ANSWERS[game.request]
        assert reply(id=ID, **{**fields, **game.view(one)}).t == game.tag


@named
@given(st.data())
def test_a_state_is_not_changed_by_a_step(name: str, data: st.DataObject) -> None:
    game, _, state = begun(name, data)
    before = repr(state)

    played(game, state, data)

    assert repr(state) == before


@named
@given(st.data())
def test_the_platform_can_finish_a_game_at_every_moment(name: str, data: st.DataObject) -> None:
    game, play, state = begun(name, data)

    for one in played(game, state, data)[1]:
        if game.payout(one) is None:
            payout = game.payout(game.act(one, LATE))
            assert payout is not None
            assert 0 <= payout <= play.payout_max


@named
def test_what_is_recorded_and_is_no_wager_is_told_by_its_field(name: str) -> None:
    for params in NOT_WAGERS[name]:
        with pytest.raises(NotAWager) as error:
            STEP_GAMES[name].recompute(
                "server", "client", 0, params={**params, "payout_max": 10**9, "steps": [["late"]]}, stake=1
            )
        assert error.value.field not in ("payout_max", "steps")


@named
@given(st.data())
def test_records_with_other_steps_than_the_rules_allow_are_no_wager(name: str, data: st.DataObject) -> None:
    game, play, state = begun(name, data)
    steps, _ = played(game, state, data)
    wrong: tuple[Any, ...] = (
        None,
        [],
        steps[:-1],
        [*steps, LATE],
        [[]],
        [["no such step"]],
        ["late"],
        [[None]],
        [LATE] * (STEPS_MAX + 1),
    )
    for one in wrong:
        with pytest.raises(NotAWager) as error:
            game.recompute("server", "client", 0, params={**play.params, "steps": one}, stake=play.stake)
        assert error.value.field == "steps"


@named
@given(st.data())
def test_records_of_a_win_that_the_house_was_not_ready_for_are_no_wager(name: str, data: st.DataObject) -> None:
    game, play, _ = begun(name, data)

    for wrong in (None, True, game.least_win(play.params, play.stake) - 1):
        params = {**play.params, "payout_max": wrong, "steps": [list(LATE)]}
        with pytest.raises(NotAWager) as error:
            game.recompute("server", "client", 0, params=params, stake=play.stake)
        assert error.value.field == "payout_max"


@named
@given(st.data())
def test_stakes_outside_the_limits_are_refused(name: str, data: st.DataObject) -> None:
    game, request = STEP_GAMES[name], STARTS[name](data)

    low, high = (replace(limits(), min_bet=least, max_bet=most) for least, most in ((101, 500), (1, 99)))
    assert refused_start(game, request, low) is Code.BET_BELOW_MINIMUM
    assert refused_start(game, request, high) is Code.BET_ABOVE_MAXIMUM
    assert refused_start(game, request, replace(limits(), min_bet=100, max_bet=100)) is None
