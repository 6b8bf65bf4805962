"""Whatever fails at whatever moment, every promise of the spine holds in every seed."""

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

import pytest

from tests.simulation.spine import simulate

SEEDS: Final = int(os.environ.get("CROUPIER_SIMULATION_SEEDS", "1000"))
"""How many; `python -m tests.simulation.spine --seed N --trace` runs one of them and shows every step."""
SEEDS_AT_ONCE: Final = 20
PROCESSES: Final = 2

WHAT_MUST_HAVE_HAPPENED: Final = (
    "DiceBet",
    "RouletteBet",
    "RouletteUndo",
    "RotateSeeds",
    "ID_REUSED",
    "INSUFFICIENT_FUNDS",
    "BETTING_CLOSED",
    "TRY_AGAIN",
    "died",
    "deposed",
    "unknown batch looked up",
    "recovered",
    "fell asleep",
    "lookups",
    "payouts",
    "draws",
)


def run(first: int, count: int) -> Counter[str]:
    """Run seeds in this process; a broken promise raises `Broken`, which says how to bring it about again."""
    total: Counter[str] = Counter()
    for seed in range(first, first + count):
        total += simulate(seed)[0]
    return total


def test_every_promise_holds_in_every_seed() -> None:
    total: Counter[str] = Counter()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as processes:
        parts = [
            processes.submit(run, first, min(SEEDS_AT_ONCE, SEEDS + 1 - first))
            for first in range(1, SEEDS + 1, SEEDS_AT_ONCE)
        ]
        for part in parts:
            total += part.result()

    assert [what for what in WHAT_MUST_HAVE_HAPPENED if not total[what]] == []


@pytest.mark.parametrize("seed", [1, 7])
def test_a_seed_tells_the_same_story_every_time(seed: int) -> None:
    assert simulate(seed, tracing=True)[1] == simulate(seed, tracing=True)[1]
