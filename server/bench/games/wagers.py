"""How the instant games are played to be measured: wagers of every kind that a game has, and games of steps to an end.

This is the client's side, as much of it as a host needs to turn. The load bots check what they are paid; these do not.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from protocol.games.dice import ROLL_MAX
from protocol.games.keno import NUMBERS, PICKS_MAX
from protocol.games.keno import TABLES as KENO_TABLES
from protocol.games.mines import MINES_MAX, TILES
from protocol.games.plinko import TABLES as PLINKO_TABLES
from protocol.games.slots import MACHINES
from protocol.games.videopoker import HAND
from protocol.games.wheel import TABLES as WHEEL_TABLES

Chance = Callable[[], float]
Fields = dict[str, Any]
First = Callable[[Chance], Fields]
"""The fields of a bet besides its stake."""
Then = Callable[[Chance, Mapping[str, Any]], Fields]
"""The tag and the own fields of the next step of a game that is open, from its state."""

DICE_TARGET_MIN: Final = 500
DICE_TARGETS: Final = ROLL_MAX + 1 - 2 * DICE_TARGET_MIN
LIMBO_TARGET_MIN: Final = 101
LIMBO_TARGETS: Final = 5_000
ONE_MORE: Final = 0.7
"""The chance that a player of mines or hi-lo goes on."""
MINES_FEW: Final = 5
EIGHT: Final = 6
"""A card of hi-lo below the eight is followed by a higher one more often than not. From the two on, they go by four."""
ACE: Final = 12


def _one_of(chance: Chance, choices: Any) -> Any:
    choices = tuple(choices)
    return choices[int(chance() * len(choices))]


def _dice(chance: Chance) -> Fields:
    return {"target": DICE_TARGET_MIN + int(chance() * DICE_TARGETS), "over": chance() < 0.5}


def _limbo(chance: Chance) -> Fields:
    return {"target": LIMBO_TARGET_MIN + int(chance() * LIMBO_TARGETS)}


def _plinko(chance: Chance) -> Fields:
    rows = _one_of(chance, PLINKO_TABLES)
    return {"rows": rows, "risk": _one_of(chance, PLINKO_TABLES[rows])}


def _keno(chance: Chance) -> Fields:
    left = list(range(1, NUMBERS + 1))
    picks = [left.pop(int(chance() * len(left))) for _ in range(1 + int(chance() * PICKS_MAX))]
    return {"picks": picks, "risk": _one_of(chance, KENO_TABLES)}


def _wheel(chance: Chance) -> Fields:
    segments = _one_of(chance, WHEEL_TABLES)
    return {"segments": segments, "risk": _one_of(chance, WHEEL_TABLES[segments])}


def _machine(name: str) -> First:
    def play(_chance: Chance) -> Fields:
        return {"machine": name}

    return play


def _mines(chance: Chance) -> Fields:
    return {"mines": 1 + int(chance() * MINES_FEW) if chance() < ONE_MORE else 1 + int(chance() * MINES_MAX)}


def _reveal(chance: Chance, state: Mapping[str, Any]) -> Fields:
    if state["revealed"] and chance() > ONE_MORE:
        return {"t": "mines.cashout"}
    return {"t": "mines.reveal", "tile": _one_of(chance, set(range(TILES)) - set(state["revealed"]))}


def _nothing(_chance: Chance) -> Fields:
    return {}


def _guess(chance: Chance, state: Mapping[str, Any]) -> Fields:
    if set(state["guesses"]) & {"higher", "lower"} and chance() > ONE_MORE:
        return {"t": "hilo.cashout"}
    value = state["cards"][-1] // 4
    return {"t": "hilo.guess", "side": "higher" if value == ACE or value < EIGHT else "lower"}


def _hold(chance: Chance, _state: Mapping[str, Any]) -> Fields:
    return {"t": "videopoker.draw", "hold": [place for place in range(HAND) if chance() < 0.5]}


class Played:
    """One line of what is compared: a game, or one machine of it, and how it is played."""

    __slots__ = ("bet", "first", "game", "then")

    def __init__(self, game: str, first: First, then: Then | None = None) -> None:
        self.game = game
        self.bet = f"{game}.bet"
        self.first = first
        self.then = then


DICE: Final = "dice"
PLAYED: Final[Mapping[str, Played]] = {
    DICE: Played("dice", _dice),
    "limbo": Played("limbo", _limbo),
    "plinko": Played("plinko", _plinko),
    "keno": Played("keno", _keno),
    "wheel": Played("wheel", _wheel),
    **{f"slots_{name}": Played("slots", _machine(name)) for name in MACHINES},
    "mines": Played("mines", _mines, _reveal),
    "hilo": Played("hilo", _nothing, _guess),
    "videopoker": Played("videopoker", _nothing, _hold),
}
"""By the name that its figures have. Dice is what the others are held against."""
GAMES: Final = tuple(dict.fromkeys(played.game for played in PLAYED.values()))
"""The games themselves, in the same order."""
