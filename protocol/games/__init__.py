"""The words of each game: its requests, replies and events, one file a game."""

from typing import Final

from protocol.games import dice, hilo, keno, limbo, mines, plinko, roulette, slots, videopoker, wheel
from protocol.model import Message, Request

_ALL: Final = (dice, limbo, plinko, keno, wheel, slots, mines, hilo, videopoker, roulette)

GAME_REQUESTS: Final[tuple[type[Request], ...]] = tuple(request for game in _ALL for request in game.REQUESTS)
GAME_REPLIES: Final[tuple[type[Message], ...]] = tuple(reply for game in _ALL for reply in game.REPLIES)
