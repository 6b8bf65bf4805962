"""The PAR sheet of a machine: the exact odds of a bet, by rational arithmetic.

All windows of all reels are gone through, reel by reel, and what differs no longer is counted together: lines whose run
has ended only matter by what they pay. So some ten thousand steps count what tens of millions of spins pay.

A bet with free spins has too many different payouts to be listed. Its mean, variance, hit rate and largest win follow
exactly from those of a spin, by going back from the last free spin to the first: spins do not depend on each other, and
how many are left depends on their scatters only.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Final, NamedTuple

from actors.games.odds import Figures, Odds, payoffs_of
from protocol.games.slots import FreeSpins, Machine

CACHED_MAX: Final = 32
"""Machines whose odds are kept: they do not change, and take a moment."""

Spins = Counter[tuple[int, int]]
"""How many of all combinations of stops pay so much on lines, in line bets, and show so many scatters."""


class _Run(NamedTuple):
    """A line that all reels so far agree on: its symbol (the wild, as long as there is no other), and the least that it
    pays for the wilds it began with, where that may be more than the symbol pays."""

    line: int
    symbol: str
    least: int


class _Front(NamedTuple):
    """What still matters when some reels have stopped: the lines whose run goes on, and a screen of one symbol."""

    full: str | None
    runs: tuple[_Run, ...]


@dataclass(frozen=True, slots=True)
class Par:
    """Where the return comes from, as shares of the stake."""

    lines: Fraction
    scatters: Fraction
    free_spins: Fraction

    @property
    def rtp(self) -> Fraction:
        """All of it."""
        return self.lines + self.scatters + self.free_spins


@lru_cache(maxsize=CACHED_MAX)
def odds_of(machine: Machine) -> Odds:
    """The chance of each payout, or the figures of a bet with free spins."""
    spins, lines = spins_of(machine), len(machine.lines)
    whole = spins.total()
    if machine.free_spins is not None:
        return _Bet(machine, machine.free_spins).figures()
    return payoffs_of(
        (Fraction(_units(machine, line_bets, scatters), lines), Fraction(count, whole))
        for (line_bets, scatters), count in spins.items()
    )


def par_of(machine: Machine) -> Par:
    """Where the return comes from."""
    spins, lines = spins_of(machine), len(machine.lines)
    whole = spins.total()
    on_lines = Fraction(sum(line_bets * count for (line_bets, _), count in spins.items()), whole * lines)
    units = Fraction(sum(_units(machine, *won) * count for won, count in spins.items()), whole * lines)
    free = Fraction(0) if machine.free_spins is None else _Bet(machine, machine.free_spins).figures().rtp - units
    return Par(on_lines, units - on_lines, free)


@lru_cache(maxsize=CACHED_MAX)
def spins_of(machine: Machine) -> Spins:
    """All combinations of stops, counted by what they pay on lines and by scatters."""
    start = _Front(None, tuple(_Run(line, machine.wild or "", 0) for line in range(len(machine.lines))))
    fronts: dict[_Front, Spins] = {start: Counter({(0, 0): 1})}
    for reel, strip in enumerate(machine.strips):
        windows = Counter(machine.window(reel, stop) for stop in range(len(strip)))
        following: defaultdict[_Front, Spins] = defaultdict(Counter)
        for front, before in fronts.items():
            for window, times in windows.items():
                after, paid = _stopped(machine, front, reel, window)
                scatters = 0 if machine.scatter is None else window.count(machine.scatter)
                so_far = following[after]
                for (line_bets, seen), count in before.items():
                    so_far[line_bets + paid, seen + scatters] += count * times
        fronts = following
    return _ended(machine, fronts)


def _stopped(machine: Machine, front: _Front, reel: int, window: tuple[str, ...]) -> tuple[_Front, int]:
    """What still matters when one more reel has stopped, and what the lines pay that have ended there."""
    runs = []
    paid = 0
    for run in front.runs:
        longer = _longer(machine, run, reel, window[machine.lines[run.line][reel]])
        if longer is None:
            paid += _run_pays(machine, run, reel)
        else:
            runs.append(longer)
    uniform = window[0] in machine.doubled and len(set(window)) == 1 and (reel == 0 or front.full == window[0])
    return _Front(window[0] if uniform else None, tuple(runs)), paid


def _longer(machine: Machine, run: _Run, length: int, symbol: str) -> _Run | None:
    if length == 0:
        return None if symbol == machine.scatter else _Run(run.line, symbol, 0)
    if run.symbol == machine.wild and symbol not in (machine.wild, machine.scatter):
        least = _run_pays(machine, run, length)
        return _Run(run.line, symbol, least if least > machine.pays[symbol][length] else 0)
    return run if symbol in (run.symbol, machine.wild) else None


def _run_pays(machine: Machine, run: _Run, length: int) -> int:
    return max(run.least, machine.pays[run.symbol][length - 1]) if length else 0


def _ended(machine: Machine, fronts: dict[_Front, Spins]) -> Spins:
    ended: Spins = Counter()
    for front, spins in fronts.items():
        last = sum(_run_pays(machine, run, len(machine.strips)) for run in front.runs)
        times = 1 if front.full is None else 2
        for (line_bets, scatters), count in spins.items():
            ended[(line_bets + last) * times, scatters] += count
    if ended.total() != prod(len(strip) for strip in machine.strips):
        raise ArithmeticError(f"{ended.total()} combinations of stops are counted on {machine.name}")
    return ended


def _units(machine: Machine, line_bets: int, scatters: int) -> int:
    return line_bets + (machine.scatter_pays[scatters - 1] * len(machine.lines) if scatters else 0)


class _Moments(NamedTuple):
    """Of what spins win, in line bets: mean, mean square, the chance of nothing, and the most."""

    mean: Fraction
    square: Fraction
    nothing: Fraction
    most: int


_NOTHING_LEFT: Final = _Moments(Fraction(0), Fraction(0), Fraction(1), 0)


class _Leg(NamedTuple):
    """The spins that do, or do not, give free spins: their chance, and their moments given that they come."""

    chance: Fraction
    moments: _Moments


class _Bet:
    """A spin and its free spins."""

    def __init__(self, machine: Machine, free: FreeSpins) -> None:
        self._free = free
        self._lines = len(machine.lines)
        spins = spins_of(machine)
        whole = spins.total()
        giving = [(_units(machine, *won), count) for won, count in spins.items() if won[1] >= free.scatters]
        plain = [(_units(machine, *won), count) for won, count in spins.items() if won[1] < free.scatters]
        self._legs = tuple((gives, _leg(some, whole)) for gives, some in ((False, plain), (True, giving)) if some)
        self._known: dict[tuple[int, int], _Moments] = {}

    def figures(self) -> Figures:
        """Of the whole bet, per unit staked."""
        free = self._free
        bet = _either(
            (leg.chance, _then(leg.moments, 1, self._rest(free.spins, free.spins) if gives else _NOTHING_LEFT))
            for gives, leg in self._legs
        )
        rtp = bet.mean / self._lines
        return Figures(
            rtp=rtp,
            variance=bet.square / self._lines**2 - rtp**2,
            hit_rate=1 - bet.nothing,
            best=Fraction(bet.most, self._lines),
        )

    def _rest(self, left: int, awarded: int) -> _Moments:
        """Of the free spins that are left, of those that the bet was given so far."""
        if left == 0:
            return _NOTHING_LEFT
        if (left, awarded) not in self._known:
            free = self._free
            more = min(free.again, free.spins_max - awarded)
            self._known[left, awarded] = _either(
                (
                    leg.chance,
                    _then(
                        leg.moments,
                        free.multiplier,
                        self._rest(left - 1 + more, awarded + more) if gives else self._rest(left - 1, awarded),
                    ),
                )
                for gives, leg in self._legs
            )
        return self._known[left, awarded]


def _leg(won: list[tuple[int, int]], whole: int) -> _Leg:
    times = sum(count for _, count in won)
    return _Leg(
        Fraction(times, whole),
        _Moments(
            mean=Fraction(sum(units * count for units, count in won), times),
            square=Fraction(sum(units * units * count for units, count in won), times),
            nothing=Fraction(sum(count for units, count in won if units == 0), times),
            most=max(units for units, _ in won),
        ),
    )


def _then(spin: _Moments, multiplier: int, rest: _Moments) -> _Moments:
    """Of a spin, multiplied, and of the rest, which does not depend on what it pays."""
    mean = spin.mean * multiplier
    return _Moments(
        mean=mean + rest.mean,
        square=spin.square * multiplier**2 + 2 * mean * rest.mean + rest.square,
        nothing=spin.nothing * rest.nothing,
        most=spin.most * multiplier + rest.most,
    )


def _either(cases: Iterable[tuple[Fraction, _Moments]]) -> _Moments:
    found = tuple(cases)
    return _Moments(
        mean=sum((chance * one.mean for chance, one in found), Fraction()),
        square=sum((chance * one.square for chance, one in found), Fraction()),
        nothing=sum((chance * one.nothing for chance, one in found), Fraction()),
        most=max(one.most for _, one in found),
    )
