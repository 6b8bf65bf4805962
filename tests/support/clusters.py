"""A real cluster in the background: started, asked, hurt and stopped by its commands."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from server.cluster.client import ASK_AGAIN
from tests.support.server import Ended, croupier

SHARDS: Final = 256
UP_SECONDS_MAX: Final = 300.0
COMMAND_SECONDS_MAX: Final = 300.0
WHOLE_SECONDS_MAX: Final = 300.0
LOOK_SECONDS: Final = 0.5
"""Between two looks, each of which is a process that joins Ray: they must not be what keeps the machine busy."""


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
        """Run one of its commands, which must succeed, again if it says so; return what it printed."""
        async with asyncio.timeout(COMMAND_SECONDS_MAX):
            while ASK_AGAIN in (ended := await self._run(*command, seconds=COMMAND_SECONDS_MAX)).stderr:
                pass
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

    async def whole(self, hosts: int, *, gateways: int = 1, without: str | None = None) -> dict[str, Any]:
        """Wait until so many hosts and gateways are there and up, each host has shards, all shards are on them, and
        nothing is under way. A killed process of the name `without` may not have been missed yet.

        How many shards each has is the load's to say.
        """
        status: dict[str, Any] = {}
        try:
            async with asyncio.timeout(WHOLE_SECONDS_MAX):
                while not _is_whole(status, hosts, gateways) or without in names(status):
                    await asyncio.sleep(LOOK_SECONDS if status else 0.0)
                    status = await self.status()
        except TimeoutError:
            raise AssertionError(f"not whole: {status}\n{self.log}") from None
        return status

    async def shows(self, line: str) -> str:
        """Wait until what it shows to people has this line: by itself it may share shards out anew at any time."""
        shown = ""
        try:
            async with asyncio.timeout(WHOLE_SECONDS_MAX):
                while line not in shown:
                    shown = await self.do("status")
        except TimeoutError:
            raise AssertionError(f"it shows: {shown}") from None
        return shown

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


def _is_whole(status: dict[str, Any], hosts: int, gateways: int) -> bool:
    if not status or status["work"]["running"]:
        return False
    shares = [host["shards"] for host in status["hosts"]]
    here = [len(status["hosts"]), len(status["gateways"])] == [hosts, gateways]
    # Who is up, and has said where it is.
    up = all(one["state"] == "up" and "metrics" in one for one in (*status["hosts"], *status["gateways"]))
    return here and up and all(shares) and sum(shares) == SHARDS


def names(status: dict[str, Any]) -> set[str]:
    """Of the directory, and of all hosts and gateways."""
    if not status:
        return set()
    return {status["cluster"]["directory"], *(one["name"] for one in (*status["hosts"], *status["gateways"]))}
