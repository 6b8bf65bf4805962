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
from server.native.use import in_use

if TYPE_CHECKING:
    from server.bootstrap import Platform

__all__ = ["command"]

EXIT_CODES: Final = {"FENCED": 3, "BROKEN": 4}
"""By the name of the `Ending`."""
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
        if not await _started(platform, stop):
            log.info("stopped before it was ready")
            return 0
    except CannotStart as error:
        raise UserError(str(error)) from error
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 100)
    host, port = platform.address
    click.echo(json.dumps(ready_line(host, port)))
    log.info("ready", http=f"http://{_in_url(host)}:{port}", compiled=in_use())
    code = await _until(stop, platform, log)
    await platform.stop()
    log.info("stopped")
    return code


async def _started(platform: "Platform", stop: asyncio.Event) -> bool:
    """Start, and say whether that was done before the signal to stop came; what was begun is undone otherwise."""
    starting = asyncio.create_task(platform.start())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not starting.done():
        starting.cancel()
        await asyncio.wait({starting})
        if starting.cancelled():
            return False
    starting.result()
    return True


async def _until(stop: asyncio.Event, platform: "Platform", log: Any) -> int:
    """Wait for the signal to stop, or for the word that the platform cannot go on; return the exit code."""
    stopped = asyncio.create_task(stop.wait())
    ended = asyncio.create_task(platform.ended())
    await asyncio.wait({stopped, ended}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    ended.cancel()
    if stop.is_set():
        log.info("stopping: clients are told to reconnect")
        return 0
    ending = ended.result()
    log.error(ending.value, exit_code=EXIT_CODES[ending.name])
    return EXIT_CODES[ending.name]


def ready_line(host: str, port: int) -> dict[str, object]:
    """What is printed when players can connect."""
    where = f"{_in_url(host)}:{port}"
    return {"ready": True, "http": f"http://{where}", "ws": f"ws://{where}/ws", "pid": os.getpid()}


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
