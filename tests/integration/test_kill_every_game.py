"""The server is killed at random instants while a whole floor is played: no game loses a bet, or draws one anew."""

import base64
import random
from pathlib import Path
from typing import Any

import asyncpg
import msgpack
import pytest

from actors.fairness.seal import Sealer, player_seed, round_seed
from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES, TABLE_GAMES, VERIFIABLE
from actors.games.crash import recorded_of
from actors.instant.journal import journal_of, read_step
from protocol.ids import BetId, PlayerId, TableId
from protocol.money import player_of
from tests.support.bookkeeping import SETTLED, Books, Row, read_books
from tests.support.server import serving
from tests.support.swarm import Swarm, assert_nothing_was_lost
from tests.support.tables import floor, quick_poker, quick_sitngo

pytestmark = pytest.mark.slow(seconds=20)

KILLS = 8
PLAYERS = 32
"""Two at each game."""
ANSWERS_BETWEEN_KILLS_MAX = 1_500


async def test_kills_at_random_instants_lose_nothing_of_any_game(data_dir: Path, tmp_path: Path) -> None:
    chance = random.Random(12)
    async with serving(data_dir, settings={"tables": [*floor(), *quick_poker(1), *quick_sitngo()]}) as server:
        swarm = Swarm(server.ws, "all", tmp_path / "all.jsonl", players=PLAYERS, seed=3)
        async with swarm:
            for _ in range(KILLS):
                await swarm.acknowledges(chance.randrange(1, ANSWERS_BETWEEN_KILLS_MAX))
                await server.kill()
                await server.start()
            await swarm.acknowledges(ANSWERS_BETWEEN_KILLS_MAX)
            report = await swarm.report()
        assert_nothing_was_lost(report)
        assert report["reconnects"] >= PLAYERS, report
        await server.audit()
        books = await read_books(server.database_url)
        steps = await steps_of_games(server.database_url)
    settled = [bet for bet in books.bets.values() if bet["state"] == SETTLED]
    assert {bet["game"] for bet in settled} == {*INSTANT_GAMES, *STEP_GAMES, *TABLE_GAMES}
    sealer = Sealer(base64.b64decode((data_dir / "secrets" / "seed_key").read_bytes()))
    for bet in settled:
        assert_bound(bet, books, steps, sealer)


async def steps_of_games(dsn: str) -> dict[str, list[Any]]:
    """What was done in each game of several steps, by the name of its journal."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("SELECT actor, event FROM journal WHERE actor LIKE 'game:%' ORDER BY n")
    finally:
        await connection.close()
    steps: dict[str, list[Any]] = {}
    for row in rows:
        steps.setdefault(row["actor"], []).append(read_step(row["event"]))
    return steps


def assert_bound(bet: Row, books: Books, steps: dict[str, list[Any]], sealer: Sealer) -> None:
    """What came and what was paid follow from the seed that was sealed before the bet, and from what is recorded."""
    params = msgpack.unpackb(bet["params"])
    if bet["table_id"] is not None:
        row = books.rounds[bet["table_id"], bet["round"]]
        server_seed = sealer.open(row["sealed"], round_seed(TableId(bet["table_id"]), bet["round"]))
        client_seed, recorded = row["client_seed"], msgpack.unpackb(row["outcome"])
        params, outcome = recorded_of(BetId(bet["id"].bytes), params, recorded)
    else:
        row = books.seeds[player_of(bet["account"]), bet["seed"]]
        server_seed = sealer.open(row["sealed"], player_seed(PlayerId(row["player"]), row["number"]))
        client_seed, outcome = row["client_seed"], msgpack.unpackb(bet["outcome"])
    if bet["game"] in STEP_GAMES:
        taken = steps[journal_of(BetId(bet["id"].bytes))]
        params["steps"], outcome = [one.step for one in taken], taken[-1].outcome
    if VERIFIABLE[bet["game"]].is_played:
        params["played"] = outcome
    game = VERIFIABLE[bet["game"]]
    found, payout = game.recompute(server_seed, client_seed, bet["nonce"], params=params, stake=bet["stake"])
    assert (msgpack.unpackb(msgpack.packb(found)), payout) == (outcome, bet["payout"]), bet
