"""Bets on every table all the time, and remembers when each was accepted: obeys lines of JSON on stdin.

    {"do": "after", "at": 12.5}               {"ms": [810.2, ...]}
    {"do": "gaps", "from": 8.1, "until": 9.0} {"ms": [31.0, ...]}

`python -m server.bench.cluster.prober --url URL --tables ID,... --pause S` says `{"ready": true}` when a bet was
accepted at every table. Each table has one bet at a time. `after` waits until every table has accepted a bet that was
sent after an instant, and says how long after it that was; `gaps` is the longest time between two acceptances, one of
them in an interval. One figure a table. Times are of the machine's monotonic clock.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import msgpack
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from protocol.version import SUBPROTOCOL
from server.bench.crowd import new_id

TABLES_PER_PLAYER: Final = 10
STAKE: Final = 10
ANSWER_SECONDS_MAX: Final = 60.0
RETRY_SECONDS: Final = 0.05
MS: Final = 1_000


class Accepted(NamedTuple):
    """A bet that a table took."""

    sent_at: float
    at: float


class Track:
    """What became of the bets at one table."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.accepted: list[Accepted] = []
        self.news = asyncio.Event()

    def add(self, sent_at: float, at: float) -> None:
        """One more was accepted."""
        self.accepted.append(Accepted(sent_at, at))
        self.news.set()

    async def first_after(self, instant: float) -> float:
        """Wait for the first acceptance of a bet that was sent after an instant."""
        while True:
            found = next((one.at for one in self.accepted if one.sent_at > instant), None)
            if found is not None:
                return found
            self.news.clear()
            await self.news.wait()

    async def longest_gap(self, begin: float, end: float) -> float:
        """The longest time without an acceptance that reaches into an interval."""
        await self.first_after(end)
        times = [one.at for one in self.accepted]
        return max(late - early for early, late in pairwise(times) if late > begin and early < end)


class Prober:
    """One guest for some of the tables: its answers are matched by their ids."""

    def __init__(self, socket: ClientConnection, tracks: Sequence[Track], pause: float) -> None:
        self._socket = socket
        self._tracks = tracks
        self._pause = pause
        self._waiting: dict[bytes, asyncio.Future[dict[str, Any]]] = {}

    async def run(self) -> None:
        """Log in, sit down and bet until cancelled. Raises `ValueError` when a bet is refused for good."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read())
            await self._ask({"t": "auth.guest"})
            for track in self._tracks:
                await self._ask({"t": "table.sit", "table": track.table})
                group.create_task(self._bet(track))

    async def _read(self) -> None:
        async for data in self._socket:
            message = msgpack.unpackb(data)
            waiting = self._waiting.pop(message.get("id", b""), None)
            if waiting is not None:
                waiting.set_result(message)

    async def _bet(self, track: Track) -> None:
        wager = {"t": "wager", "spot": "straight:7", "amount": STAKE}
        while True:
            sent_at = time.monotonic()
            await self._ask({"t": "roulette.bet", "table": track.table, "wagers": [wager], "entropy": "probe"})
            track.add(sent_at, time.monotonic())
            await asyncio.sleep(self._pause)

    async def _ask(self, request: dict[str, Any]) -> None:
        """Make a request, again under its id while it is answered with `retry`."""
        fields = {**request, "id": new_id()}
        while True:
            answer = await self._asked(fields)
            if answer["t"] != "error":
                return
            if not answer.get("retry"):
                raise ValueError(f"{request} was answered with {answer}")
            await asyncio.sleep(RETRY_SECONDS)

    async def _asked(self, fields: dict[str, Any]) -> dict[str, Any]:
        waiting: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[fields["id"]] = waiting
        await self._socket.send(msgpack.packb(fields))
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            return await waiting


async def probe(url: str, tables: Sequence[str], pause: float) -> None:
    """Bet and obey until stdin ends."""
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    tracks = [Track(table) for table in tables]
    async with asyncio.TaskGroup() as group:
        players = [
            group.create_task(_play(url, tracks[start : start + TABLES_PER_PLAYER], pause))
            for start in range(0, len(tracks), TABLES_PER_PLAYER)
        ]
        await asyncio.gather(*(track.first_after(0.0) for track in tracks))
        _say({"ready": True})
        while line := await orders.readline():
            _say(await _obey(json.loads(line), tracks))
        for player in players:
            player.cancel()


async def _play(url: str, tracks: Sequence[Track], pause: float) -> None:
    protocols = [Subprotocol(SUBPROTOCOL)]
    async with connect(url, subprotocols=protocols, compression=None, ping_interval=None) as socket:
        await Prober(socket, tracks, pause).run()


async def _obey(order: dict[str, Any], tracks: Sequence[Track]) -> dict[str, Any]:
    if order["do"] == "after":
        firsts = await asyncio.gather(*(track.first_after(order["at"]) for track in tracks))
        return {"ms": [(at - order["at"]) * MS for at in firsts]}
    gaps = await asyncio.gather(*(track.longest_gap(order["from"], order["until"]) for track in tracks))
    return {"ms": [gap * MS for gap in gaps]}


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the flags and probe."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--url", required=True)
    flags.add_argument("--tables", required=True)
    flags.add_argument("--pause", type=float, required=True)
    given = flags.parse_args()
    uvloop.run(probe(given.url, given.tables.split(","), given.pause))


if __name__ == "__main__":
    main()
