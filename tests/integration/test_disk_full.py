"""The disk is full at a commit: bets are refused for now, nothing is lost, and with space play goes on by itself."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from protocol.errors import Code
from tests.support import small_disk
from tests.support.bookkeeping import assert_bound, assert_told_the_truth, assert_whole, read_books, read_journal
from tests.support.player import Player
from tests.support.server import Server, croupier, serving, short_folder
from tests.support.swarm import Swarm, assert_nothing_was_lost
from tests.support.tables import quick_tables

pytestmark = pytest.mark.slow(seconds=10)

DISK_MEBIBYTES = 224
CHUNK_BYTES = 1024 * 1024
REFUSALS = 3
END_SECONDS_MAX = 180.0
NO_SPACE = "No space left on device"


class Disk:
    """The small disk of a server, as it is seen from outside: through the server's own root."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._ballast = self.folder / "ballast"

    @property
    def folder(self) -> Path:
        return Path(f"/proc/{self._server.pid}/root") / self._server.data_dir.relative_to("/")

    @property
    def database_url(self) -> str:
        return f"postgresql://croupier@/croupier?host={self.folder}/postgres&port=5432"

    @property
    def admin_url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}/postgres&port=5432"

    def fill(self) -> None:
        """Leave not one byte."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (CHUNK_BYTES, 4_096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))

    def free(self) -> None:
        self._ballast.unlink()

    @property
    def bytes_free(self) -> int:
        facts = os.statvfs(self.folder)
        return facts.f_bavail * facts.f_bsize


@asynccontextmanager
async def playing(folder: Path) -> AsyncIterator[tuple[Server, Disk, Swarm]]:
    """A server with a small disk and bots at it; at the end everything that they were told is checked."""
    with short_folder() as place:
        data_dir = place / "data"
        data_dir.mkdir()
        prefix = (sys.executable, small_disk.__file__, str(data_dir), str(DISK_MEBIBYTES))
        async with serving(data_dir, prefix=prefix, settings={"tables": quick_tables()}) as server:
            disk = Disk(server)
            dice_bots = Swarm(server.ws, "dice", folder / "dice.jsonl", players=8, in_flight=2)
            roulette_bots = Swarm(server.ws, "roulette", folder / "roulette.jsonl", players=12)
            async with dice_bots, roulette_bots:
                await dice_bots.acknowledges(200)
                yield server, disk, dice_bots
                await dice_bots.acknowledges(200)
                await roulette_bots.acknowledges(5)
                reports = [await dice_bots.report(), await roulette_bots.report()]
            for report in reports:
                assert_nothing_was_lost(report)
                assert report["reconnects"] == 0, "the server was there all the time"
            audit = await croupier("audit", "--database-url", disk.database_url)
            assert audit.code == 0, audit.stdout
            books = await read_books(disk.database_url)
            assert_told_the_truth(books, read_journal(dice_bots.journal) + read_journal(roulette_bots.journal))
            assert_whole(books)
            assert_bound(books, disk.folder)


async def refused_for_now(server: Server) -> None:
    """A login gets as far as it can without writing; whoever comes is told to try again."""
    async with Player(server.ws) as player:
        answer = await player.ask(t="auth.guest")
        assert (answer["code"], answer["retry"]) == (Code.TRY_AGAIN, True)


async def test_a_full_disk_refuses_bets_for_now_and_play_goes_on_when_there_is_space(tmp_path: Path) -> None:
    async with playing(tmp_path) as (server, disk, _):
        disk.fill()
        failed = await server.logs("batch failed")
        await server.logs("store not available", count=REFUSALS)
        await refused_for_now(server)
        assert disk.bytes_free == 0
        disk.free()
        await server.logs("recovered")
    assert failed["kind"] == "Unavailable", failed
    assert NO_SPACE in failed["error"], failed


async def test_a_disk_too_full_for_the_log_of_postgres_is_survived_as_well(tmp_path: Path) -> None:
    """There PostgreSQL does not refuse: it ends, and cannot start again either, until there is space."""
    async with playing(tmp_path) as (server, disk, _):
        await fill_with_log(disk)
        await server.logs("engine does not start", count=REFUSALS)
        await refused_for_now(server)
        disk.free()
        await server.logs("engine is back")
        await server.logs("recovered")


async def fill_with_log(disk: Disk) -> None:
    """Fill the disk, and have PostgreSQL begin new segments of its log until there is no room for one."""
    connection = await asyncpg.connect(disk.admin_url)
    disk.fill()
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        async with asyncio.timeout(END_SECONDS_MAX):
            while True:
                await connection.execute("SELECT pg_logical_emit_message(true, 'full', 'log')")
                await connection.execute("SELECT pg_switch_wal()")
    await connection.close()
