"""What is measured, in which unit, and what it should reach: 2 cores shared by server, Postgres, Valkey and clients."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on a figure; `at_least` or at most."""

    bound: float
    at_least: bool

    def share(self, measured: float) -> float:
        """How well it is reached: 1 is just so, 2 is twice as good."""
        better, worse = (measured, self.bound) if self.at_least else (self.bound, measured)
        return better / worse if worse else float("inf")

    def met(self, measured: float) -> bool:
        """Whether the figure keeps to the bound."""
        return measured >= self.bound if self.at_least else measured <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `bench` is the name of the measurement that gives it."""

    key: str
    bench: str
    what: str
    unit: str
    goal: Goal | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the one figure is the other, medians both."""

    key: str
    what: str
    over: str
    under: str
    goal: Goal


def _at_least(bound: float) -> Goal:
    return Goal(bound, at_least=True)


def _at_most(bound: float) -> Goal:
    return Goal(bound, at_least=False)


FIGURES: Final = (
    Figure("dice_rate", "dice", "dice, 1 bet in flight a bot: settled, durable", "bets/s", _at_least(20_000)),
    Figure("dice_p50", "dice", "  latency p50", "ms"),
    Figure("dice_p99", "dice", "  latency p99", "ms", _at_most(15)),
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
    Figure("writer_rate_1000", "writer", "the writer alone, 1,000 a batch", "transfers/s", _at_least(75_000)),
    Figure("roulette_rate", "roulette", "roulette, players at ten tables", "bets/s"),
    Figure("roulette_p50", "roulette", "  bet accepted p50", "ms"),
    Figure("roulette_p99", "roulette", "  bet accepted p99", "ms", _at_most(30)),
    Figure("result_spread", "watchers", "result at all watchers of one table: first to last", "ms"),
    Figure("result_late", "watchers", "  due to drawn, worst round", "ms"),
    Figure("result_due", "watchers", "  due to last, median of the rounds", "ms", _at_most(60)),
    Figure("result_due_max", "watchers", "  due to last, worst round", "ms", _at_most(60)),
    Figure("fanout_rate", "fanout", "fan-out of 100-byte events", "deliveries/s", _at_least(120_000)),
    Figure("connection_memory", "connections", "an idle connection, logged in", "bytes", _at_most(20 * 1024)),
    Figure("wallet_memory", "wallets", "an idle wallet", "bytes", _at_most(2 * 1024)),
    Figure("ready_new", "ready", "ready on a new data dir", "s", _at_most(8)),
    Figure("ready_existing", "ready", "ready on an existing data dir", "s", _at_most(3)),
    Figure("recovery_ready", "recovery", "ready after kill -9 with bets on every table", "s", _at_most(5)),
    Figure("recovery_rounds", "recovery", "  rounds that ended as they were bound to", "%", _at_least(100)),
)
RATIOS: Final = (
    Ratio("dice_over_rowlock", "dice / row-lock wallet", "dice_rate", "rowlock_rate", _at_least(5)),
    Ratio("dice_over_pgbench", "dice / pgbench", "dice_rate", "pgbench_rate", _at_least(2.5)),
)
