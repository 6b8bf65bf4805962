"""Valkey is killed and wiped while bots play: nobody loses anything but a resume."""

import os
import signal
from pathlib import Path

import redis.asyncio as redis

from tests.support.bookkeeping import assert_told_the_truth, assert_whole, read_books, read_journal
from tests.support.player import Player, dice
from tests.support.server import serving, until
from tests.support.swarm import Swarm, assert_nothing_was_lost
from tests.support.tables import quick_tables

RESUME_UNKNOWN = "resume_unknown"


async def wipe(url: str) -> None:
    client = redis.Redis.from_url(url)
    try:
        await client.flushall()
    finally:
        await client.aclose()


async def test_bots_do_not_notice_that_valkey_is_wiped_or_killed(data_dir: Path, tmp_path: Path) -> None:
    async with serving(data_dir, settings={"tables": quick_tables()}) as server:
        dice_bots = Swarm(server.ws, "dice", tmp_path / "dice.jsonl", players=8)
        roulette_bots = Swarm(server.ws, "roulette", tmp_path / "roulette.jsonl", players=12)
        async with dice_bots, roulette_bots:
            for number in range(1, 4):
                await wipe(server.redis_url)
                await dice_bots.acknowledges(50)
                os.kill(server.engine_pid("valkey-server"), signal.SIGKILL)
                await dice_bots.acknowledges(50)
                await server.logs("engine is back", count=number)
            await roulette_bots.acknowledges(1)
            reports = [await dice_bots.report(), await roulette_bots.report()]
        for report in reports:
            assert_nothing_was_lost(report)
            assert report["reconnects"] == 0, report
        await server.audit()
        books = await read_books(server.database_url)
        assert_told_the_truth(books, read_journal(dice_bots.journal) + read_journal(roulette_bots.journal))
        assert_whole(books)


async def test_a_wiped_valkey_costs_a_resume_and_the_access_token_still_logs_in(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        async with Player(server.ws) as player:
            welcome = await player.log_in()
            settled = await player.ask(**dice())
        await wipe(server.redis_url)
        async with Player(server.ws) as player:
            refused = await player.ask(t="resume", token=welcome["resume"], streams=[])
            assert refused["name"] == RESUME_UNKNOWN
            again = await player.log_in(t="auth.token", token=welcome["token"])
            assert again["player"] == welcome["player"]
            assert again["balances"][0]["available"] == settled["available"]
            # … and what that login was given resumes again.
        async with Player(server.ws) as player:
            assert (await player.ask(t="resume", token=again["resume"], streams=[]))["t"] == "welcome"


async def test_logins_and_bets_go_on_while_valkey_is_away(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        folder = data_dir / "valkey"
        async with Player(server.ws) as before:
            await before.log_in()
            # A folder in the place of its socket: Valkey cannot come back for now.
            (folder / "valkey.sock").unlink()
            (folder / "valkey.sock").mkdir()
            os.kill(server.engine_pid("valkey-server"), signal.SIGKILL)
            await server.logs("engine does not start")
            async with Player(server.ws) as newcomer:
                await newcomer.log_in()
                assert (await newcomer.ask(**dice()))["t"] == "dice.settled"
                (folder / "valkey.sock").rmdir()
                await server.logs("engine is back")
            assert (await before.ask(**dice()))["t"] == "dice.settled"
        await until(lambda: server.engine_pid("valkey-server"))
