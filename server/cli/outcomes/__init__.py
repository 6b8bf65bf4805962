"""Outcomes as `croupier fairness outcome` prints them: one function a game, from the seeds and the bet's parameters."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from server.cli.outcomes.alone import dice, keno, limbo, plinko, slots, wheel
from server.cli.outcomes.jackpot import jackpot
from server.cli.outcomes.params import Params, Seeds
from server.cli.outcomes.steps import hilo, mines, videopoker
from server.cli.outcomes.tables import baccarat, blackjack, crash, poker, roulette, sicbo

__all__ = ["OUTCOMES", "Params", "Seeds"]

OUTCOMES: Final[Mapping[str, Callable[[Seeds, Params], dict[str, Any]]]] = {
    "baccarat": baccarat,
    "blackjack": blackjack,
    "crash": crash,
    "dice": dice,
    "hilo": hilo,
    "jackpot": jackpot,
    "keno": keno,
    "limbo": limbo,
    "mines": mines,
    "plinko": plinko,
    "poker": poker,
    "roulette": roulette,
    "sicbo": sicbo,
    "slots": slots,
    "videopoker": videopoker,
    "wheel": wheel,
}
