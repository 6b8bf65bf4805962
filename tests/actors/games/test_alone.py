"""What every instant game of one draw promises, whichever it is: limits, verification, exact and honest odds."""

from collections.abc import Mapping
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.fairness.verify import NotAWager
from actors.games.alone import MULTIPLIER_ONE, AloneGame
from actors.games.catalogue import INSTANT_GAMES
from actors.games.interface import Limits
from actors.games.odds import figures_of
from protocol.errors import Code
from protocol.games.keno import TABLES as KENO_TABLES
from protocol.games.limbo import TARGET_MAX, TARGET_MIN
from protocol.games.plinko import TABLES as PLINKO_TABLES
from protocol.games.slots import MACHINES
from protocol.games.wheel import TABLES as WHEEL_TABLES
from protocol.model import Request
from tests.support.alone import ID, LIMITS, play_of, refused

Wager = Mapping[str, Any]
GAMES = {name: game for name, game in INSTANT_GAMES.items() if isinstance(game, AloneGame)}
WAGERS: Mapping[str, st.SearchStrategy[Wager]] = {
    "limbo": st.fixed_dictionaries({"target": st.integers(TARGET_MIN, TARGET_MAX)}),
    "plinko": st.fixed_dictionaries(
        {"rows": st.sampled_from(sorted(PLINKO_TABLES)), "risk": st.sampled_from(sorted(PLINKO_TABLES[8]))}
    ),
    "keno": st.fixed_dictionaries(
        {
            "picks": st.lists(st.integers(1, 40), min_size=1, max_size=10, unique=True).map(tuple),
            "risk": st.sampled_from(sorted(KENO_TABLES)),
        }
    ),
    "slots": st.fixed_dictionaries({"machine": st.sampled_from(sorted(MACHINES))}),
    "wheel": st.fixed_dictionaries(
        {"segments": st.sampled_from(sorted(WHEEL_TABLES)), "risk": st.sampled_from(sorted(WHEEL_TABLES[10]))}
    ),
}
NOT_WAGERS: Mapping[str, tuple[Wager, ...]] = {
    "limbo": ({}, {"target": 100}, {"target": TARGET_MAX + 1}, {"target": True}, {"target": "200"}),
    "plinko": ({"rows": 7, "risk": "low"}, {"rows": 8, "risk": "none"}, {"rows": 8.0, "risk": "low"}, {"rows": [8]}),
    "keno": (
        {"picks": [], "risk": "low"},
        {"picks": [0], "risk": "low"},
        {"picks": [41], "risk": "low"},
        {"picks": [1, 1], "risk": "low"},
        {"picks": [True], "risk": "low"},
        {"picks": list(range(1, 12)), "risk": "low"},
        {"picks": 5, "risk": "low"},
        {"picks": [1], "risk": "expert"},
    ),
    "slots": ({}, {"machine": "none"}, {"machine": ["aurora"]}),
    "wheel": ({"segments": 11, "risk": "low"}, {"segments": 10, "risk": "expert"}, {"segments": [10], "risk": "low"}),
}
STAKED_IN: Mapping[str, int] = {"slots": 20}
"""Stakes are multiples of so much, if not of one."""

named = pytest.mark.parametrize("name", sorted(WAGERS))


def bet(name: str, wager: Wager, amount: int) -> Request:
    request: Any = GAMES[name].request
    made: Request = request(id=ID, asset="PLAY", amount=amount, **wager)
    return made


def stakes(name: str, most: int) -> st.SearchStrategy[int]:
    unit = STAKED_IN.get(name, 1)
    return st.integers(10, most // unit).map(lambda units: units * unit)


def test_every_game_is_tried() -> None:
    assert set(GAMES) == set(WAGERS) == set(NOT_WAGERS)


@named
@given(st.data())
def test_a_bet_can_be_computed_again_from_what_is_recorded(name: str, data: st.DataObject) -> None:
    game, amount = GAMES[name], data.draw(stakes(name, 10**9))
    play = play_of(game, bet(name, data.draw(WAGERS[name]), amount))
    nonce = data.draw(st.integers(0, 10**6))

    result = game.play(play, "server", "client", nonce)

    params, outcome = (msgpack.unpackb(msgpack.packb(value)) for value in (play.params, result.outcome))
    assert game.recompute("server", "client", nonce, params=params, stake=amount) == (outcome, result.payout)
    assert 0 <= result.payout <= play.payout_max


@named
def test_what_is_recorded_and_is_no_wager_is_told_by_its_field(name: str) -> None:
    for params in NOT_WAGERS[name]:
        with pytest.raises(NotAWager) as error:
            GAMES[name].recompute("server", "client", 0, params=params, stake=1)
        assert error.value.field in ("target", "rows", "risk", "picks", "segments", "machine")


@named
@given(st.data())
def test_the_house_has_an_edge_and_the_largest_win_is_known(name: str, data: st.DataObject) -> None:
    game, wager = GAMES[name], data.draw(WAGERS[name])
    params = play_of(game, bet(name, wager, STAKED_IN.get(name, 1))).params

    payoffs = game.payoffs(params)

    assert game.rtp(params) < 1
    assert figures_of(payoffs).best * MULTIPLIER_ONE == game.multiplier_max(params)


@named
@given(st.data())
def test_stakes_and_wins_outside_the_limits_are_refused(name: str, data: st.DataObject) -> None:
    game, wager = GAMES[name], data.draw(WAGERS[name])
    stake = data.draw(stakes(name, 10**6))
    profit = play_of(game, bet(name, wager, stake)).payout_max - stake

    narrow = Limits(min_bet=stake, max_bet=stake, max_total=stake, exposure_max=max(0, profit))
    assert refused(game, bet(name, wager, stake - 1), narrow) is Code.BET_BELOW_MINIMUM
    assert refused(game, bet(name, wager, stake + 1), narrow) is Code.BET_ABOVE_MAXIMUM
    assert play_of(game, bet(name, wager, stake), narrow).payout_max - stake == profit
    if profit > 0:
        tight = Limits(min_bet=1, max_bet=stake, max_total=stake, exposure_max=profit - 1)
        assert refused(game, bet(name, wager, stake), tight) is Code.EXPOSURE_LIMIT


@named
@given(st.data())
def test_the_reply_says_all_that_its_model_has(name: str, data: st.DataObject) -> None:
    game = GAMES[name]
    play = play_of(game, bet(name, data.draw(WAGERS[name]), 100), LIMITS)
    shown = game.reply(play, game.play(play, "server", "client", 0))

    model = {**shown, "id": ID, "stake": 1, "payout": 1, "seed": 1, "nonce": 0, "available": 1, "held": 0}
    [reply] = [one for one in _replies() if one.model_fields["t"].default == game.settled]
    assert reply(**model, epoch=1, seq=1).model_dump()["t"] == game.settled


def _replies() -> tuple[Any, ...]:
    from protocol.games import GAME_REPLIES

    return GAME_REPLIES
