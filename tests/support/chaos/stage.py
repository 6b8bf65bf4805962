"""A real cluster for tests, asked from an event loop: its processes by name and by pid, and what they log."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final, Self

from tests.support.chaos.ground import Ground, Machines, database_url_of, logged_by, on_machines, on_one_machine
from tests.support.server import croupier, until

SETTLE_SECONDS_MAX: Final = 180.0
STORY_LINES_MAX: Final = 100
STORY_LINE_MAX: Final = 600


class Stage:
    """A cluster that is up, with so many hosts and gateways."""

    def __init__(self, ground: Ground, *, hosts: int, gateways: int) -> None:
        self.ground = ground
        self.hosts_wanted = hosts
        self.gateways_wanted = gateways
        self.seen: list[dict[str, Any]] = []
        """What was logged by processes whose logs are gone with their Ray."""
        self._asking = asyncio.Lock()

    @property
    def machines(self) -> Machines:
        """The ground, for what can only be done to several machines."""
        assert isinstance(self.ground, Machines), "this is one machine"
        return self.ground

    async def order(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Have the operator do something; see `server.bench.cluster.operator`."""
        async with self._asking:
            return await asyncio.to_thread(self.ground.order, do, **arguments)

    async def status(self) -> dict[str, Any]:
        """What the directory knows."""
        return await self.order("status")

    async def hosts(self) -> list[str]:
        """The hosts that have shards, the one with most of them first."""
        hosts = [host for host in (await self.status())["hosts"] if host["shards"] and host["state"] == "up"]
        return [host["name"] for host in sorted(hosts, key=lambda host: -host["shards"])]

    async def pid(self, name: str) -> int:
        """The process of a name."""
        pid: int = (await self.order("pids"))[name]
        return pid

    async def gateway(self) -> str:
        """The gateway with most players."""
        gateways = (await self.status())["gateways"]
        name: str = max(gateways, key=lambda gateway: gateway.get("connections", 0))["name"]
        return name

    async def directory(self) -> str:
        """The directory that answers now."""
        name: str = (await self.status())["cluster"]["directory"]
        return name

    async def machine_of(self, name: str) -> str:
        """Where a process is."""
        return self.machines.network.machine_of(await self.pid(name))

    async def calm(self) -> None:
        """Wait until all that should be there is up, every shard is on a host, and nothing is under way."""
        async with asyncio.timeout(SETTLE_SECONDS_MAX):
            while not self._is_calm(await self.status()):  # noqa: ASYNC110 - the directory does not call
                await asyncio.sleep(0.1)

    def _is_calm(self, status: dict[str, Any]) -> bool:
        up = [sum(one["state"] == "up" for one in status[kind]) for kind in ("hosts", "gateways")]
        shards = status["shards"]
        return (
            up == [self.hosts_wanted, self.gateways_wanted]
            and not shards["unowned"]
            and not shards["moving"]
            and not status["work"]["running"]
            and all(host["shards"] for host in status["hosts"])
        )

    def logged(self, event: str) -> list[dict[str, Any]]:
        """What the processes have logged of an event, so far."""
        return [entry for entry in self._entries() if entry.get("event") == event]

    async def logs(self, event: str, **fields: Any) -> dict[str, Any]:
        """Wait until a process has logged an event with these fields, and return the entry."""

        def found() -> list[dict[str, Any]]:
            return [entry for entry in self.logged(event) if fields.items() <= entry.items()]

        await until(found)
        return found()[0]

    def keep_logs(self) -> None:
        """Remember what was logged so far: before something that takes the logs with it."""
        self.seen = self._entries()

    def _entries(self) -> list[dict[str, Any]]:
        return [*self.seen, *(entry for entry in logged_by(self.ground.ray_folder) if entry not in self.seen)]

    def story(self) -> str:
        """What the processes logged last, in the order of time: for whoever reads of a test that failed."""
        entries = sorted(self._entries(), key=lambda entry: entry.get("timestamp", ""))
        return "\n".join(json.dumps(entry)[:STORY_LINE_MAX] for entry in entries[-STORY_LINES_MAX:])

    @property
    def database_url(self) -> str:
        """Where its database is."""
        return database_url_of(self.ground.data_dir)

    async def audit(self) -> None:
        """`croupier audit` beside the running cluster; the test fails unless every invariant holds."""
        ended = await croupier("audit", "--data-dir", self.ground.data_dir, "--json")
        assert ended.code == 0, ended.stdout + ended.stderr
        assert json.loads(ended.stdout)["ok"] is True

    @classmethod
    @contextlib.asynccontextmanager
    async def set_up(
        cls, folder: Path, *, hosts: int, gateways: int, machines: bool = False, **settings: object
    ) -> AsyncIterator[Self]:
        """A cluster on `folder/data`, on one machine or on several; at the end nothing of it may be left."""
        more = [f"--set={key}={json.dumps(value)}" for key, value in settings.items()]
        grounds = on_machines if machines else on_one_machine
        async with grounds(folder, hosts=hosts, gateways=gateways, more=more) as ground:
            stage = cls(ground, hosts=hosts, gateways=gateways)
            try:
                yield stage
            except BaseException as error:
                error.add_note(stage.story())
                raise
