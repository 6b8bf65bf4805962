"""`croupier serve`: runs the platform in this process until it is told to stop."""

import asyncio
import gc
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from server.cli.errors import UserError
from server.cli.options import configured
from server.config import Config

if TYPE_CHECKING:
    from server.bootstrap import Platform

__all__ = ["command"]

FENCED_EXIT_CODE: Final = 3
GC_THRESHOLD: Final = 50_000
"""Turns make many short-lived objects and hardly any cycles: collecting less often costs a little memory only."""


@click.command(name="serve")
@configured
def command(config: Config) -> None:
    """Run the platform. Prints a line of JSON when it is ready; logs go to stderr. Ctrl-C and SIGTERM stop it."""
    import uvloop

    sys.exit(uvloop.run(_serve(config)))


async def _serve(config: Config) -> int:
    from server.bootstrap import CannotStart, Platform
    from server.observe.logs import start_logging

    log = start_logging(config.log_level, config.log_format, sys.stderr)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    platform = Platform(config, log)
    try:
        await platform.start()
    except CannotStart as error:
        raise UserError(str(error)) from error
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 100)
    host, port = platform.address
    click.echo(json.dumps(ready_line(host, port)))
    log.info("ready", http=f"http://{_in_url(host)}:{port}")
    code = await _until(stop, platform, log)
    await platform.stop()
    log.info("stopped")
    return code


async def _until(stop: asyncio.Event, platform: "Platform", log: Any) -> int:
    """Wait for the signal to stop, or for the word that another server has our shards."""
    stopped = asyncio.create_task(stop.wait())
    fenced = asyncio.create_task(platform.fenced())
    await asyncio.wait({stopped, fenced}, return_when=asyncio.FIRST_COMPLETED)
    for task in (stopped, fenced):
        task.cancel()
    if stop.is_set():
        log.info("stopping: clients are told to reconnect")
        return 0
    log.error("another server has taken this database over; this one ends")
    return FENCED_EXIT_CODE


def ready_line(host: str, port: int) -> dict[str, object]:
    """What is printed when players can connect."""
    where = f"{_in_url(host)}:{port}"
    return {"ready": True, "http": f"http://{where}", "ws": f"ws://{where}/ws", "pid": os.getpid()}


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
