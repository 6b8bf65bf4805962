"""Hold'em at many tables at once, from socket to disk and back: how many moves there are, and what each waits for."""

from collections.abc import Mapping
from typing import Any, Final

from server.bench.child import DidNotWork, ask
from server.bench.ground import Ground, served
from server.bench.tables import table_ids, write_poker_tables

PLAY_SECONDS_MAX: Final = 400.0
MICROSECONDS: Final = 1_000_000


class Poker:
    """Six at each table, each on a connection of its own and told of every move at it."""

    name = "poker"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """From a move on its way to its answer: once by players who think, and once by players who do not."""
        plan = ground.plan
        with ground.folder() as folder:
            config = write_poker_tables(folder / "tables.toml", table_ids(plan.poker_tables), plan.poker_seats)
            with served(folder, "--config", str(config)) as server:
                who = ("--url", server.url, "--server", str(server.child.pid))
                where = ("--tables", str(plan.poker_tables), "--seats", str(plan.poker_seats))
                # At each table one player thinks at a time.
                think = ("--think", str(plan.poker_tables / plan.poker_pace))
                times = ("--warm-up", str(plan.warmup_seconds), "--seconds", str(plan.seconds))
                program = ("-m", "server.bench.callers", *who, *where, *think, *times)
                played = ask("callers", program, folder, PLAY_SECONDS_MAX)
        paced, hurried = (_figures(played[which]) for which in ("paced", "hurried"))
        return {
            **{f"poker_{name}": paced[name] for name in paced},
            "poker_hurried_rate": hurried["rate"],
            "poker_hurried_p99": hurried["p99"],
        }


def _figures(measured: Mapping[str, Any]) -> dict[str, float]:
    waits = measured["waits_ms"]
    if not waits:
        raise DidNotWork("nobody has moved")
    per_move = {who: measured[f"cpu_{who}"] / len(waits) * MICROSECONDS for who in ("server", "postgres", "players")}
    return {
        "rate": len(waits) / measured["seconds"],
        "p50": waits[len(waits) // 2],
        "p99": waits[len(waits) * 99 // 100],
        **{f"cpu_{who}": spent for who, spent in per_move.items()},
    }
