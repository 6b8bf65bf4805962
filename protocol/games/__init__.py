"""The words of each game: its requests, replies and events, one file a game."""

from typing import Final

from protocol.games import (
    baccarat,
    blackjack,
    crash,
    dice,
    hilo,
    keno,
    limbo,
    mines,
    plinko,
    poker,
    roulette,
    sicbo,
    sitngo,
    slots,
    videopoker,
    wheel,
)
from protocol.model import Message, Request

_ALONE: Final = (dice, limbo, plinko, keno, wheel, slots, mines, hilo, videopoker)
_AT_TABLES: Final = (roulette, sicbo, baccarat, crash, blackjack, poker, sitngo)
_GAMES: Final = (*_ALONE, *_AT_TABLES)

GAME_REQUESTS: Final[tuple[type[Request], ...]] = tuple(one for game in _GAMES for one in game.REQUESTS)
GAME_REPLIES: Final[tuple[type[Message], ...]] = tuple(one for game in _GAMES for one in game.REPLIES)
