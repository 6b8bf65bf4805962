"""What bots expect of instant games is what the rules pay, and a reply that cannot be true is noticed."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.games.catalogue import ALONE_GAMES, STEP_GAMES
from clients.bots.layouts import LAYOUTS
from clients.bots.strategies import STAKED_IN, STRATEGIES
from clients.bots.turns import TURN_STRATEGIES
from protocol.dialects import client_dialect
from protocol.game_names import GAME_NAMES
from tests.support.alone import ID, play_of

named = pytest.mark.parametrize("name", sorted(STRATEGIES))


def played(name: str, seed: int) -> tuple[dict[str, Any], int, dict[str, Any], int]:
    """A bot's wager, its stake, what the reply shows, and what the rules pay."""
    chance = Random(seed)
    wager, stake = STRATEGIES[name].choose(chance.random), chance.randint(1, 10**6) * STAKED_IN.get(name, 1)
    fields = {"t": f"{name}.bet", "id": ID, "asset": "PLAY", "amount": stake, **wager}
    fields = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
    game = ALONE_GAMES[name]
    play = play_of(game, client_dialect().parse(fields))
    result = game.play(play, "server", "client", seed)
    return wager, stake, dict(game.reply(play, result)), result.payout


def test_bots_play_every_game() -> None:
    assert set(STRATEGIES) == set(ALONE_GAMES)
    assert set(TURN_STRATEGIES) == set(STEP_GAMES)
    assert {"dice", "poker", "sitngo", *STRATEGIES, *TURN_STRATEGIES, *LAYOUTS} == set(GAME_NAMES)


@named
@given(st.integers(0, 2**32))
def test_bots_expect_what_the_rules_pay(name: str, seed: int) -> None:
    wager, stake, shown, payout = played(name, seed)

    assert STRATEGIES[name].payout(wager, stake, shown) == payout


@named
@given(st.integers(0, 2**32))
def test_a_reply_that_contradicts_itself_is_noticed(name: str, seed: int) -> None:
    wager, stake, shown, _ = played(name, seed)
    wrong = {
        "limbo": {"target": wager.get("target", 0) + 1},
        "plinko": {"slot": shown.get("slot", 0) + 1},
        "keno": {"hits": shown.get("hits", 0) + 1},
        "wheel": {"multiplier": shown.get("multiplier", 0) + 1},
        "slots": {"stops": (*shown.get("stops", ()), *shown.get("stops", ()))},
    }

    assert STRATEGIES[name].payout(wager, stake, {**shown, **wrong[name]}) is None
