"""The house takes a bet of every game that one plays alone if it can pay the most that this may win, and no other."""

from dataclasses import replace
from random import Random
from typing import Any, Final

import pytest

from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES
from actors.games.interface import Limits
from clients.bots.strategies import STRATEGIES
from clients.bots.turns import TURN_STRATEGIES
from protocol.errors import Code, Refusal
from protocol.ids import CommandId

GAMES: Final[dict[str, Any]] = {**INSTANT_GAMES, **STEP_GAMES}
STAKE: Final = 100
ENDLESS: Final = Limits(min_bet=1, max_bet=10**9, max_total=10**9, exposure_max=10**15)
CAPPED: Final = ("hilo", "mines")
"""They end with the most that the house pays, and are refused only where that is nothing."""


def bet_on(game: str) -> Any:
    """A bet that a bot might make."""
    choose = {**STRATEGIES, **TURN_STRATEGIES}
    chosen = {"target": 5_000, "over": True} if game == "dice" else choose[game].choose(Random(game).random)
    wager = {key: tuple(value) if isinstance(value, list) else value for key, value in chosen.items()}
    return GAMES[game].request(id=CommandId(bytes(16)), asset="PLAY", amount=STAKE, **wager)


@pytest.mark.parametrize("game", sorted(GAMES))
def test_a_bet_is_taken_that_can_just_be_paid_and_refused_when_it_could_win_one_unit_more(game: str) -> None:
    request = bet_on(game)
    play = GAMES[game].check(request, ENDLESS)
    assert not isinstance(play, Refusal)
    profit = play.payout_max - STAKE
    assert profit > 0

    assert GAMES[game].check(request, replace(ENDLESS, exposure_max=profit)) == play
    refused = GAMES[game].check(request, replace(ENDLESS, exposure_max=profit - 1))
    if game in CAPPED:
        assert refused.payout_max - STAKE == profit - 1
        refused = GAMES[game].check(request, replace(ENDLESS, exposure_max=0))
        profit = 1
    assert (refused.code, refused.evidence["exposure_max"]) == (Code.EXPOSURE_LIMIT, profit - 1)
