"""What a player of the measurement of crash sees of the table, however its bytes come."""

import msgpack
import pytest

from server.bench.flyers import Lookout

HEAD = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n"


def frame(payload: bytes, opcode: int = 0x82) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((opcode, size)) + payload
    return bytes((opcode, 126)) + size.to_bytes(2, "big") + payload


def told(tag: str, **fields: object) -> bytes:
    return frame(msgpack.packb({"t": tag, **fields}))


SEEN = HEAD + b"".join(
    (
        told("hello"),
        told("crash.tick", multiplier=100),
        frame(b"ping", opcode=0x89),
        told("crash.bets", bets=["crash.launched"] * 30),
        told("crash.tick", multiplier=101),
        told("crash.opened", round=2),
    )
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 200, len(SEEN)])
def test_tags_are_found_however_the_bytes_are_cut(size: int) -> None:
    lookout = Lookout()
    for start in range(0, len(SEEN), size):
        lookout.saw(SEEN[start : start + size])

    assert lookout.ticks == 2
    assert lookout.events["crash.opened"].is_set()
    assert not lookout.events["crash.launched"].is_set()


def test_a_frame_that_is_not_whole_is_waited_for() -> None:
    lookout = Lookout()
    lookout.saw(HEAD + told("crash.launched", round=1)[:-1])
    assert not lookout.events["crash.launched"].is_set()

    lookout.saw(told("crash.launched", round=1)[-1:])
    assert lookout.events["crash.launched"].is_set()
