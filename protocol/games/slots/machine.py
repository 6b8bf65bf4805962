"""A slot machine as one frozen description: all that is needed to replay its spins and to compute its odds."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

ROWS: Final = 3
"""Of a reel that show."""
REELS: Final = (3, 5)
STOPS_MAX: Final = 64
"""Of a reel."""
LINES_MAX: Final = 50
FREE_SPINS_MAX: Final = 100
"""Of one bet, on any machine: so large an outcome is still a small record."""
LINE_BETS: Final = 10_000
"""The number of lines divides it, so that a line bet is a whole number of ten-thousandths of the stake."""


class NotAMachine(ValueError):
    """A description that makes no sense: `machine` by name, the `field`, and its `value`."""

    def __init__(self, machine: str, field: str, value: object) -> None:
        super().__init__(f"the machine {machine} cannot have {field} {value!r}")
        self.machine = machine
        self.field = field
        self.value = value


@dataclass(frozen=True, slots=True)
class FreeSpins:
    """So many `scatters` in one window give `spins` more, each of which pays `multiplier` times.

    In free spins they give `again` more, while a bet has not had `spins_max` of them.
    """

    scatters: int
    spins: int
    again: int
    spins_max: int
    multiplier: int


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """Reels, lines and pays. A stop is the place on the strip that the upper row shows; a strip's end meets its start.

    A line pays its longest run of one symbol from the left; a wild stands for any symbol but the scatter, and a line
    that begins with wilds pays the more of theirs and of what they stand for. Scatters pay wherever they are.
    """

    name: str
    strips: tuple[tuple[str, ...], ...]
    """The symbols of each reel, from the left."""
    lines: tuple[tuple[int, ...], ...]
    """The row of each line on each reel; 0 is the upper one."""
    pays: Mapping[str, tuple[int, ...]]
    """What runs of one, two, … of a symbol pay, in line bets."""
    best: int
    """The most that one bet can win, free spins and all, in line bets: no more than can really come."""
    wild: str | None = None
    scatter: str | None = None
    scatter_pays: tuple[int, ...] = ()
    """What one, two, … scatters pay, in whole stakes; the line pays are paid besides."""
    free_spins: FreeSpins | None = None
    doubled: frozenset[str] = frozenset()
    """Symbols of which a full screen pays every line double."""

    def __post_init__(self) -> None:
        """Raise `NotAMachine`."""
        self._check_reels()
        self._check_lines()
        self._check_pays()
        self._check_scatters()
        if self.free_spins is not None:
            self._check_free_spins(self.free_spins)

    def window(self, reel: int, stop: int) -> tuple[str, ...]:
        """What a reel shows when it stops there, from the upper row to the lower one."""
        strip = self.strips[reel]
        return tuple(strip[(stop + row) % len(strip)] for row in range(ROWS))

    def _check_reels(self) -> None:
        if len(self.strips) not in REELS:
            raise NotAMachine(self.name, "strips", len(self.strips))
        for strip in self.strips:
            if not ROWS <= len(strip) <= STOPS_MAX:
                raise NotAMachine(self.name, "strips", strip)

    def _check_lines(self) -> None:
        lines = self.lines
        if not 1 <= len(lines) <= LINES_MAX or LINE_BETS % len(lines) or len(set(lines)) != len(lines):
            raise NotAMachine(self.name, "lines", lines)
        for line in lines:
            if len(line) != len(self.strips) or not all(0 <= row < ROWS for row in line):
                raise NotAMachine(self.name, "lines", line)

    def _check_pays(self) -> None:
        shown = {symbol for strip in self.strips for symbol in strip}
        if set(self.pays) != shown - {self.scatter}:
            raise NotAMachine(self.name, "pays", sorted(set(self.pays) ^ (shown - {self.scatter})))
        for symbol, paid in self.pays.items():
            self._check_table("pays", symbol, paid)
        if self.wild is not None and self.wild not in self.pays:
            raise NotAMachine(self.name, "wild", self.wild)
        # What a wild stands for cannot be told on a screen of nothing but wilds.
        if not self.doubled <= set(self.pays) - {self.wild}:
            raise NotAMachine(self.name, "doubled", sorted(self.doubled))
        if self.best < 1:
            raise NotAMachine(self.name, "best", self.best)

    def _check_scatters(self) -> None:
        if self.scatter is None:
            if self.scatter_pays:
                raise NotAMachine(self.name, "scatter_pays", self.scatter_pays)
            return
        self._check_table("scatter_pays", self.scatter, self.scatter_pays)
        for reel, strip in enumerate(self.strips):
            for stop in range(len(strip)):
                if self.window(reel, stop).count(self.scatter) > 1:
                    raise NotAMachine(self.name, "strips", self.window(reel, stop))

    def _check_table(self, field: str, symbol: str, paid: tuple[int, ...]) -> None:
        if len(paid) != len(self.strips) or paid[0] < 0 or any(more < less for less, more in pairwise(paid)):
            raise NotAMachine(self.name, field, (symbol, paid))

    def _check_free_spins(self, free: FreeSpins) -> None:
        sensible = (
            self.scatter is not None
            and 1 <= free.scatters <= len(self.strips)
            and 1 <= free.spins <= free.spins_max <= FREE_SPINS_MAX
            and free.again >= 0
            and free.multiplier >= 1
        )
        if not sensible:
            raise NotAMachine(self.name, "free_spins", free)
