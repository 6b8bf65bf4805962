"""Slots: each reel stops by one choice of its stops; what three rows of the reels then show is paid line by line."""

from collections.abc import Mapping
from typing import Any

from .draws import Draws, Result
from .machines import MACHINES, Machine

ROWS = 3
LINE_BETS = 10_000
"""Multipliers are recorded in ten-thousandths of the stake."""


def slots(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """The spin that is paid for, and all free spins that it gives."""
    machine = MACHINES[bet["machine"]]
    stops = [spin(draws, machine)]
    won, scatters = paid(machine, stops[0])
    multipliers = [won * LINE_BETS // len(machine.lines)]
    free = machine.free
    awarded = free.spins if free and scatters >= free.scatters else 0
    while free and len(stops) <= awarded:
        stops.append(spin(draws, machine))
        won, scatters = paid(machine, stops[-1])
        multipliers.append(won * free.times * LINE_BETS // len(machine.lines))
        if scatters >= free.scatters:
            awarded = min(free.most, awarded + free.again)
    return {"stops": stops, "multipliers": multipliers}, stake * sum(multipliers) // LINE_BETS


def spin(draws: Draws, machine: Machine) -> list[int]:
    """Where the reels stop: which symbol of each is in the upper row."""
    return [draws.choice(len(strip.split())) for strip in machine.strips]


def paid(machine: Machine, stops: list[int]) -> tuple[int, int]:
    """What one spin pays, in line bets, and how many scatters it shows."""
    reels = []
    for strip, stop in zip(machine.strips, stops, strict=True):
        symbols = strip.split()
        reels.append([symbols[(stop + row) % len(symbols)] for row in range(ROWS)])
    won = sum(line_pays(machine, [reel[row] for reel, row in zip(reels, line, strict=True)]) for line in machine.lines)
    shown = [symbol for reel in reels for symbol in reel]
    if len(set(shown)) == 1 and shown[0] in machine.doubled:
        won *= 2
    scatters = shown.count(machine.scatter)
    if scatters:
        won += machine.scatter_pays[scatters - 1] * len(machine.lines)
    return won, scatters


def line_pays(machine: Machine, line: list[str]) -> int:
    """The longest run of one symbol from the left, of which wilds are a part; or that of the wilds, if it pays more."""
    best = 0
    for symbol, pays in machine.pays.items():
        run = 0
        while run < len(line) and line[run] in (symbol, machine.wild):
            run += 1
        # A run of wilds alone pays as wilds, whatever they might stand for.
        if symbol in line[:run]:
            best = max(best, pays[run - 1])
    return best
