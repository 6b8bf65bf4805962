"""Clusters that are measured: `croupier cluster up` in a folder, with an operator beside it."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from server.bench.child import CROUPIER, Child, DidNotWork
from server.cluster.local_ray import LocalRay
from server.cluster.whereabouts import supervisor_of

UP_SECONDS_MAX: Final = 240.0
ORDER_SECONDS_MAX: Final = 300.0
DOWN_SECONDS_MAX: Final = 90.0
TOKEN_PATH: Final = "RAY_AUTH_TOKEN_PATH"  # noqa: S105 - the name of a variable
"""Where a Ray of one's own keeps its token: in its folder."""
OPERATOR: Final = ("-m", "server.bench.cluster.operator")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that is up. `supervisor` is its first process, `url` has the addresses of all its gateways."""

    supervisor: Child
    operator: Child
    data_dir: Path
    url: str
    ready_seconds: float

    def order(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Have the operator do something; see there. Raises `DidNotWork`."""
        self.tell(do, **arguments)
        return self.told(do)

    def tell(self, do: str, **arguments: Any) -> None:
        """Have something begun; `told` waits for what came of it."""
        self.operator.tell({"do": do, **arguments})

    def told(self, do: str) -> dict[str, Any]:
        """What came of it. Raises `DidNotWork`."""
        answer = self.operator.hear(ORDER_SECONDS_MAX)
        if "error" in answer:
            raise DidNotWork(f"{do}: {answer['error']}")
        return answer

    @property
    def hosts(self) -> list[str]:
        """The names of its hosts."""
        return [host["name"] for host in self.order("status")["hosts"]]

    def pids(self) -> Mapping[str, int]:
        """Its processes by name."""
        return self.order("pids")


@contextlib.contextmanager
def clustered(folder: Path, *, hosts: int, gateways: int, more: Sequence[str] = ()) -> Iterator[Cluster]:
    """A cluster on the data dir in this folder, with ports of its own, until the end of the block."""
    data_dir = folder / "data"
    ports = free_ports(gateways)
    arguments = (
        *(*CROUPIER, "cluster", "up", "--foreground", "--hosts", str(hosts), "--gateways", str(gateways)),
        *("--data-dir", str(data_dir), "--port", str(ports[0]), "--set", f"gateway_ports={ports[1:]}", *more),
    )
    supervisor = Child("cluster", arguments, folder, stop_seconds_max=DOWN_SECONDS_MAX)
    with _brought_down(supervisor, data_dir):
        line = supervisor.hear(UP_SECONDS_MAX)
        ready_seconds = supervisor.heard_after_seconds
        with Child("operator", (*OPERATOR, "--data-dir", str(data_dir)), folder) as operator:
            operator.hear(UP_SECONDS_MAX)
            url = ",".join(gateway["ws"] for gateway in line["gateways"])
            yield Cluster(supervisor, operator, data_dir, url, ready_seconds)


@contextlib.contextmanager
def _brought_down(supervisor: Child, data_dir: Path) -> Iterator[None]:
    """At the end nothing is left, not even of a cluster whose supervisor cannot end it any more."""
    try:
        yield
    finally:
        folder = ray_folder(data_dir)
        supervisor.stop()
        if folder is not None and folder.exists():
            asyncio.run(LocalRay(folder).stop())


def ray_folder(data_dir: Path) -> Path | None:
    """Where the cluster's own Ray writes, its processes' logs too; nothing without a supervisor."""
    there = supervisor_of(data_dir)
    return None if there is None else Path(there.environment[TOKEN_PATH]).parent


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody has at the moment: a gateway that comes in place of another takes its port."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
