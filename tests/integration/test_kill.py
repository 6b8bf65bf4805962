"""The server is killed at any instant under load: nothing that was acknowledged is lost, and nothing is half there."""

import random
from pathlib import Path

import asyncpg
import pytest

from tests.support.bookkeeping import (
    assert_bound,
    assert_told_the_truth,
    assert_whole,
    read_books,
    read_journal,
)
from tests.support.server import Server, serving
from tests.support.swarm import Swarm, assert_nothing_was_lost
from tests.support.tables import quick_tables

pytestmark = pytest.mark.slow(seconds=55)

KILLS = 20
KILLS_DURING_START = 3
BETS_BETWEEN_KILLS_MAX = 2_000


class Memory:
    """What was committed to before a crash may never become something else."""

    def __init__(self) -> None:
        self._commitments: dict[tuple[str, int], str] = {}
        self._outcomes: dict[tuple[str, int], bytes] = {}
        self._bets: dict[object, tuple[object, ...]] = {}

    async def compare(self, dsn: str) -> None:
        connection = await asyncpg.connect(dsn)
        try:
            rounds = await connection.fetch("SELECT table_id, round, commitment, outcome FROM round")
            bets = await connection.fetch("SELECT id, state, payout, outcome FROM bet WHERE state <> 1")
        finally:
            await connection.close()
        for table, number, commitment, outcome in rounds:
            assert self._commitments.setdefault((table, number), commitment) == commitment
            if outcome is not None:
                assert self._outcomes.setdefault((table, number), outcome) == outcome
        assert self._commitments.keys() == {(row[0], row[1]) for row in rounds}, "a round is gone"
        now = {row["id"]: tuple(row) for row in bets}
        assert self._bets.items() <= now.items(), "a bet that was settled is gone, or has changed"
        self._bets = now


async def test_twenty_kills_at_random_instants_lose_nothing(data_dir: Path, tmp_path: Path) -> None:
    chance = random.Random(20)
    memory = Memory()
    async with serving(data_dir, settings={"tables": quick_tables()}) as server:
        dice = Swarm(server.ws, "dice", tmp_path / "dice.jsonl", players=8, in_flight=4, seed=1)
        roulette = Swarm(server.ws, "roulette", tmp_path / "roulette.jsonl", players=24, seed=2)
        async with dice, roulette:
            for number in range(KILLS):
                if number % 5 == 0:
                    await roulette.acknowledges(1)
                await dice.acknowledges(chance.randrange(BETS_BETWEEN_KILLS_MAX))
                await server.kill()
                if number < KILLS_DURING_START:
                    await kill_during_start(server)
                await server.start()
                await memory.compare(server.database_url)
            await dice.acknowledges(1)
            await roulette.acknowledges(1)
            reports = [await dice.report(), await roulette.report()]
        for report in reports:
            assert_nothing_was_lost(report)
            assert report["reconnects"] >= report["players"] * KILLS // 2, report
        await server.audit()
        books = await read_books(server.database_url)
        assert_told_the_truth(books, read_journal(dice.journal) + read_journal(roulette.journal))
        assert_whole(books)
        assert_bound(books, data_dir)
        assert len(books.rounds) > KILLS
        await memory.compare(server.database_url)


async def kill_during_start(server: Server) -> None:
    """A server that has just taken the shards dies again."""
    before = len(server.log)
    await server.launch()
    await server.logs("shards taken", since=before)
    await server.kill()
