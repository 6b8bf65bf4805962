"""A real cluster in the background: started, asked, hurt and stopped by its commands."""

import asyncio
import json
from pathlib import Path
from typing import Any, Final

from tests.support.server import croupier

UP_SECONDS_MAX: Final = 180.0
COMMAND_SECONDS_MAX: Final = 120.0
WHOLE_SECONDS_MAX: Final = 120.0


class Cluster:
    """The cluster of a data dir; `variables` are the environment of its commands."""

    def __init__(self, data_dir: Path, **variables: str) -> None:
        self.data_dir = data_dir
        self._variables: dict[str, Any] = dict(variables)
        self.ready: dict[str, Any] = {}

    async def up(self, *flags: str) -> None:
        """Start it."""
        ended = await croupier(
            *("cluster", "up", "--data-dir", str(self.data_dir), "--port", "0", *flags),
            seconds=UP_SECONDS_MAX,
            **self._variables,
        )
        assert ended.code == 0, ended.stderr + self.log
        self.ready = json.loads(ended.stdout)

    async def do(self, *command: str) -> str:
        """Run one of its commands, which must succeed; return what it printed."""
        ended = await croupier(
            *("cluster", *command, "--data-dir", str(self.data_dir)), seconds=COMMAND_SECONDS_MAX, **self._variables
        )
        assert ended.code == 0, ended.stderr + self.log
        return ended.stdout

    async def status(self) -> dict[str, Any]:
        """What is known of it."""
        found: dict[str, Any] = json.loads(await self.do("status", "--json"))
        return found

    async def whole(self, hosts: int) -> dict[str, Any]:
        """Wait until so many hosts are up, all shards are on them, evenly, and nothing is under way."""
        async with asyncio.timeout(WHOLE_SECONDS_MAX):
            while True:
                status = await self.status()
                shares = [host["shards"] for host in status["hosts"] if host["state"] == "up"]
                even = len(shares) == hosts and sum(shares) == 256 and max(shares) - min(shares) <= 1
                doors = all(gateway["state"] == "up" for gateway in status["gateways"])
                if even and doors and status["gateways"] and not status["work"]["running"]:
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
