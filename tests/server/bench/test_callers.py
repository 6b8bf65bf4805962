"""What players of the measurement of poker do with what they are told."""

import asyncio
from typing import Any

import msgpack

from server.bench.callers import Pace, Table
from server.bench.flyers import Flyer, Frames

TURN: dict[str, Any] = {"move": 3, "seat": 1, "until_ms": 0, "call": 100, "raise_min": 200, "raise_max": 900}


def told(tag: str, **fields: object) -> bytes:
    payload: bytes = msgpack.packb({"t": tag, **fields})
    return bytes((0x82, 126)) + len(payload).to_bytes(2, "big") + payload


class Wire:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def write(self, frame: bytes) -> None:
        self.sent.put_nowait(msgpack.unpackb(frame[6:]))


def seated(players: int) -> tuple[list[Flyer], list[Wire]]:
    flyers, wires = [Flyer() for _ in range(players)], [Wire() for _ in range(players)]
    for flyer, wire in zip(flyers, wires, strict=True):
        flyer.connection_made(wire)  # type: ignore[arg-type]
    return flyers, wires


def test_frames_of_an_open_connection_are_found_however_their_bytes_are_cut() -> None:
    data = told("poker.moved", turn=TURN) + told("poker.ended")
    for size in (1, 5, len(data)):
        frames = Frames(is_open=True)
        found = [payload for at in range(0, len(data), size) for payload in frames.fed(data[at : at + size])]
        assert [msgpack.unpackb(payload)["t"] for payload in found] == ["poker.moved", "poker.ended"]


async def test_whose_turn_it_is_moves_once_and_the_answer_is_counted() -> None:
    flyers, (first, second) = seated(2)
    pace = Pace(think_seconds=0.0)
    Table("one", flyers, pace).saw(told("poker.dealt", hand=7, turn=TURN))

    move = await second.sent.get()
    assert (move["t"], move["table"], move["hand"], move["move"]) == ("poker.act", "one", 7, 3)
    assert first.sent.empty()
    flyers[1].data_received(told("done"))
    await asyncio.sleep(0)
    assert len(pace.waits_ms) == 1
    assert not pace.is_over.is_set()


async def test_a_move_that_is_refused_ends_the_measurement() -> None:
    flyers, (_, second) = seated(2)
    pace = Pace(think_seconds=0.0)
    Table("one", flyers, pace).saw(told("poker.dealt", hand=7, turn=TURN))
    await second.sent.get()

    flyers[1].data_received(told("error", code=18))
    await asyncio.wait_for(pace.is_over.wait(), 5)
    assert b"error" in pace.refused
    assert pace.waits_ms == []


def test_moves_are_such_as_the_turn_allows() -> None:
    pace = Pace(think_seconds=0.1)
    free = {**TURN, "call": 0, "raise_min": None}
    moves = {pace.move(TURN) for _ in range(500)}

    assert moves == {("raise", 200), ("call", 0), ("fold", 0)}
    assert {pace.move(free) for _ in range(500)} == {("call", 0)}
    assert all(0 <= pace.think() <= 0.2 for _ in range(100))
