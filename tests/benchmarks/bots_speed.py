"""What a dice bet costs the bots: processor time a request against a server that answers at once. Not a test.

Run it as `python tests/benchmarks/bots_speed.py`. The server is another process, so on two cores each has its own; it
does no more than the protocol asks for. The goal is 25,000 requests a second of one core: 40 microseconds each.
"""

import argparse
import asyncio
import json
import multiprocessing
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final, cast

import msgpack
import uvloop
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.speedups import apply_mask
from websockets.typing import Subprotocol

if __name__ in ("__main__", "__mp_main__"):
    sys.path.insert(0, str(Path(__file__).parents[2]))

from clients.bots import BotsConfig, run

GOAL_MICROSECONDS: Final = 40.0
OPENING: Final = 10**12
DICE_HEAD: Final = b"\x86\xa1t\xa8dice.bet"
ID_AT: Final = len(DICE_HEAD) + len(msgpack.packb("asset") + msgpack.packb("PLAY") + msgpack.packb("id")) + 2
"""Where the bots' bets have their ids."""


class Answering(asyncio.Protocol):
    """One connection of the server. Every bet loses: the roll is 0 for bets on over, 10,000 for those on under."""

    def __init__(self) -> None:
        self._machine = ServerProtocol(subprotocols=[Subprotocol("croupier.v1")])
        self._shaking_hands = True
        self._available = OPENING
        self._seq = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._shaking_hands:
            self._shake_hands(data)
            return
        replies = []
        at = 0
        while at + 6 <= len(data) and data[at] == 0x82:
            size = data[at + 1] & 0x7F
            replies.append(self._answer(apply_mask(data[at + 6 : at + 6 + size], data[at + 2 : at + 6])))
            at += 6 + size
        self._transport.write(b"".join(replies))

    def _shake_hands(self, data: bytes) -> None:
        self._machine.receive_data(data)
        request = self._machine.events_received()[0]
        assert isinstance(request, Request)
        self._machine.send_response(self._machine.accept(request))
        hello = {"t": "hello", "now_ms": time.time_ns() // 1_000_000}
        self._transport.write(b"".join(self._machine.data_to_send()) + frame(msgpack.packb(hello)))
        self._shaking_hands = False

    def _answer(self, payload: bytes) -> bytes:
        if payload.startswith(DICE_HEAD):
            return self._settle(payload)
        request = msgpack.unpackb(payload)
        balance = {"t": "balance", "asset": "PLAY", "balance": "cash", "available": self._available, "held": 0}
        common = {"id": request["id"], "epoch": 1, "seq": self._seq, "balances": [balance]}
        if request["t"] == "wallet.balances":
            return frame(msgpack.packb({"t": "wallet", **common}))
        welcome = {"t": "welcome", "player": 1, "resume": "r", "token": "t", "resumed": False, **common}
        return frame(msgpack.packb(welcome))

    def _settle(self, payload: bytes) -> bytes:
        bet = msgpack.unpackb(payload)
        self._available -= bet["amount"]
        self._seq += 1
        settled = {
            "t": "dice.settled", "id": payload[ID_AT : ID_AT + 16], "roll": 0 if bet["over"] else 10_000,
            "stake": bet["amount"], "payout": 0, "multiplier": 20_000, "seed": 1, "nonce": self._seq,
            "available": self._available, "held": 0, "epoch": 1, "seq": self._seq,
        }  # fmt: skip
        return frame(msgpack.packb(settled))


def frame(payload: bytes) -> bytes:
    size = len(payload)
    return (bytes((0x82, size)) if size < 126 else b"\x82\x7e" + size.to_bytes(2, "big")) + payload


async def serve(ready: Connection) -> None:
    """Answer on a free port of the loopback until the other process is done."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", 0)
    ready.send(server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, ready.recv)


def serve_in_process(ready: Connection) -> None:
    uvloop.run(serve(ready))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--players", type=int, default=100)
    parser.add_argument("--in-flight", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve_in_process, args=(there,))
    server.start()
    try:
        url = f"ws://127.0.0.1:{here.recv()}/ws"
        report = run(
            BotsConfig(
                url=url,
                game="dice",
                players=arguments.players,
                in_flight=arguments.in_flight,
                seconds=arguments.seconds,
            )
        )
    finally:
        here.send("done")
        server.join()
    microseconds = report.cpu_seconds / report.bets * 1_000_000
    figures = {
        "requests": report.bets,
        "requests_per_s": report.bets_per_s,
        "cpu_microseconds_per_request": round(microseconds, 2),
        "requests_per_s_of_one_core": round(1_000_000 / microseconds),
        "goal_met": microseconds <= GOAL_MICROSECONDS,
        "mismatches": report.balance_mismatches,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
