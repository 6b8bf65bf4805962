"""What tests know of the games at tables: their requests, and some of their spots."""

from collections.abc import Mapping
from typing import Any, Final

from protocol.games import baccarat, blackjack, crash, roulette, sicbo

REQUESTS: Final[Mapping[str, tuple[type[Any], type[Any], type[Any]]]] = {
    "roulette": (roulette.RouletteBet, roulette.RouletteUndo, roulette.RouletteClear),
    "sicbo": (sicbo.SicBoBet, sicbo.SicBoUndo, sicbo.SicBoClear),
    "baccarat": (baccarat.BaccaratBet, baccarat.BaccaratUndo, baccarat.BaccaratClear),
    "blackjack": (blackjack.BlackjackBet, blackjack.BlackjackUndo, blackjack.BlackjackClear),
    "crash": (crash.CrashBet, crash.CrashUndo, crash.CrashClear),
}
"""A bet, undo and clear."""
SPOTS: Final[Mapping[str, tuple[str, ...]]] = {
    "roulette": ("red", "even", "dozen:2", "straight:17", "straight:0", "split:17-20"),
    "sicbo": ("small", "even", "single:3", "total:9", "combo:2-5", "triple:6"),
    "baccarat": ("player", "banker", "banker", "tie", "player_pair", "banker_pair"),
}
