"""The games there are, by name, and the rules of a table from its settings."""

from collections.abc import Mapping
from typing import Any, Final

from actors.fairness.verify import Verifiable
from actors.games.alone import AloneGame
from actors.games.baccarat import Baccarat
from actors.games.blackjack import Blackjack, rules_of
from actors.games.blackjack import TableRules as BlackjackRules
from actors.games.board import SEATS_MAX, BoardGame, Rules
from actors.games.crash import Crash
from actors.games.crash import Rules as CrashRules
from actors.games.crash.state import SEATS_MAX as CRASH_SEATS_MAX
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
from actors.games.versions import Versions
from actors.games.videopoker import VideoPoker
from actors.games.wheel import WheelOfFortune
from protocol.ids import TableId

_DICE: Final = Dice()
_ALONE: Final = [Versions[AloneGame](game) for game in (Limbo(), Plinko(), Keno(), WheelOfFortune(), Slots())]
_STEPS: Final = [Versions[StepGame[Any]](game) for game in (Mines(), Hilo(), VideoPoker())]
_BOARDS: Final = [Versions[BoardGame](game) for game in (Roulette(), SicBo(), Baccarat())]
_CRASH: Final = Versions[Crash](Crash())
_BLACKJACK: Final = Versions[Blackjack](Blackjack())

ALONE_GAMES: Final[Mapping[str, AloneGame]] = {one.newest.name: one.newest for one in _ALONE}
STEP_GAMES: Final[Mapping[str, StepGame[Any]]] = {one.newest.name: one.newest for one in _STEPS}
STEP_VERSIONS: Final[Mapping[str, Versions[StepGame[Any]]]] = {one.newest.name: one for one in _STEPS}
"""An open game goes on under the rules it began with."""
INSTANT_GAMES: Final[Mapping[str, InstantGame]] = {_DICE.name: _DICE, **ALONE_GAMES}
BOARD_GAMES: Final[Mapping[str, BoardGame]] = {one.newest.name: one.newest for one in _BOARDS}
TABLE_GAMES: Final[Mapping[str, TableGame[Any]]] = {
    **BOARD_GAMES,
    _CRASH.newest.name: _CRASH.newest,
    _BLACKJACK.newest.name: _BLACKJACK.newest,
}


def _verifiable(versions: list[Versions[Any]], *, at_table: bool) -> dict[str, Verifiable]:
    return {one.newest.name: Verifiable(one.recompute, at_table) for one in versions}


VERIFIABLE: Final[Mapping[str, Verifiable]] = {
    **_verifiable([Versions[Dice](_DICE), *_ALONE, *_STEPS], at_table=False),
    **_verifiable([*_BOARDS, _CRASH], at_table=True),
    _BLACKJACK.newest.name: Verifiable(_BLACKJACK.recompute, at_table=True, is_played=True),
}


def table_rules(settings: Mapping[str, Any]) -> Rules | CrashRules | BlackjackRules:
    """The rules of a table from its checked settings.

    Keys: `id`, `game`, `asset`, `min_bet`, `max_bet`, `max_total`, `exposure_max`, `betting_ms`, `closed_ms`,
    `spin_ms`, `settled_ms`, those that the game's layout takes (crash: `win_max`; blackjack: those of the house's
    rules, `boxes` and `turn_ms`) and, if given, `seats_max`. Others are left to those they are for.
    """
    limits = Limits(
        min_bet=settings["min_bet"],
        max_bet=settings["max_bet"],
        max_total=settings["max_total"],
        exposure_max=settings["exposure_max"],
    )
    timing = Timing(
        betting_ms=settings["betting_ms"],
        closed_ms=settings["closed_ms"],
        spin_ms=settings["spin_ms"],
        settled_ms=settings["settled_ms"],
    )
    table, asset = TableId(settings["id"]), settings["asset"]
    if settings["game"] == _CRASH.newest.name:
        seats_max = settings.get("seats_max", CRASH_SEATS_MAX)
        return CrashRules(table, asset, limits, timing, settings["win_max"], seats_max)
    seats_max = settings.get("seats_max", SEATS_MAX)
    if settings["game"] == _BLACKJACK.newest.name:
        house, boxes, turn_ms = rules_of(settings), settings["boxes"], settings["turn_ms"]
        return BlackjackRules(table, settings["variant"], house, boxes, asset, limits, timing, turn_ms, seats_max)
    layout = BOARD_GAMES[settings["game"]].layout(settings)
    return Rules(table, layout, asset, limits, timing, seats_max=seats_max)
