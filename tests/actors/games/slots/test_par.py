"""The exact odds are those that going through everything one by one finds."""

from collections import Counter
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.fairness.draws import Draws
from actors.games.odds import Figures, Payoffs, figures_of, payoffs_of
from actors.games.slots import Reels, odds_of, par_of, spins_of
from protocol.games.slots import MACHINES, FreeSpins, Machine
from tests.actors.games.slots.published import five_reels_with_a_scatter, three_reels_doubling
from tests.actors.games.slots.small import PAYS, small_machine

FREE = FreeSpins(scatters=2, spins=2, again=1, spins_max=3, multiplier=3)


def enumerated(machine: Machine) -> Counter[tuple[int, int]]:
    """What each combination of stops pays in line bets, and its scatters, by the reels that are played on."""
    reels = Reels(machine)
    return Counter(reels.won(list(stops)) for stops in product(*(range(len(strip)) for strip in machine.strips)))


def reckoned(machine: Machine) -> Counter[tuple[int, int]]:
    """The same, from the counts of the sheet."""
    found: Counter[tuple[int, int]] = Counter()
    for (line_bets, scatters), count in spins_of(machine).items():
        paid = machine.scatter_pays[scatters - 1] * len(machine.lines) if scatters else 0
        found[line_bets + paid, scatters] += count
    return found


def unfolded(machine: Machine, free: FreeSpins) -> Payoffs:
    """Every payout of a bet with free spins, by going through every sequence of spins that can come."""
    spins = enumerated(machine)
    whole = spins.total()

    def rest(left: int, awarded: int, won: int, chance: Fraction) -> list[tuple[Fraction, Fraction]]:
        if left == 0:
            return [(Fraction(won, len(machine.lines)), chance)]
        paid = []
        for (units, scatters), count in spins.items():
            more = min(free.again, free.spins_max - awarded) if scatters >= free.scatters else 0
            after = won + units * free.multiplier
            paid += rest(left - 1 + more, awarded + more, after, chance * Fraction(count, whole))
        return paid

    found = []
    for (units, scatters), count in spins.items():
        given_ = free.spins if scatters >= free.scatters else 0
        found += rest(given_, given_, units, Fraction(count, whole))
    return payoffs_of(found)


@pytest.mark.parametrize(
    "machine",
    [
        small_machine(),
        small_machine(free_spins=None),
        small_machine(wild=None, doubled=frozenset({"ten"}), strips=((*("ten",) * 4, "ace", "star", "wild"),) * 3),
        three_reels_doubling(),
        MACHINES["orchard"],
    ],
    ids=lambda machine: machine.name,
)
def test_what_is_counted_is_what_every_combination_of_stops_pays(machine: Machine) -> None:
    assert reckoned(machine) == enumerated(machine)


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from(["wild", "ace", "ten"]), min_size=3, max_size=7), min_size=3, max_size=3))
def test_any_strips_are_counted_as_they_pay(strips: list[list[str]]) -> None:
    shown = {symbol for strip in strips for symbol in strip}
    machine = small_machine(
        strips=tuple(map(tuple, strips)),
        pays={symbol: paid for symbol, paid in PAYS.items() if symbol in shown},
        wild="wild" if "wild" in shown else None,
        scatter=None,
        scatter_pays=(),
        free_spins=None,
        doubled=frozenset({"ten"} & shown),
    )

    assert reckoned(machine) == enumerated(machine)


def test_the_figures_of_free_spins_are_those_of_every_sequence_of_spins() -> None:
    machine = small_machine(
        strips=(("ten", "star", "ace"), ("ten", "ace", "star", "wild"), ("ace", "ten", "star", "ten")), free_spins=FREE
    )
    listed = unfolded(machine, FREE)

    assert odds_of(machine) == figures_of(listed)
    assert par_of(machine).rtp == figures_of(listed).rtp


def test_free_spins_that_give_no_more_are_so_many_spins() -> None:
    free = FreeSpins(scatters=3, spins=7, again=0, spins_max=7, multiplier=2)
    machine, plain = small_machine(free_spins=free), small_machine(free_spins=None)
    chance = Fraction(sum(count for (_, scatters), count in spins_of(plain).items() if scatters == 3), 5 * 4 * 6)
    once = par_of(plain).rtp

    assert par_of(machine).free_spins == chance * 7 * 2 * once
    assert par_of(machine).rtp == once * (1 + 14 * chance)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_our_machines_return_94_to_97_percent_and_say_truly_what_they_can_win(machine: Machine) -> None:
    figures, par = figures_of(odds_of(machine)), par_of(machine)

    assert Fraction(94, 100) <= figures.rtp <= Fraction(97, 100)
    assert par.rtp == figures.rtp
    assert figures.best * len(machine.lines) == machine.best
    assert isinstance(odds_of(machine), Figures) == (machine.free_spins is not None)


@pytest.mark.parametrize("machine", [five_reels_with_a_scatter(), three_reels_doubling()], ids=lambda one: one.name)
def test_what_is_said_to_be_the_most_is_the_most(machine: Machine) -> None:
    assert figures_of(odds_of(machine)).best * len(machine.lines) >= max(max(paid) for paid in machine.pays.values())


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_spins_that_are_drawn_come_near_the_exact_return(name: str) -> None:
    machine, bets = MACHINES[name], 4_000
    figures, reels = figures_of(odds_of(machine)), Reels(machine)

    paid = [sum(reels.play(Draws("server", name, nonce))[1]) / 10_000 for nonce in range(bets)]

    error = float(figures.variance / bets) ** 0.5
    assert sum(paid) / bets == pytest.approx(float(figures.rtp), abs=3 * error)
    hits = float(figures.hit_rate)
    assert sum(one > 0 for one in paid) / bets == pytest.approx(hits, abs=3 * (hits * (1 - hits) / bets) ** 0.5)
