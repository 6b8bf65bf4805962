"""The words of each game: its requests, replies and events, one file a game."""

from typing import Final

from protocol.games import dice, hilo, keno, limbo, mines, plinko, roulette, videopoker, wheel
from protocol.model import Message, Request

GAME_REQUESTS: Final[tuple[type[Request], ...]] = (
    dice.REQUESTS
    + limbo.REQUESTS
    + plinko.REQUESTS
    + keno.REQUESTS
    + wheel.REQUESTS
    + mines.REQUESTS
    + hilo.REQUESTS
    + videopoker.REQUESTS
    + roulette.REQUESTS
)
GAME_REPLIES: Final[tuple[type[Message], ...]] = (
    dice.REPLIES
    + limbo.REPLIES
    + plinko.REPLIES
    + keno.REPLIES
    + wheel.REPLIES
    + mines.REPLIES
    + hilo.REPLIES
    + videopoker.REPLIES
    + roulette.REPLIES
)
