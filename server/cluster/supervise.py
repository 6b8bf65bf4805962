"""The process of a supervisor: it reads its job from stdin, one line of JSON, and tells on stdout when all is ready."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from server.bootstrap import CannotStart
from server.cluster.parcel import packed, unpacked
from server.cluster.supervisor import Plan, Supervisor
from server.config import Config
from server.observe.logs import start_logging

__all__ = ["job_of", "main", "supervise"]


def job_of(config: Config, plan: Plan) -> bytes:
    """What a supervisor reads."""
    return json.dumps({"config": packed(config).decode(), "plan": asdict(plan)}).encode() + b"\n"


async def supervise(config: Config, plan: Plan, ready: Callable[[dict[str, Any]], None]) -> None:
    """Keep a cluster until a signal, or until somebody stops it. Raises `CannotStart`."""
    log = start_logging(config.log_level, config.log_format, sys.stderr)
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    supervisor = Supervisor(config, plan, log)
    starting = asyncio.create_task(supervisor.start())
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.wait({starting})
        raise CannotStart("told to stop before it was ready")
    ready(starting.result())
    log.info("cluster is up", cluster=plan.name, hosts=plan.hosts, gateways=plan.gateways)
    ended = asyncio.create_task(supervisor.ended())
    await asyncio.wait({ended, waiting}, return_when=asyncio.FIRST_COMPLETED)
    log.info("stopping the cluster")
    await supervisor.stop()
    log.info("stopped")


def main() -> None:
    """Do one job."""
    job = json.loads(sys.stdin.readline())

    def ready(status: dict[str, Any]) -> None:
        print(json.dumps({"ready": status}), flush=True)  # noqa: T201 - whoever has started this reads it there
        sys.stdout.close()

    try:
        asyncio.run(supervise(unpacked(job["config"].encode()), Plan(**job["plan"]), ready))
    except CannotStart as error:
        print(json.dumps({"error": str(error)}), flush=True)  # noqa: T201
        sys.exit(2)


if __name__ == "__main__":
    main()
