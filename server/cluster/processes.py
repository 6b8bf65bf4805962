"""The processes of a cluster, as whatever starts them imports them: a host, a gateway and the directory."""

import contextlib
import gc
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from structlog.typing import FilteringBoundLogger

from actors.runtime.carrier import Carrier, ProcessName
from actors.runtime.transport import Peer, Service
from server.bootstrap import Place, open_cluster_stores
from server.cluster.charter import Charter
from server.cluster.crew import Recipes
from server.cluster.directory import Directory
from server.cluster.gateway_node import GatewayNode
from server.cluster.host_node import CasinoHost
from server.cluster.parcel import packed, unpacked
from server.cluster.side import open_side_door
from server.config import Config
from server.http.side_door import SideDoor
from server.observe.directory_metrics import DirectoryMetrics
from server.observe.logs import start_logging
from server.observe.metrics import Metrics

HOST: Final = "server.cluster.processes:host"
GATEWAY: Final = "server.cluster.processes:gateway"
DIRECTORY: Final = "server.cluster.processes:directory"
FREE_PORT_SLOTS: Final = 64
"""Gateways on one node whose ports are whichever are free."""
GC_THRESHOLD: Final = 50_000
"""As in a server of one process: turns make many short-lived objects and hardly any cycles."""
_WARNINGS: Final = frozenset(
    {"process is silent", "process cannot reach its store", "hosts fenced", "shards not acquired",
     "shards not released", "process has ended",
     "process does not come back", "stray process ended", "process did not end by itself", "crew not complete",
     "store not available", "superseded"}
)  # fmt: skip


async def host(name: ProcessName, parcel: bytes, carrier: Carrier) -> Service:
    """A `Factory`: a host that owns nothing yet. See `recipes`."""
    config, place = _placed(parcel)
    service = CasinoHost(config, place, name, _connect(carrier), _log(config, name))
    await service.start()
    _settle_memory()
    return service


async def gateway(name: ProcessName, parcel: bytes, carrier: Carrier) -> Service:
    """A `Factory`: a gateway that listens. See `recipes`."""
    config, place = _placed(parcel)
    service = GatewayNode(config, place, name, _connect(carrier), _log(config, name))
    await service.start()
    _settle_memory()
    return service


async def directory(name: ProcessName, assignment: bytes, carrier: Carrier) -> Service:
    """A `Factory`: a directory that has begun its work. See `assigned`."""
    given = json.loads(assignment)
    config = unpacked(given["config"].encode())
    log = _log(config, name)
    stack = contextlib.AsyncExitStack()
    stores = open_cluster_stores(config, stack)
    tell = _told(log)

    def on_event(event: str, details: Mapping[str, Any]) -> None:
        metrics.happened(event)
        tell(event, details)

    service = Directory(
        name,
        Charter(**given["charter"]),
        stores.ledgers,
        stores.store,
        carrier,
        recipes(config, UUID(given["fleet"])),
        on_event=on_event,
    )
    metrics = DirectoryMetrics(lambda: service.known)
    registry = Metrics({"directory": name}, is_gateway=False)
    side_door = SideDoor(lambda: not service.ended.is_set(), registry.exposition)
    try:
        await service.start()
        registry.add(metrics)
        await open_side_door(config, side_door, stack)
        service.metrics_address = side_door.address
    except BaseException:
        await stack.aclose()
        raise
    return service


def assigned(config: Config, fleet: UUID, charter: Mapping[str, Any]) -> bytes:
    """What a directory is made from: the configuration of all processes, their fleet, and the fields of a `Charter`."""
    return json.dumps({"config": packed(config).decode(), "fleet": str(fleet), "charter": dict(charter)}).encode()


def recipes(config: Config, fleet: UUID) -> Recipes:
    """How the processes of a cluster are made. Gateways of one node find their ports themselves."""
    slots = FREE_PORT_SLOTS if config.port == 0 else 1 + len(config.gateway_ports)
    hosts = [_parcel(config, Place(fleet, part)) for part in range(len(config.databases))]
    return Recipes(HOST, GATEWAY, slots, _parcel(config, Place(fleet)), hosts)


def _parcel(config: Config, place: Place) -> bytes:
    return json.dumps({"config": packed(config).decode(), "fleet": str(place.fleet), "part": place.part}).encode()


def _placed(parcel: bytes) -> tuple[Config, Place]:
    given = json.loads(parcel)
    return unpacked(given["config"].encode()), Place(UUID(given["fleet"]), given["part"])


def _connect(carrier: Carrier) -> Callable[[str], Peer]:
    return lambda name: carrier.peer(ProcessName(name))


def _log(config: Config, name: ProcessName) -> FilteringBoundLogger:
    log: FilteringBoundLogger = start_logging(config.log_level, config.log_format, sys.stderr).bind(process=name)
    return log


def _told(log: FilteringBoundLogger) -> Callable[[str, Mapping[str, Any]], None]:
    def tell(event: str, details: Mapping[str, Any]) -> None:
        level = "error" if "exc_info" in details else "warning" if event in _WARNINGS else "info"
        getattr(log, level)(event, **details)

    return tell


def _settle_memory() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 100)
