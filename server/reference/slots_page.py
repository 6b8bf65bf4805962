"""`docs/reference/slots.md`: each slot machine as it is built, and where its return comes from."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from actors.games.odds import figures_of
from actors.games.slots import odds_of, par_of
from protocol.games.slots import MACHINES, FreeSpins, Machine
from server.reference.markdown import code, page, table

_SAID: Final = """\
The PAR sheet of every machine, computed from its reels in rational arithmetic; nothing here was simulated. The same
for all games, in short: [Odds](odds.md). How a machine is played: [the rules](../games/slots.md).

A reel stops at each place of its strip with the same chance, and its end meets its start. The stop is what the upper
of the three rows shows. Line pays are in line bets, the stake divided by the number of lines; scatters pay whole
stakes."""


def slots_page() -> str:
    """The text of the page."""
    return page("Slot machines", _SAID, *(part for machine in MACHINES.values() for part in _machine(machine)))


def _machine(machine: Machine) -> Iterator[str]:
    yield f"## {machine.name}"
    yield table(("", "share of the stake, %"), _return(machine))
    yield _figures(machine)
    yield "What a run from the left pays:"
    lengths = range(1, len(machine.strips) + 1)
    yield table(("symbol", *map(str, lengths), "on the reels"), _pays(machine))
    yield from _specialties(machine)
    yield "The lines, by the row of each reel (0 is the upper one):"
    yield code("\n".join(" ".join(map(str, line)) for line in machine.lines))
    yield "The strips, from stop 0 on:"
    yield code("\n".join(f"reel {reel}: {' '.join(strip)}" for reel, strip in enumerate(machine.strips, start=1)))


def _return(machine: Machine) -> Iterator[tuple[str, str]]:
    par = par_of(machine)
    yield "lines", _percent(par.lines)
    if machine.scatter is not None:
        yield "scatters", _percent(par.scatters)
    if machine.free_spins is not None:
        yield "free spins", _percent(par.free_spins)
    yield "return to the player", _percent(par.rtp)


def _figures(machine: Machine) -> str:
    figures = figures_of(odds_of(machine))
    return (
        f"{len(machine.strips)} reels, {len(machine.lines)} lines. The standard deviation is"
        f" {float(figures.variance) ** 0.5:.6f} stakes, one bet of {float(1 / figures.hit_rate):.4f} is paid"
        f" anything, and the largest win is {float(figures.best):,g} stakes. All of these are exact."
    )


def _pays(machine: Machine) -> Iterator[tuple[str, ...]]:
    counts = [Counter(strip) for strip in machine.strips]
    for symbol, pays in machine.pays.items():
        yield symbol, *(f"{paid:,}" if paid else "-" for paid in pays), " ".join(str(count[symbol]) for count in counts)
    if machine.scatter is not None:
        shares = (f"{paid:,}x" if paid else "-" for paid in machine.scatter_pays)
        yield f"{machine.scatter}, anywhere", *shares, " ".join(str(count[machine.scatter or ""]) for count in counts)


def _specialties(machine: Machine) -> Iterator[str]:
    if machine.wild is not None:
        yield f"The {machine.wild} is wild: it stands for any symbol{' but the scatter' if machine.scatter else ''}."
    if machine.doubled:
        yield f"A full screen of one of {', '.join(sorted(machine.doubled))} pays every line double."
    if machine.free_spins is not None:
        yield _free_spins(machine, machine.free_spins)


def _free_spins(machine: Machine, free: FreeSpins) -> str:
    return (
        f"{free.scatters} or more of the {machine.scatter} give {free.spins} free spins, which pay {free.multiplier}"
        f" times as much; in free spins they give {free.again} more, up to {free.spins_max} in one bet."
    )


def _percent(share: Fraction) -> str:
    return f"{100 * float(share):.6f}"
