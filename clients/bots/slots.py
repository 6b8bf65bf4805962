"""How bots play slots, and what they expect to be paid: by what the reels show, symbol by symbol."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import lcm
from typing import Any, Final

from protocol.games.slots import LINE_BETS, MACHINES, Machine

STAKE_UNIT: Final = lcm(*(len(machine.lines) for machine in MACHINES.values()))
"""A multiple of this can be staked on any machine."""
WINDOWS_KEPT_MAX: Final = 1 << 10
"""What reels show at a stop is looked at once for all bots."""
_Screen = list[tuple[str, ...]]


class SlotsPlayer:
    """All machines alike."""

    def choose(self, chance: Callable[[], float]) -> dict[str, Any]:
        """Any machine."""
        return {"machine": sorted(MACHINES)[int(chance() * len(MACHINES))]}

    def payout(self, wager: Mapping[str, Any], stake: int, reply: Mapping[str, Any]) -> int | None:
        """What all spins pay; nothing when one shows what it cannot, or there are more or fewer than were given."""
        machine = MACHINES[wager["machine"]]
        if reply["machine"] != machine.name or not _possible(machine, reply["stops"]):
            return None
        multipliers, due = [], 1
        for number, stops in enumerate(reply["stops"]):
            if number >= due:
                return None
            units, scatters = _won(machine, stops)
            free = machine.free_spins
            if free is not None and scatters >= free.scatters:
                due = min(1 + free.spins_max, due + (free.again if number else free.spins))
            times = free.multiplier if free is not None and number else 1
            multipliers.append(units * times * LINE_BETS // len(machine.lines))
        if due != len(multipliers) or tuple(reply["multipliers"]) != tuple(multipliers):
            return None
        return stake * sum(multipliers) // LINE_BETS if reply["multiplier"] == sum(multipliers) else None


def _possible(machine: Machine, spins: Any) -> bool:
    sizes = [len(strip) for strip in machine.strips]
    return all(
        len(stops) == len(sizes) and all(0 <= stop < size for stop, size in zip(stops, sizes, strict=True))
        for stops in spins
    )


def _won(machine: Machine, stops: Any) -> tuple[int, int]:
    """What a spin pays, in line bets, and how many scatters it shows."""
    screen = [_window(machine, reel, stop) for reel, stop in enumerate(stops)]
    units = 0
    for line in machine.lines:
        units += _line_pays(machine, screen, line)
    shown = [symbol for window in screen for symbol in window]
    if set(shown) == {shown[0]} and shown[0] in machine.doubled:
        units *= 2
    scatters = shown.count(machine.scatter) if machine.scatter is not None else 0
    if scatters:
        units += machine.scatter_pays[scatters - 1] * len(machine.lines)
    return units, scatters


@lru_cache(maxsize=WINDOWS_KEPT_MAX)
def _window(machine: Machine, reel: int, stop: int) -> tuple[str, ...]:
    return machine.window(reel, stop)


def _line_pays(machine: Machine, screen: _Screen, line: tuple[int, ...]) -> int:
    """The better of what the first symbol pays, and the first that is no wild, if wilds stand for it."""
    first = screen[0][line[0]]
    best = _run_pays(machine, screen, line, first)
    if first == machine.wild:
        shown = [window[row] for window, row in zip(screen, line, strict=True)]
        best = max(best, _run_pays(machine, screen, line, next((one for one in shown if one != first), first)))
    return best


def _run_pays(machine: Machine, screen: _Screen, line: tuple[int, ...], symbol: str) -> int:
    """Of a symbol that the line begins with, or wilds for it."""
    pays = machine.pays.get(symbol)
    if pays is None:
        return 0
    wild, run = machine.wild, 0
    for window, row in zip(screen, line, strict=True):
        if window[row] not in (symbol, wild):
            break
        run += 1
    return pays[run - 1]
