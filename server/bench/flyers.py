"""Players at one table of crash who all cash out by hand: `python -m server.bench.flyers --url URL …`.

They sit, watch, and bet in each round until one flies for long enough; in it so many of them at a time cash out within
a tenth of a second, once a second, until all have. It prints one line: how long each waited for its answer (ms), how
many ticks a second there were, and the processor time of the server and of itself in the flight. What came before is
on stderr.
"""

import argparse
import asyncio
import gc
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from typing import Any, Final, Protocol, cast

import msgpack
import uvloop

from server.bench.crowd import CONNECTING_MAX, Crowd, frame_of, new_id
from server.bench.processes import cpu_seconds

STAKE: Final = 10
ASKING_MAX: Final = 512
"""Players who wait for an answer at once, before the flight."""
SLOT_SECONDS: Final = 0.1
BETWEEN_SECONDS: Final = 1.0
"""From one slot to the next."""
AFTER_LAUNCH_SECONDS: Final = 0.3
ROUNDS_MAX: Final = 40
SECONDS_MAX: Final = 400.0
"""The longest flight has 154."""
WAITED_SECONDS_MAX: Final = 20.0
_SHORT_MAX: Final = 125
_TAIL: Final = 64
"""Bytes of what came before that a word may begin in."""
_HELLO: Final = b"hello"
_HEAD_END: Final = b"\r\n\r\n"
TAGGED: Final = b"\xa1t"
"""How a message goes on after its first byte, which says how many fields it has; pings do not."""
_ERROR: Final = b"\xa5error"
_TRY_AGAIN: Final = b"try_again"


class Refused(Exception):
    """The server said no, or nothing, to what was asked before the flight."""


class Eyes(Protocol):
    """Whoever sees all that one player is told."""

    def saw(self, data: bytes) -> None:
        """Some of it, however it is cut."""


class Flyer(asyncio.Protocol):
    """One player; of what comes only the words are looked at that are waited for."""

    __slots__ = ("_answer", "_heard", "_transport", "_words", "answered_at", "lookout", "said")

    def __init__(self) -> None:
        self.lookout: Eyes | None = None
        self._heard = b""
        self._words: tuple[bytes, ...] = ()
        self._answer: asyncio.Future[bytes] | None = None
        self.answered_at = 0.0
        self.said = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits for an answer is told that none comes."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("closed by the server"))

    def data_received(self, data: bytes) -> None:
        """See whether what is waited for has come."""
        if self.lookout is not None:
            self.lookout.saw(data)
        if self._answer is None:
            return
        heard = self._heard + data
        for word in self._words:
            if word in heard:
                self.answered_at, self.said = time.monotonic(), heard
                answer, self._answer, self._heard = self._answer, None, b""
                if not answer.done():
                    answer.set_result(word)
                return
        self._heard = heard[-_TAIL:]

    def send(self, frame: bytes, *words: bytes) -> asyncio.Future[bytes]:
        """Send bytes, and wait for one of these words."""
        self._answer, self._words = asyncio.get_running_loop().create_future(), words
        self._heard = b""
        self._transport.write(frame)
        return self._answer

    async def asked(self, request: dict[str, Any], word: bytes) -> bytes:
        """Ask for something that must be granted, and return the id of the request."""
        request_id = new_id()
        frame = frame_of({**request, "id": request_id})
        while await self.send(frame, word, _ERROR) != word:
            if _TRY_AGAIN not in self.said:
                raise Refused(f"{request['t']} is answered with {self.said!r}")
        return request_id


class Lookout:
    """Sees for everybody when a round opens, is launched, and is over; and counts ticks."""

    def __init__(self) -> None:
        self.events = {tag: asyncio.Event() for tag in ("crash.opened", "crash.launched")}
        self.ticks = 0
        self._frames = Frames(is_open=False)

    def saw(self, data: bytes) -> None:
        """Note what is told to the table; `data` is all that comes, from the answer to the handshake on."""
        for payload in self._frames.fed(data):
            tag = msgpack.unpackb(payload)["t"] if payload.startswith(TAGGED, 1) else ""
            self.ticks += tag == "crash.tick"
            if tag in self.events:
                self.events[tag].set()

    async def until(self, tag: str) -> None:
        """Wait for the next of these."""
        self.events[tag].clear()
        await self.events[tag].wait()


class Frames:
    """The payloads in what a server says; if the connection `is_open` not yet, after its answer to the handshake."""

    def __init__(self, *, is_open: bool) -> None:
        self._bytes = b""
        self._is_open = is_open

    def fed(self, data: bytes) -> Iterator[bytes]:
        """Some more bytes: the payloads of the frames that are whole now."""
        self._bytes += data
        if not self._is_open and _HEAD_END in self._bytes:
            self._is_open, self._bytes = True, self._bytes.partition(_HEAD_END)[2]
        while self._is_open and (frame := _frame(self._bytes)) is not None:
            payload, self._bytes = frame
            yield payload


