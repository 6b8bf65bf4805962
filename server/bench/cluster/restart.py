"""Every process is replaced, one after another, while bots play: nobody's bet fails, and nobody's session is lost."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from protocol.errors import CATALOGUE, Code
from server.bench.child import CROUPIER, Child, DidNotWork
from server.bench.cluster.ground import Cluster, clustered
from server.bench.ground import BOTS_SECONDS_MAX, Ground
from server.bench.tables import table_ids, write_tables

HOSTS: Final = 2
GATEWAYS: Final = 2
TABLES: Final = 10
PLAY_SECONDS_MAX: Final = 600.0
"""Bots play until they are told to stop; this long if nobody does."""
_SESSION_LOST: Final = str(Code.RESUME_UNKNOWN.value)
"""What a bot is told that comes back and is not known any more."""
_NO_FAILURE: Final = {str(code.value) for code, meaning in CATALOGUE.items() if meaning.may_retry} | {
    str(Code.BETTING_CLOSED.value),
    str(Code.BET_NOT_TAKEN.value),
    str(Code.BET_NOT_SETTLED.value),
}


class RollingRestart:
    """Dice and roulette on two hosts and two gateways, all four of them replaced."""

    name = "cluster-restart"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Bets that failed, sessions that were lost, and how long it took."""
        plan = ground.plan
        with ground.folder() as folder:
            config = write_tables(folder / "tables.toml", table_ids(TABLES), plan.roulette_phases_ms)
            more = ("--config", str(config))
            with (
                clustered(folder, hosts=HOSTS, gateways=GATEWAYS, more=more) as cluster,
                contextlib.ExitStack() as all_,
            ):
                bots = [
                    all_.enter_context(playing(folder, cluster, game, plan.restart_players))
                    for game in ("dice", "roulette")
                ]
                seconds = cluster.order("work", method="restart")["seconds"]
                reports = [stopped(child) for child in bots]
        for report in reports:
            if failures(report):
                unfinished = {name: report[name] for name in ("bets_unresolved", "balance_mismatches")}
                sys.stderr.write(f"bets that failed in a rolling restart: {report['errors']}, {unfinished}\n")
        return {
            "restart_failed": sum(failures(report) for report in reports),
            "restart_lost": sum(report["errors"].get(_SESSION_LOST, 0) for report in reports),
            "restart_bets": sum(report["bets"] for report in reports),
            "restart_seconds": seconds,
        }


@contextlib.contextmanager
def playing(folder: Path, cluster: Cluster, game: str, players: int) -> Iterator[Child]:
    """Bots that play until they are stopped."""
    options = ("--url", cluster.url, "--game", game, "--players", str(players), "--seconds", str(PLAY_SECONDS_MAX))
    with Child(f"bots-{game}", (*CROUPIER, "bots", *options, "--json"), folder) as child:
        yield child


def stopped(child: Child) -> dict[str, Any]:
    """Have bots finish what is open, and return their report. Raises `DidNotWork` when it is not about anything."""
    child.interrupt()
    report = child.hear(BOTS_SECONDS_MAX)
    if not report["bets"]:
        raise DidNotWork(f"{child.name} did not play: {report}")
    return report


def failures(report: Mapping[str, Any]) -> int:
    """Bets without an answer, balances that differ, and errors that do not just say: try again."""
    errors: int = sum(
        count for error, count in report["errors"].items() if error not in {*_NO_FAILURE, _SESSION_LOST, "connect"}
    )
    unfinished: int = report["bets_unresolved"] + report["balance_mismatches"]
    return errors + unfinished
