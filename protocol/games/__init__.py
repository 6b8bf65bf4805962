"""The words of each game: its requests, replies and events, one file a game."""

from typing import Final

from protocol.games import baccarat, dice, keno, limbo, plinko, roulette, sicbo, slots, wheel
from protocol.model import Message, Request

_GAMES: Final = (dice, limbo, plinko, keno, wheel, slots, roulette, sicbo, baccarat)
GAME_REQUESTS: Final[tuple[type[Request], ...]] = tuple(one for game in _GAMES for one in game.REQUESTS)
GAME_REPLIES: Final[tuple[type[Message], ...]] = tuple(one for game in _GAMES for one in game.REPLIES)
