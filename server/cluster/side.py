"""The side door of a process of a cluster, as the configuration has it."""

import contextlib

from server.bootstrap import CannotStart
from server.config import Config
from server.http.side_door import SideDoor


async def open_side_door(config: Config, door: SideDoor, stack: contextlib.AsyncExitStack) -> None:
    """Open it until `stack` closes it, unless it is to be off. Raises `CannotStart`."""
    if config.metrics_port == "off":
        return
    try:
        await door.open(config.metrics_host, config.metrics_port)
    except OSError as error:
        raise CannotStart(
            f"cannot answer for metrics on {config.metrics_host}, port {config.metrics_port}: {error.strerror}:"
            " see metrics_host and metrics_port"
        ) from error
    stack.push_async_callback(door.close)
