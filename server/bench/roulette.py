"""Roulette from socket to disk and back: bets at ten tables, and one table's results at everyone who watches."""

from collections.abc import Mapping
from typing import Any, Final

from server.bench.child import DidNotWork
from server.bench.ground import Ground, play, served
from server.bench.tables import table_ids, write_tables

TABLES: Final = 10


class Roulette:
    """Players spread over ten tables, each with a few bets a round; a bet is accepted when its stake is held."""

    name = "roulette"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """How fast bets are accepted."""
        report = _play(ground)
        return {
            "roulette_rate": report["bets_per_s"],
            "roulette_p50": report["latency_ms"]["p50"],
            "roulette_p99": report["latency_ms"]["p99"],
        }


class Watchers:
    """All players at one table; they bet as well, so each result comes with everyone's settlement."""

    name = "watchers"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """How long a result takes to the last of them. The server's clock has milliseconds."""
        report = _play(ground, "--table", table_ids(TABLES)[0])
        if report.get("watchers_max", 0) < ground.plan.roulette_players:
            raise DidNotWork(f"not every player saw a result: {report}")
        return {
            "result_spread": report["result_fanout_ms"]["p50"],
            "result_age": report["result_age_ms"]["p50"],
            "result_age_max": report["result_age_ms"]["max"],
        }


def _play(ground: Ground, *more: str) -> dict[str, Any]:
    plan = ground.plan
    with ground.folder() as folder:
        config = write_tables(folder / "tables.toml", TABLES, plan.roulette_phases_ms)
        with served(folder, "--config", str(config)) as server:
            return play(folder, server, "roulette", plan.roulette_players, plan.roulette_seconds, *more)
