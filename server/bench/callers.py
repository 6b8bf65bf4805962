"""Players at many tables of hold'em: `python -m server.bench.callers --url URL --tables N --seats S …`.

Each has a connection, watches its table and, when it is its turn, thinks for a while and moves: mostly it calls. One of
each table reads what is told to it, and says to the others when it is their turn. It prints one line: what was measured
while they thought (`paced`), and while they did not (`hurried`).
"""

import argparse
import asyncio
import gc
import json
import os
import random
import resource
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import msgpack
import uvloop

from server.bench.crowd import CONNECTING_MAX, Crowd, frame_of, new_id
from server.bench.flyers import TAGGED, Flyer, Frames
from server.bench.processes import cpu_seconds
from server.bench.tables import POKER_BUY_IN, table_ids

FOLDS: Final = 0.12
RAISES: Final = 0.12
SEED: Final = 20_260_101
SECONDS_MAX: Final = 300.0
_DONE: Final = b"\xa4done"
_ERROR: Final = b"\xa5error"


class Pace:
    """How players of all tables move, and what is counted of it."""

    def __init__(self, think_seconds: float, seed: int = SEED) -> None:
        self.think_seconds = think_seconds
        self.waits_ms: list[float] = []
        self.is_over = asyncio.Event()
        self.refused = b""
        self._chance = random.Random(seed).random  # noqa: S311 - it plays, and draws nothing

    def think(self) -> float:
        """Seconds: none, or twice the mean at most."""
        return 2 * self.think_seconds * self._chance()

    def move(self, turn: dict[str, Any]) -> tuple[str, int]:
        """A kind of move and, for a raise, what it makes the bet."""
        drawn = self._chance()
        if drawn < RAISES and turn["raise_min"] is not None:
            return "raise", turn["raise_min"]
        return ("fold" if drawn > 1 - FOLDS and turn["call"] else "call"), 0

    def answered(self, sent_at: float, flyer: Flyer) -> None:
        """A move has its answer."""
        if _DONE in flyer.said:
            self.waits_ms.append(1_000 * (flyer.answered_at - sent_at))
        else:
            self.refused = flyer.said
            self.is_over.set()


class Table:
    """One table, by what one of its players is told."""

    def __init__(self, table: str, flyers: Sequence[Flyer], pace: Pace) -> None:
        self._table = table
        self._flyers = flyers
        self._pace = pace
        self._frames = Frames(is_open=True)
        self._hand = 0
        self.has_begun = asyncio.Event()

    def saw(self, data: bytes) -> None:
        """See whose turn it is."""
        for payload in self._frames.fed(data):
            if payload.startswith(TAGGED, 1) and (told := msgpack.unpackb(payload))["t"].startswith("poker."):
                self._hand = told.get("hand", self._hand)
                if (turn := told.get("turn")) is not None:
                    self.has_begun.set()
                    asyncio.get_running_loop().call_later(self._pace.think(), self._move, self._hand, turn)

    def _move(self, hand: int, turn: dict[str, Any]) -> None:
        kind, to = self._pace.move(turn)
        move = {"t": "poker.act", "table": self._table, "hand": hand, "move": turn["move"], "kind": kind, "to": to}
        flyer, sent_at = self._flyers[turn["seat"]], time.monotonic()
        answer = flyer.send(frame_of({**move, "id": new_id()}), _DONE, _ERROR)
        answer.add_done_callback(lambda done: None if done.exception() else self._pace.answered(sent_at, flyer))


async def play(given: argparse.Namespace) -> dict[str, Any]:
    """Everything from the first connection to the last move. Raises `Refused`, `TimeoutError`."""
    pace, crowd = Pace(given.think), Crowd(given.url, None)
    gate, loop = asyncio.Semaphore(CONNECTING_MAX), asyncio.get_running_loop()

    async def come() -> Flyer:
        async with gate:
            _, flyer = await loop.create_connection(Flyer, crowd.host, crowd.port)
            await flyer.send(crowd.handshake, b"hello")
            await flyer.asked({"t": "auth.guest"}, b"welcome")
            return flyer

    async def sit(table: str, flyers: Sequence[Flyer]) -> Table:
        async with gate:
            for flyer in flyers:
                await flyer.asked({"t": "watch", "stream": f"table:{table}"}, b"poker.snapshot")
            seen = flyers[0].lookout = Table(table, flyers, pace)
            for seat, flyer in enumerate(flyers):
                chair = {"t": "poker.sit", "table": table, "seat": seat, "amount": POKER_BUY_IN}
                await flyer.asked(chair, b"poker.bought")
            return seen

    async with asyncio.timeout(SECONDS_MAX):
        tables = table_ids(given.tables)
        flyers = {table: await asyncio.gather(*(come() for _ in range(given.seats))) for table in tables}
        seen = await asyncio.gather(*(sit(table, flyers[table]) for table in tables))
        await asyncio.gather(*(one.has_begun.wait() for one in seen))
        paced = await _measured(pace, given)
        pace.think_seconds = 0.0
        return {"paced": paced, "hurried": await _measured(pace, given)}


async def _measured(pace: Pace, given: argparse.Namespace) -> dict[str, Any]:
    """So many seconds after a warm-up; a move that is refused ends everything."""
    await _pass(pace, given.warm_up)
    begun, before, own = time.monotonic(), cpu_seconds(given.server), time.process_time()
    pace.waits_ms = []
    await _pass(pace, given.seconds)
    after, waits = cpu_seconds(given.server), sorted(pace.waits_ms)
    return {
        "waits_ms": waits,
        "seconds": time.monotonic() - begun,
        "cpu_server": after["server"] - before["server"],
        "cpu_postgres": after.get("postgres", 0.0) - before.get("postgres", 0.0),
        "cpu_players": time.process_time() - own,
    }


async def _pass(pace: Pace, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await pace.is_over.wait()
    if pace.is_over.is_set():
        raise RuntimeError(f"a move is answered with {pace.refused!r}")


def main() -> None:
    """Read the flags and play."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--url", required=True)
    flags.add_argument("--server", type=int, required=True, help="the number of its process")
    flags.add_argument("--tables", type=int, required=True)
    flags.add_argument("--seats", type=int, required=True)
    flags.add_argument("--think", type=float, required=True, help="seconds, in the mean")
    flags.add_argument("--warm-up", type=float, required=True)
    flags.add_argument("--seconds", type=float, required=True)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gc.disable()
    sys.stdout.write(json.dumps(uvloop.run(play(flags.parse_args()))) + os.linesep)


if __name__ == "__main__":
    main()
