"""PostgreSQL dies under load, whole or in part: bets wait or are told to try again, and play goes on by itself."""

import asyncio
import contextlib
import os
import random
import signal
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from protocol.errors import CATALOGUE, Code
from tests.support.bookkeeping import (
    assert_bound,
    assert_told_the_truth,
    assert_whole,
    read_books,
    read_journal,
)
from tests.support.cut_wire import Cut, CutWire
from tests.support.player import Player, dice, new_id
from tests.support.server import WAIT_SECONDS_MAX, Server, serving, short_folder, until
from tests.support.swarm import Swarm, assert_nothing_was_lost
from tests.support.tables import quick_tables

pytestmark = pytest.mark.slow(seconds=8)

CRASHES = 3
RECOVERIES = 20
RECOVERING_SECONDS_MAX = 300
TRY_AGAIN = "6001"
STATE = {str(code.value) for code, meaning in CATALOGUE.items() if meaning.sticky} | {str(Code.BET_NOT_SETTLED.value)}
"""Refusals that have nothing to do with faults: too late for the round, nothing to take back, asked while it runs."""
TERMINATE_WRITER = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE state = 'active' AND query LIKE 'SELECT commit_batch(%' AND pid <> pg_backend_pid()"""


async def play_through(server: Server, folder: Path, fault: Any) -> list[dict[str, Any]]:
    """Let bots play while `fault` does its work, and check everything that they were told."""
    dice_bots = Swarm(server.ws, "dice", folder / "dice.jsonl", players=8, in_flight=2)
    roulette_bots = Swarm(server.ws, "roulette", folder / "roulette.jsonl", players=12)
    pid = server.pid
    async with dice_bots, roulette_bots:
        await fault(dice_bots)
        await dice_bots.acknowledges(50)
        await roulette_bots.acknowledges(5)
        reports = [await dice_bots.report(), await roulette_bots.report()]
    for report in reports:
        assert_nothing_was_lost(report)
        assert report["reconnects"] == 0, "the server was there all the time"
        unexpected = {
            code: count for code, count in report["errors"].items() if code != TRY_AGAIN and code not in STATE
        }
        assert unexpected == {}
    assert server.pid == pid
    await server.audit()
    books = await read_books(server.database_url)
    assert_told_the_truth(books, read_journal(dice_bots.journal) + read_journal(roulette_bots.journal))
    assert_whole(books)
    assert_bound(books, server.data_dir)
    return reports


async def is_ready(server: Server) -> bool:
    def look() -> int:
        try:
            with urllib.request.urlopen(f"{server.http}/readyz", timeout=WAIT_SECONDS_MAX) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    return await asyncio.to_thread(look) == HTTPStatus.OK


async def test_postgres_is_killed_and_comes_back(data_dir: Path, tmp_path: Path) -> None:
    async def kill(bots: Swarm) -> None:
        for number in range(1, CRASHES + 1):
            await bots.acknowledges(300)
            os.kill(server.engine_pid("postgres"), signal.SIGKILL)
            await server.logs("engine is back", count=number)
            await server.logs("recovered", count=number)

    async with serving(data_dir, settings={"tables": quick_tables()}) as server:
        reports = await play_through(server, tmp_path, kill)
        assert sum(report["errors"].get(TRY_AGAIN, 0) for report in reports) > 0
        assert await is_ready(server)


async def test_one_process_of_postgres_is_killed_and_it_recovers_by_itself(data_dir: Path, tmp_path: Path) -> None:
    chance = random.Random(3)

    async def kill(bots: Swarm) -> None:
        postmaster = psutil.Process(server.engine_pid("postgres"))
        for number in range(1, CRASHES + 1):
            await bots.acknowledges(300)
            chance.choice(lasting(postmaster)).kill()
            await server.logs("recovered", count=number)
        assert server.engine_pid("postgres") == postmaster.pid

    async with serving(data_dir, settings={"tables": quick_tables()}) as server:
        await play_through(server, tmp_path, kill)


def lasting(postmaster: psutil.Process) -> list[psutil.Process]:
    """Its processes, but those that come and go: autovacuum workers, and what ends anyway."""
    found = []
    for child in postmaster.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.status() != psutil.STATUS_ZOMBIE and "autovacuum worker" not in " ".join(child.cmdline()):
                found.append(child)
    return found


async def test_a_server_says_that_it_is_not_ready_while_postgres_is_away(data_dir: Path) -> None:
    async with serving(data_dir) as server, Player(server.ws) as player:
        await player.log_in()
        cluster, aside = data_dir / "postgres", data_dir / "postgres.aside"
        config = cluster / "global" / "pg_control"
        config.rename(aside)  # it cannot start without
        os.kill(server.engine_pid("postgres"), signal.SIGKILL)
        bet, refused = await until_refused(player)
        assert (refused["name"], refused["retry"]) == ("try_again", True)
        await server.logs("engine does not start")
        await until_ready(server, False)
        assert (await player.ask(**dice()))["name"] == "try_again"
        aside.rename(config)
        settled = await player.settled(**bet)
        assert settled["t"] == "dice.settled"
        await until_ready(server)
        assert await player.balance() == (settled["available"], 0)
        await server.audit()


async def test_a_server_whose_log_nobody_takes_survives_a_fault_that_it_would_log(data_dir: Path) -> None:
    async with serving(data_dir) as server, Player(server.ws) as player:
        await player.log_in()
        assert (await player.ask(**dice()))["t"] == "dice.settled"
        await server.stop_listening()
        killed: list[int] = []
        for _ in range(CRASHES):
            await until(lambda: postgres_of(server) not in (None, *killed))
            killed.append(server.engine_pid("postgres"))
            os.kill(killed[-1], signal.SIGKILL)
            # Its children are there for an instant more, and so may take a bet.
            await until(lambda: postgres_of(server) not in (None, *killed))
            assert (await player.settled(**dice()))["t"] == "dice.settled"


def postgres_of(server: Server) -> int | None:
    with contextlib.suppress(LookupError, psutil.NoSuchProcess):
        return server.engine_pid("postgres")
    return None


async def until_refused(player: Player) -> tuple[dict[str, Any], dict[str, Any]]:
    """Bet until a bet is refused: the database's processes outlive their killed parent by a commit or two.

    The bet that was being committed when they ended is answered too, before anybody can look what came of it.
    """
    while True:
        bet = dice()
        answer = await player.ask(**bet)
        if answer["t"] != "dice.settled":
            return bet, answer


async def until_ready(server: Server, wanted: bool = True) -> None:
    async with asyncio.timeout(WAIT_SECONDS_MAX):
        while await is_ready(server) is not wanted:
            await until(lambda: True)


async def test_a_writer_that_is_cut_off_at_any_moment_finds_out_what_came_of_its_batch(
    data_dir: Path, tmp_path: Path
) -> None:
    chance = random.Random(7)

    async def terminate(bots: Swarm) -> None:
        connection = await asyncpg.connect(server.database_url)
        try:
            async with asyncio.timeout(RECOVERING_SECONDS_MAX):
                # A writer that had its answer before it was cut off has nothing to recover from.
                while len(server.logged("recovered")) < RECOVERIES:
                    await bots.acknowledges(chance.randrange(1, 100))
                    await connection.fetch(TERMINATE_WRITER)
        finally:
            await connection.close()

    async with serving(data_dir, settings={"tables": quick_tables()}) as server:
        await play_through(server, tmp_path, terminate)
        assert server.logged("unknown batch looked up")


@pytest.mark.parametrize(("cut", "landed"), [(Cut.BEFORE_REPLY, True), (Cut.BEFORE_REQUEST, False)])
async def test_a_bet_whose_commit_was_not_confirmed_is_placed_once(
    empty_postgres_dsn: str, valkey_url: str, cut: Cut, landed: bool
) -> None:
    with short_folder() as folder:
        (folder / "wire").mkdir()
        async with CutWire(empty_postgres_dsn, folder / "wire") as wire:
            variables = {
                "CROUPIER_DATABASE_URL": wire.dsn,
                "CROUPIER_REDIS_URL": valkey_url,
                "CROUPIER_GUEST_ENABLED": "true",
                "CROUPIER_SEED_KEY": "A" * 43 + "=",
                "CROUPIER_TOKEN_SECRET": "s" * 32,
            }
            async with serving(folder / "data", variables=variables) as server, Player(server.ws) as player:
                opening = (await player.log_in())["balances"][0]["available"]
                await player.ask(**dice())  # all that a bet needs is loaded
                before = (await player.balance())[0]
                wire.cut = cut
                bet = dice(100, id=new_id())
                answer = asyncio.ensure_future(player.ask(**bet))
                await server.logs("batch failed")
                wire.cut = Cut.NEVER
                looked_up = await server.logs("unknown batch looked up")
                assert looked_up["landed"] is landed
                first = await answer
                if landed:
                    assert first["t"] == "dice.settled", "it was done, so that is the answer"
                else:
                    assert first["name"] == "try_again"
                settled = await player.settled(**bet)
                assert settled["available"] == before - 100 + settled["payout"]
                assert {key: settled[key] for key in settled if key not in ("epoch", "seq")} == {
                    key: value for key, value in (first if landed else settled).items() if key not in ("epoch", "seq")
                }
                assert await player.balance() == (settled["available"], 0)
                statement = await player.settled(t="wallet.statement", asset="PLAY", limit=10)
                assert [row["amount"] for row in statement["rows"] if row["ref"] == bet["id"]].count(-100) == 1
                assert opening > 0
