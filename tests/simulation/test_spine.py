"""A thousand casinos, each from its seed, with crashes, lost answers, rivals and repetitions: no promise is broken."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES
from actors.wallet.memory import CommandMemory
from server.native.build import build
from tests.simulation import spine
from tests.support.simulation_cluster import ClusterWorld
from tests.support.simulation_plan import PLAYED

ROOT: Final = Path(__file__).parents[2]
SEEDS: Final = int(os.environ.get("SIMULATION_SEEDS", "1000"))
CLUSTER_SEEDS: Final = int(os.environ.get("SIMULATION_CLUSTER_SEEDS", "100"))
PROCESSES: Final = 2
SECONDS_MAX: Final = 1_500
"""A run that hangs; on a busy machine five hundred seeds may take ten minutes."""


@cache
def can_compile() -> bool:
    """Compiled modules are there, or are made now; where there is no compiler, there is nothing to compare with."""
    return build() == ""


def start(*arguments: str, compiled: bool = False, **environment: str) -> subprocess.Popen[str]:
    run = ("server.native", "tests.simulation.spine") if compiled else ("tests.simulation.spine",)
    command = [sys.executable, "-m", *run, *arguments]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.slow(seconds=50)
@pytest.mark.parametrize(("seeds", "world"), [(SEEDS, ()), (CLUSTER_SEEDS, ("--cluster",))], ids=["one", "cluster"])
def test_no_seed_breaks_a_promise(seeds: int, world: tuple[str, ...]) -> None:
    share = -(-seeds // PROCESSES)
    firsts = range(1, seeds + 1, share)
    # Some of them with the compiled modules, which must keep the same promises.
    runs = [
        start(
            *world,
            "--seed",
            str(first),
            "--seeds",
            str(min(share, seeds + 1 - first)),
            compiled=number % 2 == 1 and can_compile(),
        )
        for number, first in enumerate(firsts)
    ]

    outputs = [run.communicate(timeout=SECONDS_MAX)[0] for run in runs]

    assert [run.returncode for run in runs] == [0] * len(runs), "\n".join(outputs)


@pytest.mark.parametrize("world", [(), ("--cluster",)], ids=["one", "cluster"])
def test_a_seed_is_the_same_story_in_every_process(world: tuple[str, ...]) -> None:
    runs = [start(*world, "--seed", "11", "--trace", PYTHONHASHSEED=hash_seed) for hash_seed in ("1", "2")]
    if can_compile():
        runs.append(start(*world, "--seed", "11", "--trace", compiled=True))

    first, *others = (run.communicate(timeout=SECONDS_MAX)[0].splitlines()[:-1] for run in runs)

    assert len(first) > 100
    assert others == [first] * len(others)


def test_a_broken_promise_is_shown_with_its_last_steps_and_how_to_bring_it_about_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(CommandMemory, "answer_to", lambda self, command, digest, others_floor: None)
    monkeypatch.setattr(sys, "argv", ["spine", "--seed", "1", "--seeds", "50"])

    assert spine.main() == 1

    *steps, what, again = capsys.readouterr().out.splitlines()
    seed = what.removeprefix("seed ").partition(":")[0]
    assert again == f"again: python -m tests.simulation.spine --seed {seed} --trace"
    assert any("BROKEN" in step for step in steps)
    assert len(steps) <= spine.STEPS_SHOWN_MAX


def test_enough_of_everything_happens() -> None:
    happened, _ = spine.simulate(1)
    for seed in range(2, 41):
        happened += spine.simulate(seed)[0]

    games = [f"draws of {game}" for game in INSTANT_GAMES]
    games += [f"games of {game}" for game in STEP_GAMES] + [f"payouts of {game}" for game in PLAYED]
    often = ("commits", "answers", "events", "rounds", "RotateSeeds", "ID_REUSED", "poker moves", "poker views", *games)
    faults = ("died", "deposed", "recovered", "unknown batch looked up", "lookups", "turns_failed", "OVERLOADED")
    hands = [f"steps: {step}" for step in ("hit", "stand", "double", "split", "insure", "decline", "peek", "surrender")]
    undone = ("RouletteUndo", "SicBoUndo", "BaccaratUndo", "BlackjackUndo", "CrashUndo")
    cards = [f"poker {what}" for what in ("hands that were mixed into", "hands that were shown down", "rakes", "shows")]
    chips = ("PokerSit", "PokerTopUp", "PokerLeave", "poker moves that were late", *cards)
    now_and_then = (*faults, "late", *undone, "cash-outs", *hands, *chips)
    assert {name: happened[name] for name in often if happened[name] < 20} == {}
    assert {name: happened[name] for name in now_and_then if not happened[name]} == {}


def test_enough_of_everything_happens_to_a_cluster() -> None:
    happened, _ = spine.simulate(1, world=ClusterWorld)
    for seed in range(2, 21):
        happened += spine.simulate(seed, world=ClusterWorld)[0]

    often = (
        "commits",
        "answers",
        "events",
        "draws",
        "games",
        "rounds",
        "payouts",
        "moved",
        "events at gateways",
        "poker moves",
    )
    now_and_then = ("died", "paused", "taken over", "fenced", "recovered", "BET_NOT_TAKEN", "host not reached", "late")
    assert {name: happened[name] for name in often if happened[name] < 20} == {}
    assert {name: happened[name] for name in now_and_then if not happened[name]} == {}
