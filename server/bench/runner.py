"""Runs the measurements in turns, A B C A B C, so that what disturbs the machine meets all of them alike."""

import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from actors.runtime.release import release
from persistence.embedded import EngineError
from persistence.interfaces import StoreError
from server.bench.child import DidNotWork
from server.bench.cluster.dice import ClusterDice, Growth
from server.bench.cluster.move import LiveMove
from server.bench.cluster.restart import RollingRestart
from server.bench.cluster.roulette import ClusterRoulette
from server.bench.cluster.takeover import TakeOver
from server.bench.crash import Crash
from server.bench.dice import Dice, RowLock
from server.bench.games.floor import Floor
from server.bench.games.tables import IdleTables
from server.bench.games.turns import Turns
from server.bench.gateway_alone import Connections, Fanout
from server.bench.ground import Bench, Ground
from server.bench.pgbench import Pgbench
from server.bench.plan import Plan
from server.bench.poker import Poker
from server.bench.readiness import Ready
from server.bench.recovery import Recovery
from server.bench.results import Results
from server.bench.roulette import Roulette, Watchers
from server.bench.wallets import Wallets
from server.bench.writer import Writer

GIBIBYTE: Final = 1 << 30
FAILURES: Final = (DidNotWork, EngineError, StoreError, OSError)


def benches() -> tuple[Bench, ...]:
    """Every measurement, in the order of the turns."""
    return (
        Dice(),
        RowLock(),
        Pgbench(),
        Writer(),
        Roulette(),
        Watchers(),
        Crash(),
        Poker(),
        Fanout(),
        Connections(),
        Wallets(),
        Ready(),
        Recovery(),
        Turns(),
        Floor(),
        IdleTables(),
    )


def cluster_benches() -> tuple[Bench, ...]:
    """Every measurement of clusters, after the one in one process that they are held against."""
    return (
        Dice(),
        ClusterDice(),
        ClusterRoulette(),
        TakeOver(),
        LiveMove(),
        RollingRestart(),
        Growth(),
    )


def run(benches: Sequence[Bench], plan: Plan, runs: int, folder: Path | None, say: Callable[[str], None]) -> Results:
    """Measure each `runs` times; one that did not work is named in the results, and not tried again.

    `folder` is where a temporary folder is made for everything that is written, the system's own place by default.
    """
    results = Results(about(runs, plan))
    failed: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="croupier-bench-", dir=folder) as scratch:
        # The engines may run as a user of their own, who must be able to pass.
        Path(scratch).chmod(0o711)
        ground = Ground(plan, Path(scratch))
        for turn in range(1, runs + 1):
            for bench in benches:
                if bench.name in failed:
                    continue
                say(f"run {turn} of {runs}: {bench.name}")
                try:
                    results.add(bench.run(ground))
                except FAILURES as error:
                    failed.add(bench.name)
                    results.failures.append(f"{bench.name}: {error}")
                    say(f"{bench.name} did not work: {error}")
    return results


def about(runs: int, plan: Plan) -> dict[str, Any]:
    """What the figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "croupier": release(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / GIBIBYTE),
        "sizes": plan.sizes,
        "runs": runs,
        "seconds_per_load": plan.seconds,
        "dice_bots": plan.dice_bots,
    }
