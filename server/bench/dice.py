"""Dice from socket to disk and back: through the actors, and through a row-lock wallet behind the same gateway."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from server.bench.child import DidNotWork
from server.bench.ground import Ground, Server, play, served, started
from server.bench.processes import cpu_seconds

ROW_LOCK: Final = ("-m", "server.native", "server.bench.rowlock")
MICROSECONDS: Final = 1_000_000


class Dice:
    """Bots with one bet in flight each, on `croupier serve` and a new database."""

    name = "dice"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Speed, latency, and what a bet costs each of the processes; logging the bots in counts as well."""
        with ground.folder() as folder, served(folder) as server:
            _warm_up(ground, folder, server)
            before = cpu_seconds(server.child.pid)
            report = _play(ground, folder, server)
            after = cpu_seconds(server.child.pid)
        per_bet = {
            name: (after[name] - before.get(name, 0.0)) / report["bets"] * MICROSECONDS
            for name in ("server", "postgres")
        }
        return {
            "dice_rate": report["bets_per_s"],
            "dice_p50": report["latency_ms"]["p50"],
            "dice_p99": report["latency_ms"]["p99"],
            "dice_cpu_server": per_bet["server"],
            "dice_cpu_postgres": per_bet["postgres"],
            "dice_cpu_bots": report["cpu_seconds"] / report["bets"] * MICROSECONDS,
        }


class RowLock:
    """The same bots on the row-lock wallet; the first run finds the number of connections that suits it best."""

    name = "rowlock"

    def __init__(self) -> None:
        self._pool: int | None = None

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Speed and latency at the best number of connections."""
        if self._pool is None:
            tried = {size: self._run(ground, size) for size in ground.plan.pool_sizes}
            self._pool = max(tried, key=lambda size: tried[size]["bets_per_s"])
            report = tried[self._pool]
        else:
            report = self._run(ground, self._pool)
        return {
            "rowlock_rate": report["bets_per_s"],
            "rowlock_p50": report["latency_ms"]["p50"],
            "rowlock_p99": report["latency_ms"]["p99"],
            "rowlock_pool": self._pool,
        }

    @staticmethod
    def _run(ground: Ground, pool: int) -> dict[str, Any]:
        with ground.folder() as folder, started("rowlock", ROW_LOCK, folder, ("--pool", str(pool))) as server:
            _warm_up(ground, folder, server)
            return _play(ground, folder, server)


def _warm_up(ground: Ground, folder: Path, server: Server) -> None:
    play(folder, server, "dice", ground.plan.dice_bots, ground.plan.warmup_seconds)


def _play(ground: Ground, folder: Path, server: Server) -> dict[str, Any]:
    report = play(folder, server, "dice", ground.plan.dice_bots, ground.plan.seconds)
    if report["errors"]:
        raise DidNotWork(f"bets were refused: {report['errors']}")
    return report
