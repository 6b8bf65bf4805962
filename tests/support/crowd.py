"""Many lean clients of a gateway in a process of their own, for measuring: they parse next to nothing."""

import asyncio
import gc
import os
import resource
import time
from multiprocessing.connection import Connection as Pipe
from typing import Any, Literal

import msgpack
import uvloop
from websockets.frames import Frame, Opcode
from websockets.speedups import apply_mask

from protocol.ids import command_id_from

Kind = Literal["dice", "fan", "idle"]
WARM_SECONDS = 0.3
POLL_SECONDS = 0.001
MASK = b"\x01\x02\x03\x04"
BET_HEAD = b"\x86\xa1t\xa8dice.bet\xa2id\xc4\x10"
BET_TAIL = b"\xa5asset\xa4PLAY\xa6amountd\xa6target\xcd\x13\x88\xa4over\xc3"
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: croupier.v1\r\n\r\n"
)


def main(kind: Kind, count: int, pipe: Pipe, port: int, seconds: float) -> None:
    """Connect `count` clients, say so, do what is measured, and say what was done; end when told to."""
    raise_file_limit()
    gc.disable()
    uvloop.run(_crowd(kind, count, pipe, port, seconds))


def raise_file_limit() -> None:
    """Let this process open as many sockets as it may."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def told(pipe: Pipe) -> Any:
    """What the other process says next."""
    while not pipe.poll():  # noqa: ASYNC110 - another process is waited for
        await asyncio.sleep(POLL_SECONDS)
    return pipe.recv()


async def _crowd(kind: Kind, count: int, pipe: Pipe, port: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    job = Job(kind, count)
    clients = [(await loop.create_connection(lambda: Client(job), "127.0.0.1", port))[1] for _ in range(count)]
    await job.all_ready.wait()
    pipe.send("ready")
    if kind == "dice":
        job.is_running = True
        for client in clients:
            client.bet()
        await asyncio.sleep(WARM_SECONDS)
        before = job.answers
        pipe.send("begin")
        await asyncio.sleep(seconds)
        pipe.send(job.answers - before)
        job.is_running = False
    elif kind == "fan":
        job.bytes_wanted = await told(pipe)
        await job.all_came.wait()
        pipe.send("all")
    await told(pipe)


class Job:
    """What all clients do together."""

    def __init__(self, kind: Kind, count: int) -> None:
        self.kind = kind
        self.is_running = False
        self.answers = 0
        self.bytes_wanted = -1
        self.all_ready = asyncio.Event()
        self.all_came = asyncio.Event()
        self._missing = count
        self._bytes = 0

    def ready(self) -> None:
        """One client more is where it should be."""
        self._missing -= 1
        if self._missing == 0:
            self.all_ready.set()

    def came(self, size: int) -> None:
        """Bytes of events came."""
        self._bytes += size
        if self._bytes == self.bytes_wanted:
            self.all_came.set()


class Client(asyncio.Protocol):
    """Logs in, watches if that is the job, and then keeps one bet in flight or counts what comes."""

    transport: asyncio.Transport

    def __init__(self, job: Job) -> None:
        self._job = job
        self._head = b""
        self._waits_for = [b"hello", b"welcome"]
        self._says: list[dict[str, Any]] = [{"t": "auth.guest"}]
        if job.kind == "fan":
            self._waits_for.append(b"fake.snapshot")
            self._says.append({"t": "watch", "stream": "table:roulette-1"})

    def connection_made(self, transport: Any) -> None:
        """Begin the handshake."""
        self.transport = transport
        transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        """Go one step further, or do the job."""
        if not self._waits_for:
            self._work(data)
            return
        self._head += data
        if self._waits_for[0] not in self._head:
            return
        del self._waits_for[0]
        self._head = b""
        if self._says:
            payload = msgpack.packb({"id": _new_id(), **self._says.pop(0)})
            self.transport.write(Frame(Opcode.BINARY, payload).serialize(mask=True))
        else:
            self._job.ready()

    def _work(self, data: bytes) -> None:
        job = self._job
        if job.kind == "fan":
            job.came(len(data))
            return
        job.answers += 1
        if job.is_running:
            self.bet()

    def bet(self) -> None:
        """Play dice."""
        body = BET_HEAD + _new_id() + BET_TAIL
        self.transport.write(bytes((0x82, 0x80 | len(body))) + MASK + apply_mask(body, MASK))


def _new_id() -> bytes:
    return command_id_from(int(time.time() * 1000), os.urandom(10))
