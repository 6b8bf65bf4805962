"""What a cluster's processes spend while something is measured: processor time, calls and messages."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from server.bench.cluster.ground import Cluster
from server.bench.processes import cpu_seconds, own_cpu_seconds, parent_of

_KIND_OF: Final = {"host": "hosts", "gateway": "gateways", "directory": "directory"}


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor time by kind of process, and what the gateways sent to hosts: messages, and the calls they went in."""

    KINDS: ClassVar = ("hosts", "gateways", "directory", "ray", "postgres", "valkey", "supervisor")

    cpu_seconds: Mapping[str, float]
    messages: int
    calls: int


class Bill:
    """Everything from the moment when it is made."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._pids = cluster.pids()
        self._before = self._read()

    def total(self) -> Spent:
        """What was spent since."""
        now = self._read()
        spent = {kind: now.cpu_seconds[kind] - self._before.cpu_seconds[kind] for kind in now.cpu_seconds}
        return Spent(spent, now.messages - self._before.messages, now.calls - self._before.calls)

    def _read(self) -> Spent:
        spent: defaultdict[str, float] = defaultdict(float)
        for name, pid in self._pids.items():
            spent[_KIND_OF[name.partition("-")[0]]] += own_cpu_seconds(pid)
        # What has started the processes, and whatever else it has started.
        manager = parent_of(next(iter(self._pids.values())))
        spent["ray"] = cpu_seconds(manager).get("server", 0.0) - sum(spent.values())
        below = cpu_seconds(self._cluster.supervisor.pid)
        spent["supervisor"] = below.pop("server", 0.0)
        status: dict[str, Any] = self._cluster.order("status")
        messages = sum(host["messages"] for host in status["hosts"])
        calls = sum(gateway["calls"] for gateway in status["gateways"])
        return Spent({**spent, **below}, messages, calls)
