"""How fast the gateway is: CPU per request, fan-out, memory per idle connection. Run it: `python tests/server/gateway/speed.py`.

The server runs in this process with a backend that answers at once; the clients run in another one.
"""

import asyncio
import gc
import multiprocessing
import os
import resource
import sys
import time
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import msgpack
import psutil
import structlog
import uvloop
from websockets.speedups import apply_mask

sys.path.insert(0, str(Path(__file__).parents[3]))

from persistence.memory.sessions import MemorySessions
from protocol.ids import PlayerId, command_id_from
from protocol.money import Balance
from protocol.replies import AssetInfo
from server.clock import SystemClock
from server.config.limits import Limits
from server.gateway.gateway import Gateway
from server.gateway.settings import GatewaySettings, Opening
from server.observe.metrics import Metrics
from tests.support.fake_backend import FakeBackend, FakePlayers, FakeQueries, dice_settled, table_event, wallet_changed

SETTINGS = GatewaySettings(
    server="croupier/speed",
    limits=Limits(),
    assets=(AssetInfo(code="PLAY", scale=2),),
    openings=(Opening(1, Balance.CASH, 1000),),
    tables=("roulette-1",),
    token_key=b"k" * 32,
    guests_allowed=True,
)


class BatchingBackend(FakeBackend):
    """Answers bets together, a little later, as a host that commits batches does."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = []

    def post(self, ref, command, reply_to):
        if type(command).__name__ != "Asked" or command.request.t != "dice.bet":
            super().post(ref, command, reply_to)
            return
        if not self._waiting:
            asyncio.get_running_loop().call_later(0.001, self._commit)
        self._waiting.append((command, reply_to))

    def _commit(self):
        waiting, self._waiting = self._waiting, []
        started = time.process_time()
        ready = []
        for command, reply_to in waiting:
            seq = self.wallet_seq[command.player] = self.wallet_seq.get(command.player, 0) + 1
            ready.append((command.player, reply_to, dice_settled(command.request.id, seq), wallet_changed(seq)))
        self.own_seconds += time.process_time() - started
        for player, reply_to, answer, event in ready:
            reply_to(answer)
            self.outbox.pushed(f"wallet:{player}", event, reply_to)

    own_seconds = 0.0


def rid() -> bytes:
    return command_id_from(int(time.time() * 1000), os.urandom(10))


def masked(payload: bytes) -> bytes:
    mask = b"\x01\x02\x03\x04"
    head = (
        bytes((0x82, 0x80 | len(payload)))
        if len(payload) < 126
        else bytes((0x82, 0xFE)) + len(payload).to_bytes(2, "big")
    )
    return head + mask + apply_mask(payload, mask)


class Client(asyncio.Protocol):
    """Logs in, watches if told to, and then keeps one bet in flight or counts what comes."""

    def __init__(self, job) -> None:
        self.job = job
        self.head = b""
        self.state = "http"
        self.count = 0

    def connection_made(self, transport):
        self.transport = transport
        transport.write(
            b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: croupier.v1\r\n\r\n"
        )

    def send(self, **fields):
        self.transport.write(masked(msgpack.packb({"id": rid(), **fields})))

    def bet(self):
        body = (
            b"\x86\xa1t\xa8dice.bet\xa2id\xc4\x10"
            + rid()
            + b"\xa5asset\xa4PLAY\xa6amountd\xa6target\xcd\x13\x88\xa4over\xc3"
        )
        self.transport.write(masked(body))

    def data_received(self, data):
        if self.state == "play":
            if self.job.kind == "dice":
                self.count += 1
                if self.job.running:
                    self.bet()
            else:
                self.job.bytes += len(data)
            return
        self.head += data
        if self.state == "http" and b"hello" in self.head:
            self.state = "auth"
            self.send(t="auth.guest")
        elif self.state == "auth" and b"welcome" in self.head:
            self.head = b""
            if self.job.kind == "fan":
                self.state = "watch"
                self.send(t="watch", stream="table:roulette-1")
            else:
                self.ready()
        elif self.state == "watch" and b"fake.snapshot" in self.head:
            self.ready()

    def ready(self):
        self.state = "play"
        self.head = b""
        self.job.ready()


class Job:
    def __init__(self, kind, count, pipe):
        self.kind, self.want, self.pipe = kind, count, pipe
        self.got, self.bytes, self.running = 0, 0, False
        self.all_ready = asyncio.Event()

    def ready(self):
        self.got += 1
        if self.got == self.want:
            self.all_ready.set()


def clients(kind: str, count: int, pipe: Pipe, port: int, seconds: float) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        job = Job(kind, count, pipe)
        made = []
        for _ in range(count):
            _, client = await loop.create_connection(lambda: Client(job), "127.0.0.1", port)
            made.append(client)
        await job.all_ready.wait()
        pipe.send("ready")
        if kind == "dice":
            job.running = True
            for client in made:
                client.bet()
            await asyncio.sleep(0.3)
            before = sum(client.count for client in made)
            pipe.send("measure")
            await asyncio.sleep(seconds)
            pipe.send(sum(client.count for client in made) - before)
            job.running = False
            await asyncio.sleep(0.1)
        elif kind == "fan":
            while not pipe.poll():
                await asyncio.sleep(0.005)
            want = pipe.recv()
            while job.bytes < want:
                await asyncio.sleep(0.0005)
            pipe.send("all")
        await loop.run_in_executor(None, pipe.recv)

    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    gc.disable()
    uvloop.run(main())


async def told(pipe: Pipe) -> object:
    while not pipe.poll():
        await asyncio.sleep(0.002)
    return pipe.recv()


async def measure(kind: str, count: int, seconds: float = 3.0) -> None:
    backend = BatchingBackend()
    gateway = Gateway(
        SETTINGS,
        backend,
        FakePlayers(),
        MemorySessions(time.monotonic),
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
    rss = psutil.Process().memory_info().rss
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=clients, args=(kind, count, theirs, port, seconds))
    process.start()
    await told(ours)
    gc.collect()
    if kind == "idle":
        print(f"idle: {count} connections, {(psutil.Process().memory_info().rss - rss) / count / 1024:.1f} KiB each")
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    if kind == "dice":
        await told(ours)
        started, cpu, own = time.perf_counter(), time.process_time(), backend.own_seconds
        done = await told(ours)
        wall, cpu, own = time.perf_counter() - started, time.process_time() - cpu, backend.own_seconds - own
        print(
            f"dice: {done / wall:,.0f} requests/s over {count} connections, "
            f"{(cpu - own) / done * 1e6:.1f} us of CPU each (without the backend's {own / done * 1e6:.1f})"
        )
    elif kind == "fan":
        events = 300
        from server.gateway.frames import Encoder

        frame = len(Encoder().frame(table_event("roulette-1", 1, size=34)))
        total = sum(len(Encoder().frame(table_event("roulette-1", seq, size=34))) for seq in range(1, events + 1))
        ours.send(total * count)
        await asyncio.sleep(0.1)
        started, cpu = time.perf_counter(), time.process_time()
        for seq in range(1, events + 1):
            gateway.outbox.pushed("table:roulette-1", table_event("roulette-1", seq, size=34))
            await asyncio.sleep(0)
        cpu = time.process_time() - cpu
        await told(ours)
        wall = time.perf_counter() - started
        print(
            f"fan-out of {frame} bytes: {events * count / wall:,.0f} deliveries/s to {count} sockets, {cpu / events / count * 1e6:.1f} us each"
        )
    ours.send("end")
    process.join()
    await gateway.stop()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    for kind, count in (("dice", 100), ("fan", 1000), ("idle", 10_000)):
        if len(sys.argv) == 1 or kind in sys.argv[1:]:
            uvloop.run(measure(kind, count))
_ = PlayerId
