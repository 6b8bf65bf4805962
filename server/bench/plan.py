"""How much of everything is measured: as the goals say, or a little of it to see that the tool works."""

from dataclasses import dataclass
from typing import Final, Self

from server.bench.cluster_goals import GROWN

PROBE_PHASES_MS: Final = (600_000, 500, 500, 1_000)
"""Betting is open for as long as a measurement takes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes and times of one run of each measurement. `seconds` is how long each load is kept up."""

    sizes: str
    """What it is called: `full` or `quick`."""
    seconds: float
    warmup_seconds: float
    dice_bots: int
    pool_sizes: tuple[int, ...]
    """Of the row-lock wallet; the best is kept after the first run."""
    pgbench_scale: int
    pgbench_clients: tuple[int, ...]
    writer_transfers: tuple[tuple[int, int], ...]
    """How many a batch, and how many in all."""
    writer_players: int
    roulette_players: int
    roulette_seconds: float
    roulette_phases_ms: tuple[int, int, int, int]
    """Betting, closed, spinning, settled."""
    crash_players: int
    """All in one flight."""
    crash_at_once: int
    """Who cash out within a tenth of a second."""
    crash_phases_ms: tuple[int, int, int]
    """Betting, closed, settled."""
    poker_tables: int
    poker_seats: int
    """At each."""
    poker_pace: float
    """How many moves a second all tables would make together if answers took no time, and hands had no pause."""
    fanout_sockets: int
    fanout_events: int
    idle_connections: int
    idle_wallets: int
    recovery_tables: int
    recovery_bets: int
    recovery_betting_ms: int
    turn_players: int
    turn_rounds: int
    """Requests of each player, at each game."""
    idle_tables: int
    """Of each game."""
    growth_hosts: tuple[int, ...]
    """How many hosts a cluster has, one after another."""
    takeover_tables: int
    move_tables: int
    """All on one shard."""
    moves: int
    probe_phases_ms: tuple[int, int, int, int]
    """Of tables that take bets for as long as anything is measured."""
    restart_players: int
    """Of each game."""

    @classmethod
    def full(cls, seconds: float) -> Self:
        """The sizes of the goals."""
        return cls(
            sizes="full",
            seconds=seconds,
            warmup_seconds=2.0,
            dice_bots=100,
            pool_sizes=(4, 8, 16, 32),
            pgbench_scale=64,
            pgbench_clients=(4, 8, 16, 32, 64),
            writer_transfers=((1, 3_000), (100, 150_000), (1_000, 300_000)),
            writer_players=10_000,
            roulette_players=1_000,
            roulette_seconds=max(seconds, 14.0),
            roulette_phases_ms=(5_000, 500, 500, 1_000),
            crash_players=5_000,
            crash_at_once=500,
            crash_phases_ms=(15_000, 1_000, 2_000),
            poker_tables=200,
            poker_seats=6,
            poker_pace=1_500.0,
            fanout_sockets=1_000,
            fanout_events=1_000,
            idle_connections=10_000,
            idle_wallets=100_000,
            recovery_tables=1_000,
            recovery_bets=10_000,
            recovery_betting_ms=20_000,
            turn_players=100,
            turn_rounds=200,
            idle_tables=500,
            growth_hosts=GROWN,
            takeover_tables=500,
            move_tables=50,
            moves=8,
            probe_phases_ms=PROBE_PHASES_MS,
            restart_players=100,
        )

    @classmethod
    def quick(cls, seconds: float) -> Self:
        """Small enough for a minute; its figures show that the tool works and say nothing about the goals."""
        return cls(
            sizes="quick",
            seconds=seconds,
            warmup_seconds=0.2,
            dice_bots=20,
            pool_sizes=(4, 16),
            pgbench_scale=2,
            pgbench_clients=(2, 8),
            writer_transfers=((1, 100), (100, 2_000), (1_000, 5_000)),
            writer_players=1_000,
            roulette_players=40,
            roulette_seconds=max(seconds, 3.0),
            roulette_phases_ms=(1_200, 200, 200, 300),
            crash_players=50,
            crash_at_once=20,
            crash_phases_ms=(3_000, 100, 200),
            poker_tables=4,
            poker_seats=3,
            poker_pace=40.0,
            fanout_sockets=100,
            fanout_events=100,
            idle_connections=300,
            idle_wallets=3_000,
            recovery_tables=30,
            recovery_bets=300,
            recovery_betting_ms=6_000,
            turn_players=20,
            turn_rounds=20,
            idle_tables=50,
            growth_hosts=(1, 2),
            takeover_tables=20,
            move_tables=5,
            moves=2,
            probe_phases_ms=PROBE_PHASES_MS,
            restart_players=10,
        )
