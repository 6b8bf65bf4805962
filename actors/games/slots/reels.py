"""A machine made ready to spin: symbols are numbers, and what each stop shows is looked up."""

from actors.fairness.draws import Draws
from protocol.games.slots import LINE_BETS, ROWS, Machine

_NONE = -1
"""The number of a symbol that a machine has not."""


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

    def play(self, draws: Draws) -> tuple[list[list[int]], list[int]]:
        """The stops of the bet's spin and of each free spin, and what each pays in ten-thousandths of the stake."""
        stops = [self._spin(draws)]
        units, scatters = self.won(stops[0])
        paid = [units * self._share]
        free = self.machine.free_spins
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
        for windows, stop in zip(self._windows, stops, strict=True):
            cells.extend(windows[stop])
        units = 0
        for line in self._lines:
            units += self._run(cells, line)
        if self._doubled and cells[0] in self._doubled and cells.count(cells[0]) == len(cells):
            units *= 2
        if self._scatter == _NONE:
            return units, 0
        scatters = cells.count(self._scatter)
        return units + self._scatter_pays[scatters], scatters

    def _spin(self, draws: Draws) -> list[int]:
        return [draws.below(size) for size in self._sizes]

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
