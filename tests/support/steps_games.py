"""What tests of games of several steps share: how each is begun, and how one may go on."""

from typing import Any

from actors.games.interface import Limits
from actors.games.steps import StepGame
from protocol.errors import Code, Refusal
from protocol.model import Request


def limits(*, exposure_max: int = 10**15) -> Limits:
    """Limits that hardly limit."""
    return Limits(min_bet=1, max_bet=10**9, max_total=10**9, exposure_max=exposure_max)


def refused_start(game: StepGame[Any], request: Request, limits: Limits) -> Code | None:
    """Why the game does not begin, if it does not."""
    play = game.check(request, limits)
    return play.code if isinstance(play, Refusal) else None
