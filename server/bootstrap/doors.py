"""The door of a process: a gateway in front of whatever runs the actors."""

import os
from collections.abc import Callable
from importlib import resources

from structlog.typing import FilteringBoundLogger

from actors.runtime.release import release
from server.bootstrap.stores import Stores
from server.config import Config
from server.gateway.backend import Backend, Clock, Interest
from server.gateway.gateway import Gateway
from server.gateway.neighbours import Neighbours
from server.gateway.settings import GatewaySettings
from server.http.page_files import load_page
from server.observe.metrics import Metrics
from server.queries import LedgerQueries


def new_gateway(
    config: Config,
    stores: Stores,
    backend: Backend,
    *,
    clock: Clock,
    metrics: Metrics,
    log: FilteringBoundLogger,
    ready: Callable[[], bool],
    neighbours: Neighbours | None = None,
    interest: Interest | None = None,
) -> Gateway:
    """A gateway that does not listen yet. `ready` says whether the backend takes messages; the rest as in `Gateway`."""
    return Gateway(
        GatewaySettings.of(config, f"croupier/{release()}", stores.token_key),
        backend=backend,
        players=stores.players,
        sessions=stores.sessions,
        queries=LedgerQueries(stores.ledgers, stores.assets),
        page=load_page(resources.files("server.http") / "page"),
        clock=clock,
        entropy=os.urandom,
        metrics=metrics,
        log=log,
        ready=ready,
        neighbours=neighbours,
        interest=interest,
    )
