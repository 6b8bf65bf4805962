"""Crash with everybody in one flight: how long a cash-out by hand takes while all of them come at once."""

from collections.abc import Mapping
from typing import Final

from server.bench.child import DidNotWork, ask
from server.bench.ground import Ground, served

TABLE: Final = "bench-crash"
FLIGHT_SECONDS_MAX: Final = 450.0
CONFIG: Final = """
[limits]
ping_seconds = 600

[[tables]]
id = "{id}"
game = "crash"
asset = "PLAY"
min_bet = 10
max_bet = 1000
max_total = 1000
win_max = 1000
exposure_max = 1000000000
betting_ms = {betting}
closed_ms = {closed}
settled_ms = {settled}
"""


class Crash:
    """All players at one table, each on a connection of its own, each told of the flight 20 times a second."""

    name = "crash"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """From the request on its way to its answer, over all players of a round in which each cashed out."""
        plan = ground.plan
        betting, closed, settled = plan.crash_phases_ms
        with ground.folder() as folder:
            config = folder / "tables.toml"
            config.write_text(
                CONFIG.format(id=TABLE, betting=betting, closed=closed, settled=settled), encoding="utf-8"
            )
            with served(folder, "--config", str(config)) as server:
                where = ("--url", server.url, "--server", str(server.child.pid), "--table", TABLE)
                who = ("--players", str(plan.crash_players), "--at-once", str(plan.crash_at_once))
                program = ("-m", "server.bench.flyers", *where, *who)
                flown = ask("flyers", program, folder, FLIGHT_SECONDS_MAX)
        waits = sorted(flown["waits_ms"])
        if len(waits) != plan.crash_players:
            raise DidNotWork(f"{len(waits)} of {plan.crash_players} players were answered")
        return {
            "crash_p50": waits[len(waits) // 2],
            "crash_p99": waits[len(waits) * 99 // 100],
            "crash_ticks": flown["ticks_per_second"],
            "crash_cpu_server": 100 * flown["cpu_server"] / flown["seconds"],
            "crash_cpu_players": 100 * flown["cpu_players"] / flown["seconds"],
        }
