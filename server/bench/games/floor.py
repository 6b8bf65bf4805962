"""Every instant game from socket to disk and back, on one server, dice before, between and after the others."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from server.bench.child import DidNotWork
from server.bench.games.wagers import DICE, GAMES
from server.bench.ground import Ground, Server, play, served
from server.bench.processes import cpu_seconds

MICROSECONDS: Final = 1_000_000
SHARE: Final = 0.5
"""Of the time that a load is kept up elsewhere: here are many, one after the other."""


class Floor:
    """Bots with one request in flight each: a bet of one draw, or a step of a game that has several."""

    name = "floor"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Answered requests a second, and what each costs the server's process; logging the bots in counts as well."""
        plan = ground.plan
        rates: defaultdict[str, list[float]] = defaultdict(list)
        costs: defaultdict[str, list[float]] = defaultdict(list)
        with ground.folder() as folder, served(folder) as server:
            play(folder, server, DICE, plan.dice_bots, plan.warmup_seconds)
            for game in lineup():
                report, spent = _measured(ground, folder, server, game)
                rates[game].append(report["turns"] / report["seconds"])
                costs[game].append(spent / report["turns"] * MICROSECONDS)
        return {
            **{f"floor_{game}_rate": fmean(rate) for game, rate in rates.items()},
            **{f"floor_{game}_cpu": fmean(cost) for game, cost in costs.items()},
        }


def lineup() -> tuple[str, ...]:
    """Each game once, but dice three times, so that a machine whose mood changes does so for all."""
    others = [game for game in GAMES if game != DICE]
    middle = len(others) // 2
    return (DICE, *others[:middle], DICE, *others[middle:], DICE)


def _measured(ground: Ground, folder: Path, server: Server, game: str) -> tuple[dict[str, Any], float]:
    """What the bots report of a game, and the seconds of processor time that the server took meanwhile."""
    before = cpu_seconds(server.child.pid)["server"]
    report = play(folder, server, game, ground.plan.dice_bots, ground.plan.seconds * SHARE)
    if report["errors"]:
        raise DidNotWork(f"{game} was refused: {report['errors']}")
    return report, cpu_seconds(server.child.pid)["server"] - before
