"""How bots play slots, and what they expect to be paid: by what the reels show, symbol by symbol."""

from collections.abc import Callable, Mapping
from math import lcm
from typing import Any, Final

from protocol.games.slots import LINE_BETS, MACHINES, Machine

STAKE_UNIT: Final = lcm(*(len(machine.lines) for machine in MACHINES.values()))
"""A multiple of this can be staked on any machine."""


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
    screen = [machine.window(reel, stop) for reel, stop in enumerate(stops)]
    units = sum(_line_pays(machine, [screen[reel][row] for reel, row in enumerate(line)]) for line in machine.lines)
    shown = [symbol for window in screen for symbol in window]
    if set(shown) == {shown[0]} and shown[0] in machine.doubled:
        units *= 2
    scatters = shown.count(machine.scatter) if machine.scatter is not None else 0
    if scatters:
        units += machine.scatter_pays[scatters - 1] * len(machine.lines)
    return units, scatters


def _line_pays(machine: Machine, shown: list[str]) -> int:
    """The best of what any symbol would pay: it runs as far as there is nothing but itself and wilds."""
    best = 0
    for symbol, pays in machine.pays.items():
        run = 0
        while run < len(shown) and shown[run] in (symbol, machine.wild):
            run += 1
        if run and (symbol in shown[:run]):
            best = max(best, pays[run - 1])
    return best
