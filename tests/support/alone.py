"""What tests of instant games share."""

from collections.abc import Mapping
from typing import Any

from actors.games.alone import AloneGame
from actors.games.interface import InstantPlay, Limits
from protocol.errors import Code, Refusal
from protocol.model import Request

LIMITS = Limits(min_bet=1, max_bet=10**9, max_total=10**9, exposure_max=10**15)
ID = bytes(16)


def play_of(game: AloneGame, request: Request, limits: Limits = LIMITS) -> InstantPlay:
    """A wager that the game takes."""
    play = game.check(request, limits)
    assert isinstance(play, InstantPlay), play
    return play


def refused(game: AloneGame, request: Request, limits: Limits = LIMITS) -> Code:
    """Why the game does not take a wager."""
    refusal = game.check(request, limits)
    assert isinstance(refusal, Refusal), refusal
    return refusal.code


def seeds_of(case: Mapping[str, Any]) -> tuple[str, str, int]:
    """The seeds of a published case."""
    return case["serverSeed"], case["clientSeed"], case["nonce"]
