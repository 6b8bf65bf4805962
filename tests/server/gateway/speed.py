"""How fast the gateway is: CPU per request, deliveries per second, memory per idle connection.

`python tests/server/gateway/speed.py [dice] [fan] [idle]`. The gateway runs in this process with a backend that answers
a millisecond later, many at a time, as a host that commits batches does; the clients run in another process.
"""

import asyncio
import gc
import multiprocessing
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import psutil
import structlog
import uvloop

sys.path.insert(0, str(Path(__file__).parents[3]))

from actors.runtime.ref import Ref
from persistence.memory.sessions import MemorySessions
from protocol.commands import Asked
from server.clock import SystemClock
from server.config.limits import Limits
from server.gateway.backend import ReplyTo
from server.gateway.frames import message_frame
from server.gateway.gateway import Gateway
from server.observe.metrics import Metrics
from tests.support import crowd
from tests.support.fake_backend import FakeBackend, FakePlayers, FakeQueries, dice_settled, table_event, wallet_changed
from tests.support.gateways import SETTINGS

COMMIT_SECONDS: Final = 0.001
MEASURED_SECONDS: Final = 3.0
EVENTS: Final = 300
FILL_BYTES: Final = 34
"""Makes a table's event 100 bytes long on the wire, or nearly."""
QUIET_SECONDS: Final = 3_600.0
"""No pings while we measure: the crowd does not answer them."""
COUNTS: Final[dict[crowd.Kind, int]] = {"dice": 100, "fan": 1_000, "idle": 10_000}


class BatchingBackend(FakeBackend):
    """Answers bets together, a commit later. `own_seconds` is the CPU that making the answers took."""

    def __init__(self) -> None:
        super().__init__()
        self.own_seconds = 0.0
        self._waiting: list[tuple[Asked, ReplyTo]] = []

    def post(self, ref: Ref, command: object, reply_to: ReplyTo | None) -> None:
        """Gather bets; everything else is answered at once."""
        if not isinstance(command, Asked) or reply_to is None:
            super().post(ref, command, reply_to)
            return
        if not self._waiting:
            asyncio.get_running_loop().call_later(COMMIT_SECONDS, self._commit)
        self._waiting.append((command, reply_to))

    def _commit(self) -> None:
        assert self.outbox is not None
        waiting, self._waiting = self._waiting, []
        started = time.process_time()
        effects = []
        for command, reply_to in waiting:
            seq = self.wallet_seq[command.player] = self.wallet_seq[command.player] + 1
            answer = dice_settled(command.request.id, seq)
            effects.append((reply_to, answer, f"wallet:{command.player}", wallet_changed(seq)))
        self.own_seconds += time.process_time() - started
        for reply_to, answer, topic, event in effects:
            reply_to(answer)
            self.outbox.pushed(topic, event, reply_to)


async def measure(kind: crowd.Kind, count: int) -> str:
    """One figure, as a line."""
    backend = BatchingBackend()
    players, sessions = FakePlayers(), MemorySessions(time.monotonic)
    gateway = Gateway(
        replace(SETTINGS, limits=Limits(ping_seconds=QUIET_SECONDS, pong_seconds=QUIET_SECONDS)),
        backend,
        players,
        sessions,
        FakeQueries(),
        SystemClock(),
        os.urandom,
        Metrics(),
        structlog.get_logger(),
        page={},
    )
    backend.outbox = gateway.outbox
    _, port = await gateway.start("127.0.0.1", 0)
    gc.collect()
    before = psutil.Process().memory_info().rss
    pipe, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=crowd.main, args=(kind, count, theirs, port, MEASURED_SECONDS)
    )
    process.start()
    await crowd.told(pipe)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    if kind == "dice":
        await crowd.told(pipe)
        started, cpu, own = time.perf_counter(), time.process_time(), backend.own_seconds
        done = await crowd.told(pipe)
        wall, cpu, own = time.perf_counter() - started, time.process_time() - cpu, backend.own_seconds - own
        line = (
            f"dice: {done / wall:,.0f} requests/s over {count} connections, "
            f"{(cpu - own) / done * 1e6:.1f} us of CPU each besides the {own / done * 1e6:.1f} us of the backend"
        )
    elif kind == "fan":
        events = [table_event("roulette-1", seq, size=FILL_BYTES) for seq in range(1, EVENTS + 1)]
        sizes = [len(message_frame(event)) for event in events]
        pipe.send(sum(sizes) * count)
        started, cpu = time.perf_counter(), time.process_time()
        for event in events:
            gateway.outbox.pushed("table:roulette-1", event)
            await asyncio.sleep(0)
        cpu = time.process_time() - cpu
        await crowd.told(pipe)
        rate = EVENTS * count / (time.perf_counter() - started)
        each = cpu / EVENTS / count * 1e6
        line = f"fan-out: {rate:,.0f} deliveries/s of {max(sizes)} bytes to {count} sockets, {each:.1f} us of CPU each"
    else:
        each_kib = (psutil.Process().memory_info().rss - before) / count / 1024
        line = f"idle: {count} connections that are logged in, {each_kib:.1f} KiB each"
    pipe.send("end")
    process.join()
    await gateway.stop()
    return line


if __name__ == "__main__":
    crowd.raise_file_limit()
    for one, how_many in COUNTS.items():
        if one in sys.argv[1:] or len(sys.argv) == 1:
            sys.stdout.write(uvloop.run(measure(one, how_many)) + "\n")
