"""Crash: one multiplier grows with time until it busts, and whoever cashed out before is paid."""

from actors.games.crash.bust import bust_of, payoffs_at
from actors.games.crash.curve import multiplier_at, reached_at
from actors.games.crash.game import Crash
from actors.games.crash.record import phases_of, recorded_of
from actors.games.crash.state import Rules, State

__all__ = [
    "Crash",
    "Rules",
    "State",
    "bust_of",
    "multiplier_at",
    "payoffs_at",
    "phases_of",
    "reached_at",
    "recorded_of",
]
