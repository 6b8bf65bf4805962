"""The games there are, by name, and the rules of a table from its settings."""

from collections.abc import Mapping
from typing import Any, Final

from actors.fairness.verify import Verifiable
from actors.games.alone import AloneGame
from actors.games.baccarat import Baccarat
from actors.games.board import SEATS_MAX, BoardGame, Rules
from actors.games.dice import Dice
from actors.games.hilo import Hilo
from actors.games.interface import InstantGame, Limits, TableGame
from actors.games.keno import Keno
from actors.games.limbo import Limbo
from actors.games.mines import Mines
from actors.games.plinko import Plinko
from actors.games.roulette import Roulette
from actors.games.rounds import Timing
from actors.games.sicbo import SicBo
from actors.games.slots import Slots
from actors.games.steps import StepGame
from actors.games.videopoker import VideoPoker
from actors.games.wheel import WheelOfFortune
from protocol.ids import TableId

_DICE: Final = Dice()

ALONE_GAMES: Final[Mapping[str, AloneGame]] = {
    game.name: game for game in (Limbo(), Plinko(), Keno(), WheelOfFortune(), Slots())
}
STEP_GAMES: Final[Mapping[str, StepGame[Any]]] = {game.name: game for game in (Mines(), Hilo(), VideoPoker())}
INSTANT_GAMES: Final[Mapping[str, InstantGame]] = {_DICE.name: _DICE, **ALONE_GAMES}
BOARD_GAMES: Final[Mapping[str, BoardGame]] = {game.name: game for game in (Roulette(), SicBo(), Baccarat())}
TABLE_GAMES: Final[Mapping[str, TableGame[Any]]] = {**BOARD_GAMES}
VERIFIABLE: Final[Mapping[str, Verifiable]] = {
    _DICE.name: Verifiable(_DICE.recompute, at_table=False),
    **{game.name: Verifiable(game.recompute, at_table=False) for game in ALONE_GAMES.values()},
    **{game.name: Verifiable(game.recompute, at_table=False) for game in STEP_GAMES.values()},
    **{game.name: Verifiable(game.recompute, at_table=True) for game in BOARD_GAMES.values()},
}


def table_rules(settings: Mapping[str, Any]) -> Rules:
    """The rules of a table from its checked settings.

    Keys: `id`, `game`, `asset`, `min_bet`, `max_bet`, `max_total`, `exposure_max`, `betting_ms`, `closed_ms`,
    `spin_ms`, `settled_ms`, those that the game's layout takes and, if given, `seats_max`. Others are left to those
    they are for.
    """
    return Rules(
        table=TableId(settings["id"]),
        layout=BOARD_GAMES[settings["game"]].layout(settings),
        asset=settings["asset"],
        limits=Limits(
            min_bet=settings["min_bet"],
            max_bet=settings["max_bet"],
            max_total=settings["max_total"],
            exposure_max=settings["exposure_max"],
        ),
        timing=Timing(
            betting_ms=settings["betting_ms"],
            closed_ms=settings["closed_ms"],
            spin_ms=settings["spin_ms"],
            settled_ms=settings["settled_ms"],
        ),
        seats_max=settings.get("seats_max", SEATS_MAX),
    )
