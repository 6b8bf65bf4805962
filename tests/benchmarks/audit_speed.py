"""How long `croupier audit` takes: fills a database with honest play and audits it.

    python -m tests.benchmarks.audit_speed --transfers 10000000

The play is written by SQL, block by block: in each, every player bets once; four of five at dice, one at a table.
Every second block pays, so three transfers are two bets.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import asyncpg

from persistence import migrations
from persistence.embedded import Engines
from persistence.postgres.audit import audit
from persistence.postgres.migrate import migrate
from persistence.postgres.shards import prepare_shards

STAKE: Final = 10
PAYOUT: Final = 19
OPENING: Final = 1_000_000_000

# One row per bet: block k, player j, its transfers' numbers, and the player's balance and last transfer before it.
# Of two blocks the first pays; a block has one or two transfers a player, and before block 0 come the openings.
_PLAY: Final = """
CREATE TEMP TABLE play ON COMMIT DROP AS
SELECT k, j, table_player, wins, account, first, CASE WHEN wins THEN first + 1 ELSE first END AS last,
    CASE WHEN k = 0 THEN j + 1 WHEN wins THEN players + 3 * players * (k / 2) - players + j + 1
         ELSE players + 3 * players * (k / 2) + 2 * j + 2 END AS before,
    {opening} + {gain} * ((k + 1) / 2) - {stake} * (k / 2) AS balance,
    (lpad(to_hex(1700000000000 + (k * players + j) / 20), 12, '0') || '7' || substr(hash, 1, 3)
        || '8' || substr(hash, 4, 15))::uuid AS id
