"""A real cluster in the background: started, asked, hurt and stopped by its commands."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.support.server import Ended, croupier

UP_SECONDS_MAX: Final = 180.0
COMMAND_SECONDS_MAX: Final = 120.0
WHOLE_SECONDS_MAX: Final = 120.0


class Cluster:
    """The cluster of a data dir. `reach` are flags of every command, `stores` of the one that starts it.

    `variables` are the environment of its commands.
    """

    def __init__(self, data_dir: Path, *reach: str, stores: Sequence[str] = (), **variables: str) -> None:
        self.data_dir = data_dir
        self.ready: dict[str, Any] = {}
        self._reach = reach
        self._stores = stores
        self._variables: dict[str, Any] = dict(variables)

    async def up(self, *flags: str) -> None:
        """Start it."""
        ended = await self._run("up", "--port", "0", *self._stores, *flags, seconds=UP_SECONDS_MAX)
        assert ended.code == 0, ended.stderr + self.log
        self.ready = json.loads(ended.stdout)

    async def do(self, *command: str) -> str:
        """Run one of its commands, which must succeed; return what it printed."""
        ended = await self._run(*command, seconds=COMMAND_SECONDS_MAX)
        assert ended.code == 0, ended.stderr + self.log
        return ended.stdout

    async def refused(self, *command: str) -> str:
        """Run one of its commands, which must not succeed; return what it said."""
        ended = await self._run(*command, seconds=COMMAND_SECONDS_MAX)
        assert ended.code == 2, ended.stdout + ended.stderr
        return ended.stderr.strip().removeprefix("error: ")

    async def _run(self, *command: str, seconds: float) -> Ended:
        flags: tuple[str | Path, ...] = ("--data-dir", self.data_dir, *self._reach)
        return await croupier("cluster", *command, *flags, seconds=seconds, **self._variables)

    async def status(self) -> dict[str, Any]:
        """What is known of it."""
        found: dict[str, Any] = json.loads(await self.do("status", "--json"))
        return found

    async def whole(self, hosts: int) -> dict[str, Any]:
        """Wait until so many hosts are up, each has shards, all are on them, and nothing is under way.

        How many each has is the load's to say.
        """
        async with asyncio.timeout(WHOLE_SECONDS_MAX):
            while True:
                status = await self.status()
                shares = [host["shards"] for host in status["hosts"] if host["state"] == "up"]
                shared = len(shares) == hosts and sum(shares) == 256 and all(shares)
                doors = all(gateway["state"] == "up" for gateway in status["gateways"])
                if shared and doors and status["gateways"] and not status["work"]["running"]:
                    return status

    async def audit(self) -> None:
        """See that every invariant holds."""
        ended = await croupier(
            *("audit", "--data-dir", self.data_dir, "--json"), seconds=COMMAND_SECONDS_MAX, **self._variables
        )
        assert ended.code == 0, ended.stdout + ended.stderr

    @property
    def log(self) -> str:
        """What its supervisor has written."""
        path = self.data_dir / "cluster" / "supervisor.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""


async def bots(url: str, *, players: int, seconds: float) -> dict[str, Any]:
    """Have bots play dice; what they report."""
    ended = await croupier(
        *("bots", "--url", url, "--game", "dice", "--json"),
        *("--players", str(players), "--seconds", str(seconds)),
        seconds=seconds + COMMAND_SECONDS_MAX,
    )
    assert ended.code == 0, ended.stdout + ended.stderr
    report: dict[str, Any] = json.loads(ended.stdout)
    return report
