"""The words of each game: its requests, replies and events, one file a game."""

from typing import Final

from protocol.games import dice, roulette
from protocol.model import Message, Request

GAME_REQUESTS: Final[tuple[type[Request], ...]] = dice.REQUESTS + roulette.REQUESTS
GAME_REPLIES: Final[tuple[type[Message], ...]] = dice.REPLIES + roulette.REPLIES
