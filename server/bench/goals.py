"""What is measured, in which unit, and what it should reach: 2 cores shared by server, Postgres, Valkey and clients."""

from typing import Final

from server.bench.cluster_goals import CLUSTER_FIGURES
from server.bench.figures import Figure, Goal, Ratio, at_least, at_most
from server.bench.games.figures import GAME_FIGURES, GAME_RATIOS

__all__ = ["FIGURES", "RATIOS", "Figure", "Goal", "Ratio"]

FIGURES: Final = (
    Figure("dice_rate", "dice", "dice, 1 bet in flight a bot: settled, durable", "bets/s", at_least(20_000)),
    Figure("dice_p50", "dice", "  latency p50", "ms"),
    Figure("dice_p99", "dice", "  latency p99", "ms", at_most(15)),
    Figure("dice_cpu_server", "dice", "  processor time of the server", "us/bet"),
    Figure("dice_cpu_postgres", "dice", "  processor time of Postgres", "us/bet"),
    Figure("dice_cpu_bots", "dice", "  processor time of the bots", "us/bet"),
    Figure("rowlock_rate", "rowlock", "the same on a row-lock wallet", "bets/s"),
    Figure("rowlock_p50", "rowlock", "  latency p50", "ms"),
    Figure("rowlock_p99", "rowlock", "  latency p99", "ms"),
    Figure("rowlock_pool", "rowlock", "  connections that were best", "connections"),
    Figure("pgbench_rate", "pgbench", "pgbench TPC-B, peak over client counts", "transactions/s"),
    Figure("pgbench_clients", "pgbench", "  clients at the peak", "clients"),
    Figure("writer_rate_1", "writer", "the writer alone, 1 transfer a batch", "transfers/s"),
    Figure("writer_rate_100", "writer", "the writer alone, 100 a batch", "transfers/s"),
    Figure("writer_rate_1000", "writer", "the writer alone, 1,000 a batch", "transfers/s", at_least(75_000)),
    Figure("roulette_rate", "roulette", "roulette, players at ten tables", "bets/s"),
    Figure("roulette_p50", "roulette", "  bet accepted p50", "ms"),
    Figure("roulette_p99", "roulette", "  bet accepted p99", "ms", at_most(30)),
    Figure("result_spread", "watchers", "result at all watchers of one table: first to last", "ms"),
    Figure("result_late", "watchers", "  due to drawn, worst round", "ms"),
    Figure("result_due", "watchers", "  due to last, median of the rounds", "ms", at_most(60)),
    Figure("result_due_max", "watchers", "  due to last, worst round", "ms", at_most(60)),
    Figure("crash_p50", "crash", "crash, a cash-out acknowledged p50", "ms"),
    Figure("crash_p99", "crash", "  p99", "ms", at_most(100)),
    Figure("crash_ticks", "crash", "  what each of them is told of the flight", "events/s", at_least(20)),
    Figure("crash_cpu_server", "crash", "  processor time of the server, of one core", "%"),
    Figure("crash_cpu_players", "crash", "  processor time of the players, of one core", "%"),
    Figure("poker_rate", "poker", "hold'em at 200 tables, players who think", "moves/s", at_least(1_000)),
    Figure("poker_p50", "poker", "  answered p50", "ms"),
    Figure("poker_p99", "poker", "  answered p99", "ms", at_most(50)),
    Figure("poker_cpu_server", "poker", "  processor time of the server", "us/move"),
    Figure("poker_cpu_postgres", "poker", "  processor time of Postgres", "us/move"),
    Figure("poker_cpu_players", "poker", "  processor time of the players", "us/move"),
    Figure("poker_hurried_rate", "poker", "  players who do not think", "moves/s"),
    Figure("poker_hurried_p99", "poker", "  answered p99 then", "ms"),
    Figure("fanout_rate", "fanout", "fan-out of 100-byte events", "deliveries/s", at_least(120_000)),
    Figure("connection_memory", "connections", "an idle connection, logged in", "bytes", at_most(20 * 1024)),
    Figure("wallet_memory", "wallets", "an idle wallet", "bytes", at_most(2 * 1024)),
    Figure("ready_new", "ready", "ready on a new data dir", "s", at_most(8)),
    Figure("ready_existing", "ready", "ready on an existing data dir", "s", at_most(3)),
    Figure("recovery_ready", "recovery", "ready after kill -9 with bets on every table", "s", at_most(5)),
    Figure("recovery_rounds", "recovery", "  rounds that ended as they were bound to", "%", at_least(100)),
    *GAME_FIGURES,
    *CLUSTER_FIGURES,
)
RATIOS: Final = (
    Ratio("dice_over_rowlock", "dice / row-lock wallet", "dice_rate", "rowlock_rate", at_least(5)),
    Ratio("dice_over_pgbench", "dice / pgbench", "dice_rate", "pgbench_rate", at_least(2.5)),
    *GAME_RATIOS,
    Ratio("cluster_over_dice", "dice on a cluster / in one process", "cluster_dice_rate", "dice_rate"),
)
