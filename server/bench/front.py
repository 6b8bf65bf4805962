"""A gateway by itself, in a process by itself: `python -m server.bench.front` obeys lines of JSON on stdin.

    {"do": "memory"}                          {"bytes": 41943040}
    {"do": "push", "events": 9, "bytes": 100} {"first_at": 12.5}

Times are of the machine's monotonic clock, the same for all its processes.
"""

import asyncio
import gc
import json
import os
import resource
import sys
import time
from typing import Any, Final

import uvloop

from protocol.money import Balance
from protocol.replies import AssetInfo
from server.bench.front_rooms import SEQ_LAST, AnyPlayers, NoQueries, NoSessions, QuietBackend, event_of
from server.bench.processes import resident_bytes
from server.clock import SystemClock
from server.config.limits import Limits
from server.gateway.gateway import Gateway
from server.gateway.settings import GatewaySettings, Opening
from server.observe.logs import start_logging
from server.observe.metrics import Metrics

TABLE: Final = "bench"
GC_THRESHOLD: Final = 50_000
"""As `croupier serve` has it."""
PING_SECONDS: Final = 3_600.0
"""No pings while it is measured: the clients that count bytes do not read them."""


class Front:
    """The gateway, and what it is told to do."""

    def __init__(self) -> None:
        self._backend = QuietBackend()
        self._gateway = Gateway(
            GatewaySettings(
                server="croupier/bench",
                limits=Limits(ping_seconds=PING_SECONDS),
                assets=(AssetInfo(code="PLAY", scale=2),),
                openings=(Opening(1, Balance.CASH, 1_000_000),),
                tables=(TABLE,),
                token_key=os.urandom(32),
                guests_allowed=True,
            ),
            backend=self._backend,
            players=AnyPlayers(),
            sessions=NoSessions(),
            queries=NoQueries(),
            page={},
            clock=SystemClock(),
            entropy=os.urandom,
            metrics=Metrics(),
            log=start_logging("warning", "json", sys.stderr),
        )

    async def start(self) -> dict[str, Any]:
        """Listen on a free port of the loopback; returns the line that says so."""
        host, port = await self._gateway.start("127.0.0.1", 0)
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD, 20, 100)
        return {"ready": True, "ws": f"ws://{host}:{port}/ws", "pid": os.getpid()}

    async def stop(self) -> None:
        """Close every connection."""
        await self._gateway.stop()

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do one thing and return what came of it."""
        if order["do"] == "memory":
            gc.collect()
            return {"bytes": resident_bytes()}
        return await self._push(order["events"], order["bytes"])

    async def _push(self, events: int, size: int) -> dict[str, Any]:
        """Push events of one table one by one, the loop going round in between as between a host's commits."""
        backend = self._backend
        if backend.seq + events > SEQ_LAST:
            raise ValueError(f"{events} events after {backend.seq} would not be of one size")
        first_at = time.monotonic()
        for _ in range(events):
            backend.seq += 1
            self._gateway.outbox.pushed(f"table:{TABLE}", event_of(TABLE, backend.seq, size))
            await asyncio.sleep(0)
        return {"first_at": first_at}


async def serve() -> None:
    """Obey until stdin ends."""
    front = Front()
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    _say(await front.start())
    try:
        while line := await orders.readline():
            _say(await front.obey(json.loads(line)))
    finally:
        await front.stop()


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(serve())
