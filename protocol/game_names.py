"""What the games are called, by all that speak of them without knowing their rules."""

from typing import Final, Literal, get_args

GameName = Literal[
    "dice",
    "limbo",
    "plinko",
    "keno",
    "wheel",
    "slots",
    "mines",
    "hilo",
    "videopoker",
    "roulette",
    "sicbo",
    "baccarat",
    "crash",
    "blackjack",
    "poker",
    "sitngo",
]
GAME_NAMES: Final[tuple[GameName, ...]] = get_args(GameName)
