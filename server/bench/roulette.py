"""Roulette from socket to disk and back: bets at ten tables, and one table's results at everyone who watches."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvloop

from persistence.embedded import opened_database
from persistence.postgres.database import open_pool
from server.bench.child import DidNotWork
from server.bench.ground import Ground, Server, play, served
from server.bench.tables import table_ids, write_tables

TABLES: Final = 10
_DRAWN: Final = "SELECT drawn_ms - opened_ms - $2::bigint FROM round WHERE table_id = $1 AND drawn_ms IS NOT NULL"


class Roulette:
    """Players spread over ten tables, each with a few bets a round; a bet is accepted when its stake is held."""

    name = "roulette"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """How fast bets are accepted."""
        plan = ground.plan
        with _tables(ground) as (folder, server):
            report = play(folder, server, "roulette", plan.roulette_players, plan.roulette_seconds)
        return {
            "roulette_rate": report["bets_per_s"],
            "roulette_p50": report["latency_ms"]["p50"],
            "roulette_p99": report["latency_ms"]["p99"],
        }


class Watchers:
    """All players at one table; they bet as well, so each result comes with everyone's settlement."""

    name = "watchers"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """How long a result takes from when it was due to the last of them; the server's clock has milliseconds.

        The worst round is the latest draw and the slowest way together, whether or not they met in one round.
        """
        plan = ground.plan
        table = table_ids(TABLES)[0]
        with _tables(ground) as (folder, server):
            report = play(folder, server, "roulette", plan.roulette_players, plan.roulette_seconds, "--table", table)
            late = sorted(uvloop.run(_late_ms(folder / "data", table, sum(plan.roulette_phases_ms[:2]))))
        if report.get("watchers_max", 0) < plan.roulette_players or not late:
            raise DidNotWork(f"not every player saw a result: {report}")
        return {
            "result_spread": report["result_fanout_ms"]["p50"],
            "result_late": late[-1],
            "result_due": report["result_age_ms"]["p50"] + late[len(late) // 2],
            "result_due_max": report["result_age_ms"]["max"] + late[-1],
        }


@contextmanager
def _tables(ground: Ground) -> Iterator[tuple[Path, Server]]:
    with ground.folder() as folder:
        config = write_tables(folder / "tables.toml", table_ids(TABLES), ground.plan.roulette_phases_ms)
        with served(folder, "--config", str(config)) as server:
            yield folder, server


async def _late_ms(data_dir: Path, table: str, due_ms: int) -> list[int]:
    """How much later than `due_ms` after its opening each round of a table was drawn."""
    async with opened_database(data_dir) as dsn:
        pool = await open_pool(dsn, connections_max=1)
        try:
            rows = await pool.fetch(_DRAWN, table, due_ms)
        finally:
            pool.terminate()
    return [row[0] for row in rows]
