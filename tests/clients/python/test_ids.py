"""Ids carry the server's time, whatever the local clock says, and no random byte is used twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.python.ids import ENTROPY_BLOCK_BYTES, Entropy, IdMaker
from protocol.ids import command_id_from, is_command_id, unix_ms_of

HELLO_MS = 1_700_000_000_000


class Clock:
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


@given(local=st.floats(0, 1e9), passed=st.floats(0, 1e6))
def test_an_id_has_the_servers_time_however_the_local_clock_is_set(local: float, passed: float) -> None:
    clock = Clock(local)
    ids = IdMaker(clock, bytes)
    ids.set_clock(HELLO_MS)
    clock.seconds += passed
    made = ids.next()
    assert is_command_id(made)
    assert abs(unix_ms_of(made) - (HELLO_MS + passed * 1000)) <= 1


def test_each_hello_sets_the_clock_anew() -> None:
    clock = Clock(5.0)
    ids = IdMaker(clock, bytes)
    ids.set_clock(HELLO_MS)
    clock.seconds = 6.0
    ids.set_clock(HELLO_MS + 90_000)
    assert unix_ms_of(ids.next()) == HELLO_MS + 90_000
    assert ids.set_at == 6.0


def test_an_id_is_made_of_the_time_and_of_ten_bytes_of_entropy() -> None:
    ids = IdMaker(Clock(0.0), lambda size: bytes(range(size)))
    ids.set_clock(HELLO_MS)
    assert ids.next() == command_id_from(HELLO_MS, bytes(range(10)))


def test_no_id_is_made_before_the_server_has_said_what_time_it_is() -> None:
    with pytest.raises(RuntimeError):
        IdMaker(Clock(0.0), bytes).next()


@given(sizes=st.lists(st.integers(0, 5_000), max_size=40))
def test_entropy_gives_each_byte_of_its_source_at_most_once_and_in_order(sizes: list[int]) -> None:
    drawn: list[bytes] = []

    def source(size: int) -> bytes:
        drawn.append(bytes([len(drawn) % 256]) * size)
        return drawn[-1]

    entropy = Entropy(source)
    pieces = [entropy(size) for size in sizes]
    assert [len(piece) for piece in pieces] == sizes
    given_of_block = [sum(piece.count(block) for piece in pieces) for block in range(len(drawn))]
    assert all(count <= ENTROPY_BLOCK_BYTES for count in given_of_block)
    assert list(b"".join(pieces)) == sorted(b"".join(pieces))


def test_more_than_a_block_of_entropy_at_once_is_an_error() -> None:
    with pytest.raises(ValueError, match="random bytes at once"):
        Entropy(bytes)(ENTROPY_BLOCK_BYTES + 1)
