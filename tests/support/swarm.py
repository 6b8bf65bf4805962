"""Bots in a process of their own, which play through whatever happens to the server until they are told to stop."""

import asyncio
import json
import random
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.support.server import COMMAND, Server, environment

PLAY_SECONDS_MAX: Final = 600.0
REPORT_SECONDS_MAX: Final = 180.0
ARRIVAL_SECONDS_MAX: Final = 180.0
POLL_SECONDS: Final = 0.02
BROKEN_WIRE: Final = frozenset({"connect", "silence"})
"""Errors that bots count when a server is not there."""


class Swarm:
    """`croupier bots`, with a journal of everything that the server acknowledged."""

    def __init__(self, url: str, game: str, journal: Path, *, players: int, **more: Any) -> None:
        self.game = game
        self.journal = journal
        self.players = players
        flags = {"url": url, "game": game, "players": players, "journal": journal, "seconds": PLAY_SECONDS_MAX} | more
        self._flags = [f"--{name.replace('_', '-')}={value}" for name, value in flags.items()]
        self._process: Process | None = None
        self._chatter: asyncio.Task[bytes] | None = None

    async def __aenter__(self) -> Self:
        """Start, and wait until some bet is acknowledged."""
        self._process = await asyncio.create_subprocess_exec(
            *(*COMMAND, "bots", *self._flags, "--json"),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            cwd="/",
            env=environment(),
        )
        if self._process.stderr is None:
            raise RuntimeError("no pipe")
        self._chatter = asyncio.create_task(self._process.stderr.read())
        await self.acknowledges(1)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._chatter is not None:
            await self._chatter

    async def acknowledges(self, more: int) -> None:
        """Wait until this many bets more are acknowledged than now."""
        wanted = self.acknowledged + more
        async with asyncio.timeout(ARRIVAL_SECONDS_MAX):
            while self.acknowledged < wanted:  # noqa: ASYNC110 - a file of another process: nothing tells
                await asyncio.sleep(POLL_SECONDS)

    @property
    def acknowledged(self) -> int:
        """How many lines the journal has."""
        return self.journal.read_bytes().count(b"\n") if self.journal.exists() else 0

    async def report(self) -> dict[str, Any]:
        """Have the bots finish what is open, compare their books for the last time, and report."""
        process = self._process
        if process is None or process.stdout is None or self._chatter is None:
            raise RuntimeError("the bots were never started")
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(REPORT_SECONDS_MAX):
            printed = await process.stdout.read()
            chatter = await self._chatter
            await process.wait()
        assert process.returncode == 0, chatter.decode()
        report: dict[str, Any] = json.loads(printed)
        report["chatter"] = [line for line in chatter.decode().splitlines() if "mismatch of" in line]
        return report


def assert_nothing_was_lost(report: dict[str, Any]) -> None:
    """The bots carried on to the end, and at no time was a balance another one than they reckoned."""
    assert report["balance_mismatches"] == 0, report
    assert report["bets_unresolved"] == 0, report
    assert report["books_closed"] == report["players"], report
    assert report["bets"] > 0, report


async def played_through_kills(
    server: Server, swarm: Swarm, kills: int, answers_between_max: int, chance: random.Random
) -> dict[str, Any]:
    """The bots' report after the server was killed so often at random instants, with an audit each time."""
    async with swarm:
        for _ in range(kills):
            await swarm.acknowledges(chance.randrange(1, answers_between_max))
            await server.kill()
            await server.start()
            await server.audit()
        await swarm.acknowledges(answers_between_max)
        report = await swarm.report()
    assert_nothing_was_lost(report)
    await server.audit()
    return report
