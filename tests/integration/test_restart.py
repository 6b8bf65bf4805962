"""The server is stopped in order and started again while bots play: they are told to come back, and do."""

import signal
from pathlib import Path

import asyncpg
import pytest

from protocol.errors import Code
from tests.support.bookkeeping import assert_bound, assert_told_the_truth, assert_whole, read_books, read_journal
from tests.support.player import Player, roulette
from tests.support.server import serving
from tests.support.swarm import Swarm, assert_nothing_was_lost
from tests.support.tables import quick_tables

pytestmark = pytest.mark.slow(seconds=12)

RESTARTS = (signal.SIGTERM, signal.SIGINT, signal.SIGTERM)
STOP_SECONDS_MAX = 10.0
TOO_LATE = {Code.BETTING_CLOSED}


async def test_bots_carry_on_through_restarts_and_resume_their_sessions(data_dir: Path, tmp_path: Path) -> None:
    async with serving(data_dir, settings={"tables": quick_tables()}) as server:
        dice_bots = Swarm(server.ws, "dice", tmp_path / "dice.jsonl", players=8, in_flight=2)
        roulette_bots = Swarm(server.ws, "roulette", tmp_path / "roulette.jsonl", players=12)
        async with dice_bots, roulette_bots:
            for number in RESTARTS:
                await dice_bots.acknowledges(100)
                await roulette_bots.acknowledges(3)
                ended = await server.stop(number)
                assert ended.code == 0
                assert ended.seconds < STOP_SECONDS_MAX
                await server.start()
            await dice_bots.acknowledges(100)
            await roulette_bots.acknowledges(3)
            reports = [await dice_bots.report(), await roulette_bots.report()]
        for report in reports:
            assert_nothing_was_lost(report)
            assert report["reconnects"] >= report["players"]
        assert server.complaints() == [], "an orderly end is nothing to warn of"
        await server.audit()
        books = await read_books(server.database_url)
        assert_told_the_truth(books, read_journal(dice_bots.journal) + read_journal(roulette_bots.journal))
        assert_whole(books)
        assert_bound(books, data_dir)


async def test_an_access_token_outlives_a_restart_that_ends_the_embedded_redis(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        async with Player(server.ws) as player:
            welcome = await player.log_in()
        await server.stop()
        await server.start()
        async with Player(server.ws) as player:
            again = await player.log_in(t="auth.token", token=welcome["token"])
            assert again["player"] == welcome["player"]
            assert again["balances"] == welcome["balances"]


async def test_a_round_that_is_open_when_the_server_stops_goes_on_with_its_bets_and_its_seed(data_dir: Path) -> None:
    tables = quick_tables(1, betting_ms=15_000)  # the round is open until the server is back
    async with serving(data_dir, settings={"tables": tables}) as server:
        async with Player(server.ws) as player:
            secret = (await player.log_in())["guest_secret"]
            await player.ask(t="table.sit", table="roulette-1")
            placed = await player.ask(**roulette("roulette-1", ("red", 100), ("straight:7", 50)))
            assert placed["t"] == "roulette.placed"
            await player.ask(t="watch", stream="table:roulette-1")
            before = await player.pushed(lambda push: push["t"] == "roulette.snapshot")
        assert (await server.stop()).code == 0
        await server.start()
        async with Player(server.ws) as player:
            await player.log_in(secret=secret)
            assert (await player.balance())[1] == 150
            await player.ask(t="watch", stream="table:roulette-1")
            after = await player.pushed(lambda push: push["t"] == "roulette.snapshot")
            assert after["round"] == before["round"] == placed["round"]
            assert after["commitment"] == before["commitment"]
            assert {(spot, amount) for _, spot, amount in after["mine"]} == {("red", 100), ("straight:7", 50)}
            settled = await player.pushed(lambda push: push["t"] == "roulette.settled")
            assert settled["round"] == placed["round"]
            await player.pushed(lambda push: push["t"] == "wallet.changed" and push["held"] == 0)
        await server.audit()
        assert_bound(await read_books(server.database_url), data_dir)


async def test_a_table_that_cannot_be_loaded_keeps_nobody_else_from_playing(data_dir: Path) -> None:
    async with serving(data_dir, settings={"tables": quick_tables(2)}) as server:
        async with Player(server.ws) as player:
            await player.log_in()
            for table in ("roulette-1", "roulette-2"):
                assert (await player.ask(t="table.sit", table=table))["t"] == "done"
        await server.kill()
        await server.start()
        connection = await asyncpg.connect(server.database_url)
        try:
            changed = await connection.execute("UPDATE snapshot SET state = '\\xc1' WHERE actor LIKE '%roulette-1'")
            assert changed == "UPDATE 1"
        finally:
            await connection.close()
        await server.kill()
        await server.start()
        failed = await server.logs("actor cannot be loaded")
        assert "roulette-1" in failed["actor"]
        async with Player(server.ws) as player:
            await player.log_in()
            assert (await player.settled(t="table.sit", table="roulette-2"))["t"] == "done"
            placed = await player.settled(**roulette("roulette-2"))
            assert placed["t"] == "roulette.placed" or placed["code"] in TOO_LATE
            assert (await player.ask(t="table.sit", table="roulette-1"))["name"] == "internal"