def _frame(data: bytes) -> tuple[bytes, bytes] | None:
    """The payload of the first frame, and what comes after it; nothing before all of it is there."""
    if len(data) < 2:
        return None
    size, start = data[1] & 0x7F, 2
    if size > _SHORT_MAX:
        start += 2 if size == _SHORT_MAX + 1 else 8
        size = int.from_bytes(data[2:start], "big")
    return (data[start : start + size], data[start + size :]) if len(data) >= start + size else None


async def fly(url: str, server: int, table: str, players: int, at_once: int) -> dict[str, Any]:
    """Everything from the first connection to the last answer. Raises `Refused`, `TimeoutError`."""
    crowd, lookout = Crowd(url, table), Lookout()
    gate, loop = asyncio.Semaphore(CONNECTING_MAX), asyncio.get_running_loop()

    async def come(number: int) -> Flyer:
        async with gate:
            _, flyer = await loop.create_connection(Flyer, crowd.host, crowd.port)
            flyer.lookout = lookout if number == 0 else None
            await flyer.send(crowd.handshake, _HELLO)
            await flyer.asked({"t": "auth.guest"}, b"welcome")
            return flyer

    async def sit(flyer: Flyer) -> None:
        async with gate:
            await flyer.asked({"t": "table.sit", "table": table}, b"\xa4done")
            await flyer.asked({"t": "watch", "stream": f"table:{table}"}, b"crash.snapshot")

    async with asyncio.timeout(SECONDS_MAX):
        flyers = await asyncio.gather(*(come(number) for number in range(players)))
        # The first round opens for the first of them, and is open for long enough for all.
        await asyncio.gather(*(sit(flyer) for flyer in flyers))
        for number in range(1, ROUNDS_MAX + 1):
            try:
                return {"rounds": number, **await _round(lookout, flyers, server, table, at_once)}
            except Refused as error:
                sys.stderr.write(f"round {number}: {error}\n")
                await lookout.until("crash.opened")
    raise Refused(f"no flight of {ROUNDS_MAX} was long enough")


async def _round(lookout: Lookout, flyers: list[Flyer], server: int, table: str, at_once: int) -> dict[str, Any]:
    """Bet, fly, cash out. Raises `Refused` if betting closes too early, or it is over before everybody was out."""
    gate = asyncio.Semaphore(ASKING_MAX)

    async def bet(flyer: Flyer) -> bytes:
        async with gate:
            return await flyer.asked({"t": "crash.bet", "table": table, "amount": STAKE}, b"crash.placed")

    placed = await asyncio.gather(*(bet(flyer) for flyer in flyers), return_exceptions=True)
    for one in placed:
        if isinstance(one, BaseException):
            raise one
    bets = [one for one in placed if not isinstance(one, BaseException)]
    await lookout.until("crash.launched")
    launched_at, ticks_before = time.monotonic(), lookout.ticks
    before, own = cpu_seconds(server), time.process_time()
    answers: list[asyncio.Future[bytes]] = []
    sent_at: list[float] = []
    for number, (flyer, one) in enumerate(zip(flyers, bets, strict=True)):
        slot, place = divmod(number, at_once)
        due = launched_at + AFTER_LAUNCH_SECONDS + slot * BETWEEN_SECONDS + place * SLOT_SECONDS / at_once
        if (pause := due - time.monotonic()) > 0:
            await asyncio.sleep(pause)
        # The id is as young as a player's: of an old one the server would have to ask its database.
        frame = frame_of({"t": "crash.cashout", "table": table, "bet": one, "id": new_id()})
        sent_at.append(time.monotonic())
        answers.append(flyer.send(frame, b"crash.cashed", _ERROR))
    async with asyncio.timeout(WAITED_SECONDS_MAX):
        said = await asyncio.gather(*answers)
    refused = [flyer.said for flyer, word in zip(flyers, said, strict=True) if word == _ERROR]
    if refused:
        raise Refused(f"{len(refused)} of {len(flyers)} cash-outs are answered with such as {refused[0]!r}")
    ticks, flown = lookout.ticks - ticks_before, time.monotonic() - launched_at
    waits = [1_000 * (flyer.answered_at - at) for flyer, at in zip(flyers, sent_at, strict=True)]
    after = cpu_seconds(server)
    return {
        "waits_ms": waits,
        "seconds": flown,
        "ticks_per_second": ticks / flown,
        "cpu_server": after["server"] - before["server"],
        "cpu_players": time.process_time() - own,
    }


def main() -> None:
    """Read the flags and play."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--url", required=True)
    flags.add_argument("--server", type=int, required=True, help="the number of its process")
    flags.add_argument("--table", required=True)
    flags.add_argument("--players", type=int, required=True)
    flags.add_argument("--at-once", type=int, required=True)
    given = flags.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gc.disable()
    found = uvloop.run(fly(given.url, given.server, given.table, given.players, given.at_once))
    sys.stdout.write(json.dumps(found) + os.linesep)


if __name__ == "__main__":
    main()
