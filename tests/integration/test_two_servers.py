"""Two servers on one database: the second takes over, and the first notices, stops serving and ends."""

import asyncio
from pathlib import Path

import pytest

from tests.support.bookkeeping import assert_told_the_truth, assert_whole, read_books, read_journal
from tests.support.player import Player, dice
from tests.support.server import croupier, no_leftovers, serving, short_folder
from tests.support.swarm import Swarm, assert_nothing_was_lost
from tests.support.tables import quick_tables

FENCED = 3
RESTARTING = 1012
TAKEN_OVER = "another server has taken this database over; this one ends"


@pytest.fixture
def shared(empty_postgres_dsn: str, valkey_url: str) -> dict[str, str]:
    """The environment of servers on one database."""
    return {
        "CROUPIER_DATABASE_URL": empty_postgres_dsn,
        "CROUPIER_REDIS_URL": valkey_url,
        "CROUPIER_GUEST_ENABLED": "true",
        "CROUPIER_SEED_KEY": "A" * 43 + "=",
        "CROUPIER_TOKEN_SECRET": "s" * 32,
    }


async def test_the_second_server_takes_over_under_load_and_the_first_ends(
    shared: dict[str, str], tmp_path: Path
) -> None:
    with short_folder() as folder:
        settings = {"tables": quick_tables()}
        async with serving(folder / "first", variables=shared, settings=settings) as first:
            dice_bots = Swarm(first.ws, "dice", tmp_path / "dice.jsonl", players=8, in_flight=2)
            roulette_bots = Swarm(first.ws, "roulette", tmp_path / "roulette.jsonl", players=12)
            async with dice_bots, roulette_bots:
                await dice_bots.acknowledges(300)
                async with serving(folder / "second", variables=shared, settings=settings) as second:
                    ended = await first.ended()
                    assert ended.code == FENCED
                    assert first.logged(TAKEN_OVER)
                    async with Player(second.ws) as player:
                        await player.log_in()
                        assert (await player.ask(**dice()))["t"] == "dice.settled"
                    assert second.logged("batch failed") == []
                # The bots know the first one's address: where it was, there is one again, which takes over in its turn.
                await first.start()
                await dice_bots.acknowledges(50)
                await roulette_bots.acknowledges(5)
                reports = [await dice_bots.report(), await roulette_bots.report()]
            for report in reports:
                assert_nothing_was_lost(report)
            audit = await croupier("audit", "--database-url", shared["CROUPIER_DATABASE_URL"])
            assert audit.code == 0, audit.stdout
            books = await read_books(shared["CROUPIER_DATABASE_URL"])
            mine = await bets_of_others(books.bets.keys(), dice_bots, roulette_bots)
            for bet in mine:
                del books.bets[bet]
            assert len(mine) == 1, "the bet that was made at the second server"
            assert_told_the_truth(books, read_journal(dice_bots.journal) + read_journal(roulette_bots.journal))
            assert_whole(books)
        await no_leftovers(folder)


async def bets_of_others(bets: object, *swarms: Swarm) -> list[str]:
    told = {reply["id"] for swarm in swarms for reply in await asyncio.to_thread(read_journal, swarm.journal)}
    return [bet for bet in list(bets) if bet not in told]  # type: ignore[call-overload]


async def test_a_server_without_anything_to_write_notices_as_well(shared: dict[str, str]) -> None:
    with short_folder() as folder:
        async with serving(folder / "first", variables=shared) as first, Player(first.ws) as player:
            await player.log_in()
            async with serving(folder / "second", variables=shared):
                ended = await first.ended()
                assert ended.code == FENCED
                assert await player.closed() == RESTARTING
                assert first.logged(TAKEN_OVER)
