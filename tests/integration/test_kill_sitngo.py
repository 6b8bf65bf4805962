"""The server is killed in the middle of tournaments: each is played to its end, and pays what was paid, once."""

import random
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from protocol.records import TransferKind
from tests.support.server import serving
from tests.support.swarm import Swarm, played_through_kills
from tests.support.tables import quick_sitngo

pytestmark = pytest.mark.slow(seconds=20)

KILLS = 2
PLAYERS = 5
MOVES_BETWEEN_KILLS_MAX = 40
ENTRY, FEE = 50_00, 5_00


async def test_kills_in_mid_tournament_lose_no_prize_and_pay_none_twice(data_dir: Path, tmp_path: Path) -> None:
    chance = random.Random(4)
    async with serving(data_dir, settings={"tables": quick_sitngo(entry=ENTRY, fee=FEE)}) as server:
        swarm = Swarm(server.ws, "sitngo", tmp_path / "sitngo.jsonl", players=PLAYERS, seed=5)
        report = await played_through_kills(server, swarm, KILLS, MOVES_BETWEEN_KILLS_MAX, chance)
        assert report["reconnects"] >= PLAYERS, report
        moved = await moved_in(server.database_url)
    paid, back, fees = (moved.get(kind, 0) for kind in (TransferKind.BUY_IN, TransferKind.CASH_OUT, TransferKind.RAKE))
    assert fees > 0
    assert paid == back + fees
    assert fees % FEE == 0
    assert (back - fees // FEE * ENTRY) % (ENTRY + FEE) == 0  # what was not won was registrations, all given back


async def moved_in(dsn: str) -> dict[int, Any]:
    """How much money moved, by the kind of the transfers."""
    connection = await asyncpg.connect(dsn)
    try:
        return {
            row["kind"]: int(row["sum"])
            for row in await connection.fetch("SELECT kind, sum(amount) FROM transfer GROUP BY kind")
        }
    finally:
        await connection.close()
