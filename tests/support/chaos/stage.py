"""A real cluster for tests: its processes by name and by pid, what they log, and its end that leaves nothing."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final, Self

import psutil

from server.bench.cluster.ground import Cluster, clustered, ray_folder
from server.cluster.local_ray import LocalRay
from tests.support.server import croupier, no_leftovers, until

LOGS: Final = "session_latest/logs"
SETTLE_SECONDS_MAX: Final = 60.0
STORY_LINES_MAX: Final = 100
STORY_LINE_MAX: Final = 600


class Stage:
    """A cluster, asked from an event loop."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._asking = asyncio.Lock()

    async def order(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Have the operator do something; see `server.bench.cluster.operator`."""
        async with self._asking:
            return await asyncio.to_thread(self.cluster.order, do, **arguments)

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

    def ray_pid(self, program: str) -> int:
        """The process of one of Ray's programs."""
        folder = ray_folder(self.cluster.data_dir)
        assert folder is not None, "the supervisor is gone"
        return LocalRay(folder).find(program).pid

    def engine_pid(self, name: str) -> int:
        """The main process of `postgres` or `valkey-server`, which is a child of the supervisor."""
        children = psutil.Process(self.cluster.supervisor.pid).children()
        return next(child.pid for child in children if child.name() == name)

    async def calm(self, *, hosts: int, gateways: int) -> None:
        """Wait until so many of each are up, every shard is on a host, and nothing is under way."""
        async with asyncio.timeout(SETTLE_SECONDS_MAX):
            while not _is_calm(await self.status(), hosts, gateways):  # noqa: ASYNC110 - the directory does not call
                await asyncio.sleep(0.1)

    def logged(self, event: str) -> list[dict[str, Any]]:
        """What the processes have logged of an event, so far."""
        return [entry for entry in self._entries() if entry.get("event") == event]

    async def logs(self, event: str, **fields: Any) -> dict[str, Any]:
        """Wait until a process has logged an event with these fields, and return the entry."""

        def found() -> list[dict[str, Any]]:
            return [entry for entry in self.logged(event) if fields.items() <= entry.items()]

        await until(found)
        return found()[0]

    def _entries(self) -> list[dict[str, Any]]:
        folder = ray_folder(self.cluster.data_dir)
        assert folder is not None, "the supervisor is gone"
        entries = []
        for file in sorted((folder / LOGS).glob("worker-*.err")):
            for line in file.read_text(errors="replace").splitlines():
                with contextlib.suppress(ValueError):
                    entry = json.loads(line)
                    if isinstance(entry, dict):
                        entries.append(entry)
        return entries

    def story(self) -> str:
        """What the processes logged last, in the order of time: for whoever reads of a test that failed."""
        entries = sorted(self._entries(), key=lambda entry: entry.get("timestamp", ""))
        return "\n".join(json.dumps(entry)[:STORY_LINE_MAX] for entry in entries[-STORY_LINES_MAX:])

    async def audit(self) -> None:
        """`croupier audit` beside the running cluster; the test fails unless every invariant holds."""
        ended = await croupier("audit", "--data-dir", self.cluster.data_dir, "--json")
        assert ended.code == 0, ended.stdout + ended.stderr
        assert json.loads(ended.stdout)["ok"] is True

    @classmethod
    @contextlib.asynccontextmanager
    async def set_up(cls, folder: Path, *, hosts: int, gateways: int, **settings: object) -> AsyncIterator[Self]:
        """A cluster on `folder/data`; at the end it is stopped, and nothing of it may be left."""
        more = [f"--set={key}={json.dumps(value)}" for key, value in settings.items()]
        with contextlib.ExitStack() as stack:
            block = clustered(folder, hosts=hosts, gateways=gateways, more=more)
            cluster = await asyncio.to_thread(stack.enter_context, block)
            ray = ray_folder(cluster.data_dir)
            stage = cls(cluster)
            try:
                yield stage
            except BaseException as error:
                error.add_note(stage.story())
                raise
            finally:
                await asyncio.to_thread(stack.close)
        await no_leftovers(folder)
        assert ray is None or not ray.exists()


def _is_calm(status: dict[str, Any], hosts: int, gateways: int) -> bool:
    up = [sum(one["state"] == "up" for one in status[kind]) for kind in ("hosts", "gateways")]
    shards = status["shards"]
    return (
        up == [hosts, gateways]
        and not shards["unowned"]
        and not shards["moving"]
        and not status["work"]["running"]
        and all(host["shards"] for host in status["hosts"])
    )