FROM (
    SELECT k, j, players, j % 5 = 0 AS table_player, k % 2 = 0 AS wins, (j + 1) << 8 | 8 AS account,
        md5(k || '/' || j) AS hash,
        CASE WHEN k % 2 = 0 THEN players + 3 * players * (k / 2) + 2 * j + 1
             ELSE players + 3 * players * (k / 2) + 2 * players + j + 1 END AS first
    FROM (SELECT $1::bigint AS players) p, generate_series($2::bigint, $3::bigint) k,
        generate_series(0, $1::bigint - 1) j
) x"""
_HOUSE: Final = "-(((1 << 3 | 0) << 20) + 1)"
_TREASURY: Final = "-(((1 << 3 | 1) << 20) + 1)"
_BLOCKS: Final = (
    # Stakes and wins, in the order of their numbers.
    """
    INSERT INTO transfer
    SELECT 1::bigint << 40 | first, account, {house}, {stake}, 1, id, balance - {stake}, 1::bigint << 40 | before, k
    FROM play
    UNION ALL
    SELECT 1::bigint << 40 | last, {house}, account, {payout}, 2, id, balance + {gain}, 1::bigint << 40 | first, k
    FROM play WHERE wins ORDER BY 1""",
    """
    INSERT INTO bet
    SELECT id, account, CASE WHEN table_player THEN 'roulette' ELSE 'dice' END,
        CASE WHEN table_player THEN 'roulette-1' END, CASE WHEN table_player THEN k + 1 END,
        {stake}, CASE WHEN wins THEN {payout} ELSE 0 END, 2, CASE WHEN NOT table_player THEN 1 END,
        CASE WHEN table_player THEN k + 1 ELSE k END, '\\x80', '\\x80', balance, 0, '\\x0102030405060708', k, k
    FROM play""",
    # One in ten had a bet refused.
    """
    INSERT INTO command
    SELECT md5('refused' || k || '/' || j)::uuid, j + 1, '\\x01', 4001, '\\x80', k FROM play WHERE j % 10 = 1""",
    "INSERT INTO hold SELECT id, account, {stake}, 'roulette-1', 2 FROM play WHERE table_player",
    """
    INSERT INTO round
    SELECT 'roulette-1', k + 1, 'roulette', encode(sha256(k::text::bytea), 'hex'), '\\x00', k, k::text, 'client',
        '\\x90', '\\x80', k
    FROM (SELECT DISTINCT k FROM play) blocks""",
    "INSERT INTO batch SELECT 1, 2 + k, k, sum(1 + wins::int) FROM play GROUP BY k",
)
_OPENINGS: Final = """
    INSERT INTO transfer
    SELECT 1::bigint << 40 | j + 1, {treasury}, (j + 1) << 8 | 8, {opening}, 6, md5('opening' || j)::uuid, {opening},
        NULL, 0
    FROM generate_series(0, $1::bigint - 1) j"""
_SEEDS: Final = """
    INSERT INTO seed
    SELECT j + 1, 1, encode(sha256(j::text::bytea), 'hex'), '\\x00', 'client', 0, 'next', '\\x00', j::text, $2, 7
    FROM generate_series(0, $1::bigint - 1) j WHERE j % 5 <> 0"""
_ACCOUNTS: Final = """
    INSERT INTO account
    SELECT (j + 1) << 8 | 8, {opening} + {gain} * (($2 + 1) / 2) - {stake} * ($2 / 2), 0, 0,
        CASE WHEN j % 5 = 0 THEN 0 ELSE 1::bigint << 40 | $2 - 1 END,
        1::bigint << 40 | ($1 + 3 * $1 * ($2 / 2) - $1 * (1 - $2 % 2)
            + CASE WHEN $2 % 2 = 1 THEN 2 * j + 2 ELSE j + 1 END)
    FROM generate_series(0, $1::bigint - 1) j"""
_HOUSES: Final = """
    INSERT INTO account (id, posted)
    SELECT {house}, $1::bigint * ({stake} * ($2::bigint / 2) - {gain} * (($2::bigint + 1) / 2))
    UNION ALL SELECT {treasury}, -{opening}::bigint * $1::bigint"""


def _sql(text: str) -> str:
    return text.format(
        house=_HOUSE, treasury=_TREASURY, stake=STAKE, payout=PAYOUT, gain=PAYOUT - STAKE, opening=OPENING
    )


async def fill(connection: asyncpg.Connection, transfers: int, players: int, block_bets_max: int = 500_000) -> int:
    """Write about that many transfers of honest play; returns how many there are."""
    blocks = max(1, round((transfers - players) / players / 1.5))
    await connection.execute("SET synchronous_commit = off; SET work_mem = '256MB'")
    await prepare_shards(connection, range(1))
    await connection.execute("INSERT INTO epoch (host, seq) VALUES ('benchmark', $1)", blocks + 1)
    await connection.execute("UPDATE shard SET epoch = 1")
    await connection.execute("INSERT INTO batch VALUES (1, 1, 0, $1)", players)
    await connection.execute(_sql(_OPENINGS), players)
    step = max(1, block_bets_max // players)
    for begin in range(0, blocks, step):
        async with connection.transaction():
            await connection.execute(_sql(_PLAY), players, begin, min(begin + step, blocks) - 1)
            for statement in _BLOCKS:
                await connection.execute(_sql(statement))
    await connection.execute(_sql(_ACCOUNTS), players, blocks)
    await connection.execute(_sql(_HOUSES), players, blocks)
    await connection.execute(_sql(_SEEDS), players, blocks)
    await connection.execute("VACUUM (ANALYZE)")
    counted: int = await connection.fetchval("SELECT count(*) FROM transfer")
    return counted


async def run(dsn: str, transfers: int, players: int, rounds: int) -> dict[str, object]:
    """Fill and audit, and audit again: the first time reads from disk what the cache does not hold."""
    connection = await asyncpg.connect(dsn)
    try:
        await migrate(connection, migrations.folder())
        began = time.perf_counter()
        counted = await fill(connection, transfers, players)
        filled = time.perf_counter() - began
    finally:
        await connection.close()
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        report = await audit(dsn, salt=random.getrandbits(63))
        seconds.append(round(time.perf_counter() - began, 2))
    return {
        "transfers": counted,
        "fill_seconds": round(filled, 1),
        "audit_seconds": seconds,
        "ok": report.ok,
        "checks": {check.name: {"ok": check.ok, "rows": check.rows} for check in report.checks},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transfers", type=int, default=1_000_000)
    parser.add_argument("--players", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--dir", type=Path, help="where to make the database; a temporary folder by default")
    chosen = parser.parse_args(arguments)

    async def benchmark(folder: str) -> dict[str, object]:
        async with Engines(Path(folder) / "data", with_valkey=False) as engines:
            return await run(engines.postgres.dsn, chosen.transfers, chosen.players, chosen.rounds)

    with tempfile.TemporaryDirectory(prefix="croupier-audit-", dir=chosen.dir) as folder:
        print(json.dumps(asyncio.run(benchmark(folder))))  # noqa: T201 - its output is what it is for


if __name__ == "__main__":
    main()
