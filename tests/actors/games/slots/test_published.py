"""The engine can describe machines that are published, and finds their published return to the last digit."""

from fractions import Fraction

import pytest

from actors.games.odds import figures_of
from actors.games.slots import odds_of, par_of, spins_of
from protocol.games.slots import Machine
from tests.actors.games.slots.published import five_reels_with_a_scatter, three_reels_doubling


def percent(share: Fraction) -> float:
    return float(100 * share)


def test_five_reels_with_a_scatter_return_what_was_published() -> None:
    par = par_of(five_reels_with_a_scatter())

    assert percent(par.lines) == pytest.approx(89.653248, abs=5e-7)
    assert percent(par.scatters) == pytest.approx(6.0023808, abs=5e-8)
    assert percent(par.rtp) == pytest.approx(95.6556288, abs=5e-8)
    assert par.free_spins == 0


def test_three_reels_with_doubled_screens_return_what_was_published() -> None:
    assert par_of(three_reels_doubling()).rtp == Fraction(930_625, 1_000_000)


@pytest.mark.parametrize("machine", [five_reels_with_a_scatter(), three_reels_doubling()], ids=lambda one: one.name)
def test_every_combination_of_stops_is_counted(machine: Machine) -> None:
    whole = 1
    for strip in machine.strips:
        whole *= len(strip)

    assert spins_of(machine).total() == whole
    assert figures_of(odds_of(machine)).rtp == par_of(machine).rtp
