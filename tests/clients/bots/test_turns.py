"""What bots do in games of several steps is legal, and what they expect is what the rules pay."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.games.catalogue import STEP_GAMES
from actors.games.interface import InstantPlay
from actors.games.steps import StepGame
from clients.bots.turns import TURN_STRATEGIES
from protocol.dialects import client_dialect
from protocol.games.steps import STEPS_MAX
from tests.support.steps_games import limits

ID = bytes(range(16))
named = pytest.mark.parametrize("name", sorted(TURN_STRATEGIES))


def played(name: str, seed: int) -> tuple[StepGame[Any], dict[str, Any], int, dict[str, Any], Any]:
    """A bot's game from its start to its end: wager, stake, what it was shown at last, and the state."""
    chance, game, strategy = Random(seed), STEP_GAMES[name], TURN_STRATEGIES[name]
    wager, stake = strategy.choose(chance.random), chance.randint(1, 10**6)
    start = client_dialect().parse({"t": f"{name}.bet", "id": ID, "asset": "PLAY", "amount": stake, **wager})
    play = game.check(start, limits())
    assert isinstance(play, InstantPlay), play
    state = game.start(play, "server", "client", seed)
    for step in range(STEPS_MAX):
        if game.payout(state) is not None:
            break
        fields = {**strategy.step(chance.random, game.view(state)), "id": ID, "bet": ID, "step": step}
        fields = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
        state = game.act(state, game.step_of(client_dialect().parse(fields)))
    return game, wager, stake, dict(game.view(state)), state


@named
@given(st.integers(0, 2**32))
def test_bots_play_by_the_rules_and_expect_what_they_pay(name: str, seed: int) -> None:
    game, wager, stake, shown, state = played(name, seed)

    assert game.payout(state) is not None
    assert TURN_STRATEGIES[name].payout(wager, stake, shown) == game.payout(state)


@named
@given(st.integers(0, 2**32))
def test_a_state_that_contradicts_itself_is_noticed(name: str, seed: int) -> None:
    _, wager, stake, shown, _ = played(name, seed)
    wrong = {
        "hilo": {"guesses": (*shown.get("guesses", ()), "skip")},
        "videopoker": {"held": (5,)},
        "mines": {"positions": (*shown.get("positions", ()), 25)},
    }

    assert TURN_STRATEGIES[name].payout(wager, stake, {**shown, **wrong[name]}) is None
