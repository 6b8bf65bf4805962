"""A crash with many tables open and bets on all of them: every round finishes with the outcome it was bound to."""

import asyncio
import random
from functools import partial
from pathlib import Path

import pytest

from clients.bots.layout import layout_of
from tests.support.bookkeeping import (
    all_rounds_done,
    assert_bound,
    assert_told_the_truth,
    assert_whole,
    read_books,
)
from tests.support.player import Fields, Player, roulette
from tests.support.server import Server, serving
from tests.support.tables import quick_tables

pytestmark = pytest.mark.slow(seconds=30)

TABLES = 50
PLAYERS = 25
BETS_OF_A_PLAYER = 20
STREAMS_OF_A_PLAYER = 2
BETTING_MS = 20_000
"""Long enough that no table closes before all bets are placed and the server is back."""


async def place_bets(server: Server, player: Player, chance: random.Random) -> list[Fields]:
    """Bet at many tables of any variant."""
    await player.log_in()
    placed = []
    for _ in range(BETS_OF_A_PLAYER):
        number = chance.randrange(TABLES) + 1
        table = f"roulette-{number}"
        layout = layout_of(("european", "american", "la_partage")[(number - 1) % 3])
        wagers = [(spot, chance.randrange(10, 500)) for spot in chance.sample(layout.names, 3)]
        await player.ask(t="table.sit", table=table)
        bet = roulette(table, *wagers)
        answer = await player.settled(**bet)
        assert answer["t"] == "roulette.placed", answer
        placed.append(answer)
    return placed


def is_snapshot(stream: str, push: Fields) -> bool:
    return (push["t"], push["stream"]) == ("roulette.snapshot", stream)


async def test_every_round_finishes_as_it_was_bound_to(data_dir: Path) -> None:
    settings = {"tables": quick_tables(TABLES, betting_ms=BETTING_MS)}
    async with serving(data_dir, settings=settings) as server:
        players = [Player(server.ws) for _ in range(PLAYERS)]
        for player in players:
            await player.__aenter__()
        commitments: dict[tuple[str, int], str] = {}
        try:
            answers = await asyncio.gather(
                *(place_bets(server, player, random.Random(n)) for n, player in enumerate(players))
            )
            placed = [answer for one in answers for answer in one]
            for number, player in enumerate(players):
                for table in range(number * STREAMS_OF_A_PLAYER, (number + 1) * STREAMS_OF_A_PLAYER):
                    stream = f"table:roulette-{table + 1}"
                    await player.ask(t="watch", stream=stream)
                    snapshot = await player.pushed(partial(is_snapshot, stream))
                    commitments[snapshot["table"], snapshot["round"]] = snapshot["commitment"]
            await server.kill()
        finally:
            for player in players:
                await player.__aexit__(None, None, None)
        await server.start()
        assert len(placed) == PLAYERS * BETS_OF_A_PLAYER
        before = await read_books(server.database_url)
        standing = [bet for bet in before.bets.values() if bet["state"] == 1]
        assert len(standing) > len(placed) / 2, "the bets were on the tables when the server was killed"
        await all_rounds_done(server.database_url)
        await server.audit()
        books = await read_books(server.database_url)
        assert_told_the_truth(books, ({**answer, "id": answer["id"].hex()} for answer in placed))
        assert_whole(books)
        assert_bound(books, data_dir)
        for place, commitment in commitments.items():
            assert books.rounds[place]["commitment"] == commitment, "another seed than the players were shown"
        assert len(commitments) == TABLES
