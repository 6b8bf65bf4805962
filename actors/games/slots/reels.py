"""A machine made ready to spin: symbols are numbers, and what each stop shows is looked up."""

from typing import Final

from actors.fairness.draws import Draws
from protocol.games.slots import LINE_BETS, ROWS, Machine

_NONE = -1
"""The number of a symbol that a machine has not."""

_Going = tuple[int, int, tuple[int, ...]]
"""A line that goes on: its symbol, or the wild while it has no other; what its wilds pay by themselves; its cells."""
_Begun = tuple[int, tuple[_Going, ...]]
"""What the lines that have ended on the first two reels pay together, in line bets, and the others."""


class Reels:
    """Spins and what they win. One choice of a reel's stops is drawn for each reel, from the left."""

    def __init__(self, machine: Machine) -> None:
        numbers = {symbol: number for number, symbol in enumerate(machine.pays)}
        if machine.scatter is not None:
            numbers[machine.scatter] = len(numbers)
        self.machine = machine
        self._sizes = tuple(len(strip) for strip in machine.strips)
        self._windows = tuple(
            tuple(tuple(numbers[symbol] for symbol in machine.window(reel, stop)) for stop in range(size))
            for reel, size in enumerate(self._sizes)
        )
        self._lines = tuple(tuple(ROWS * reel + row for reel, row in enumerate(line)) for line in machine.lines)
        self._pays = tuple((0, *paid) for paid in machine.pays.values())
        self._wild = _NONE if machine.wild is None else numbers[machine.wild]
        self._scatter = _NONE if machine.scatter is None else numbers[machine.scatter]
        self._scatter_pays = (0, *(paid * len(machine.lines) for paid in machine.scatter_pays))
        self._doubled = frozenset(numbers[symbol] for symbol in machine.doubled)
        self._share = LINE_BETS // len(machine.lines)
        self._free: Final = machine.free_spins
        self._begun: dict[int, _Begun] = {}
        """By the stops of the first two reels; at most `STOPS_MAX` squared."""

    def play(self, draws: Draws) -> tuple[list[list[int]], list[int]]:
        """The stops of the bet's spin and of each free spin, and what each pays in ten-thousandths of the stake."""
        stops = [self._spin(draws)]
        units, scatters = self.won(stops[0])
        paid = [units * self._share]
        free = self._free
        if free is None or scatters < free.scatters:
            return stops, paid
        awarded = free.spins
        while len(stops) <= awarded:
            spin = self._spin(draws)
            units, scatters = self.won(spin)
            stops.append(spin)
            paid.append(units * self._share * free.multiplier)
            if scatters >= free.scatters:
                awarded = min(free.spins_max, awarded + free.again)
        return stops, paid

    def won(self, stops: list[int]) -> tuple[int, int]:
        """What one spin pays, in line bets and before any multiplier, and how many scatters it shows."""
        cells: list[int] = []
        for reel, stop in enumerate(stops):
            cells.extend(self._windows[reel][stop])
        # Most lines have ended on the first two reels, of which there are few combinations.
        pair = stops[0] * self._sizes[1] + stops[1]
        begun = self._begun.get(pair)
        if begun is None:
            begun = self._begun[pair] = self._begin(cells)
        units, going_on = begun
        wild = self._wild
        for symbol, own, line in going_on:
            if symbol == wild:
                units += self._run(cells, line)
                continue
            run, reels = 2, len(line)
            while run < reels and (cells[line[run]] == symbol or cells[line[run]] == wild):
                run += 1
            units += max(own, self._pays[symbol][run])
        if self._doubled and cells[0] in self._doubled and cells.count(cells[0]) == len(cells):
            units *= 2
        if self._scatter == _NONE:
            return units, 0
        scatters = cells.count(self._scatter)
        return units + self._scatter_pays[scatters], scatters

    def _spin(self, draws: Draws) -> list[int]:
        return draws.below_each(self._sizes)

    def _begin(self, cells: list[int]) -> _Begun:
        """What the lines pay that end on the first two reels, and the others."""
        ended, wild = 0, self._wild
        going_on: list[_Going] = []
        for line in self._lines:
            first, second = cells[line[0]], cells[line[1]]
            if self._scatter not in (first, second) and (first == wild or second in (first, wild)):
                symbol = second if first == wild else first
                going_on.append((symbol, self._pays[wild][1] if first == wild else 0, line))
            else:
                ended += self._run(cells, line)
        return ended, tuple(going_on)

    def _run(self, cells: list[int], line: tuple[int, ...]) -> int:
        wild, reels = self._wild, len(line)
        run, symbol = 0, wild
        while run < reels and symbol == wild:
            symbol = cells[line[run]]
            if symbol == self._scatter:
                return self._pays[wild][run] if run else 0
            run += 1
        # The symbol is the first that is no wild, at the end of a run that stands for it; or all are wild.
        if symbol == wild:
            return self._pays[wild][run]
        own = self._pays[wild][run - 1] if run > 1 else 0
        while run < reels and (cells[line[run]] == symbol or cells[line[run]] == wild):
            run += 1
        return max(own, self._pays[symbol][run])
