import asyncio
from collections.abc import AsyncIterator

import pytest
import uvloop

from actors.runtime.direct import CALLS_MAX, FRAME_BYTES_MAX, NONCE_BYTES, Door
from actors.runtime.line import Line, enter
from actors.runtime.transport import PeerLost, Service

SECRET = b"the cluster's secret"
SECONDS_MAX = 120.0


class Clerk(Service):
    """Answers `echo` at once, and `later` when it is told to."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.now = asyncio.Event()
        self.busy = 0

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Service.call`."""
        self.asked.append(payload)
        if method == "later":
            self.busy += 1
            try:
                await self.now.wait()
            finally:
                self.busy -= 1
        elif method != "echo":
            raise LookupError(method)
        return payload


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
async def door(clerk: Clerk) -> AsyncIterator[Door]:
    door = Door(clerk, SECRET)
    await door.open("127.0.0.1")
    yield door
    door.close()


async def test_calls_are_answered_whatever_their_size(door: Door) -> None:
    calling = await enter(door.address, SECRET)
    for size in (0, 1, 100, 1 << 16, 3 << 20):
        assert await calling.call("echo", bytes(size)) == bytes(size)
    calling.close()


def test_it_speaks_on_the_loop_that_ray_brings_as_well(clerk: Clerk) -> None:
    async def story() -> None:
        door = Door(clerk, SECRET)
        await door.open("127.0.0.1")
        calling = await enter(door.address, SECRET)
        assert await calling.call("echo", b"fast") == b"fast"
        calling.close()
        door.close()

    uvloop.run(story())


async def test_calls_overtake_each_other(door: Door, clerk: Clerk) -> None:
    calling = await enter(door.address, SECRET)
    slow = asyncio.create_task(calling.call("later", b"slow"))
    assert await calling.call("echo", b"quick") == b"quick"
    assert not slow.done()
    clerk.now.set()
    assert await slow == b"slow"
    calling.close()


async def test_an_error_of_the_service_is_a_lost_call_that_says_what_it_was(door: Door) -> None:
    calling = await enter(door.address, SECRET)
    with pytest.raises(PeerLost, match="LookupError: dance"):
        await calling.call("dance", b"")
    assert await calling.call("echo", b"still here") == b"still here"
    calling.close()


async def test_calls_are_lost_at_once_when_the_other_end_is_gone(door: Door, clerk: Clerk) -> None:
    calling = await enter(door.address, SECRET)
    waiting = [asyncio.create_task(calling.call("later", b"")) for _ in range(3)]
    await calling.call("echo", b"")
    door.close()
    for call in waiting:
        with pytest.raises(PeerLost):
            await asyncio.wait_for(call, SECONDS_MAX)
    with pytest.raises(PeerLost, match="over"):
        await calling.call("echo", b"")


async def test_what_nobody_waits_for_any_more_is_not_worked_on(door: Door, clerk: Clerk) -> None:
    calling = await enter(door.address, SECRET)
    call = asyncio.create_task(calling.call("later", b""))
    await calling.call("echo", b"")
    assert clerk.busy == 1
    calling.close()
    with pytest.raises(PeerLost):
        await call
    async with asyncio.timeout(SECONDS_MAX):
        while clerk.busy:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0)


async def test_a_connection_on_which_nothing_comes_is_given_up(door: Door) -> None:
    calling = await enter(door.address, SECRET, silence_seconds=0.05)
    with pytest.raises(PeerLost):
        await asyncio.wait_for(calling.call("later", b""), SECONDS_MAX)
    assert calling.is_over


async def test_no_more_calls_are_taken_than_can_be_handled_and_all_are_answered(door: Door, clerk: Clerk) -> None:
    calling = await enter(door.address, SECRET)
    calls = [asyncio.create_task(calling.call("later", str(n).encode())) for n in range(3 * CALLS_MAX)]
    async with asyncio.timeout(SECONDS_MAX):
        while clerk.busy < CALLS_MAX:  # noqa: ASYNC110
            await asyncio.sleep(0)
    for _ in range(100):
        await asyncio.sleep(0)
    # What came in one piece with the last one that was taken is taken as well.
    assert clerk.busy < 3 * CALLS_MAX
    clerk.now.set()
    assert await asyncio.gather(*calls) == [str(n).encode() for n in range(3 * CALLS_MAX)]
    calling.close()


async def test_whoever_does_not_know_the_secret_is_not_heard(door: Door, clerk: Clerk) -> None:
    with pytest.raises(PeerLost):
        await asyncio.wait_for(enter(door.address, b"another secret"), SECONDS_MAX)
    assert clerk.asked == []


async def test_a_stranger_at_the_door_s_place_is_not_talked_to() -> None:
    async def stranger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # It says back what it hears: a proof of one end is none of the other.
        writer.write(await reader.readexactly(NONCE_BYTES))
        writer.write(await reader.read(1_000))
        heard.extend(await reader.read(1_000))
        writer.close()

    heard = bytearray()
    server = await asyncio.start_server(stranger, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        with pytest.raises(PeerLost):
            await asyncio.wait_for(enter((host, port), SECRET), SECONDS_MAX)
    assert heard == b""


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\r\n\r\n" * 9, bytes(1_000), b""])
async def test_noise_is_hung_up_on(door: Door, clerk: Clerk, noise: bytes) -> None:
    reader, writer = await asyncio.open_connection(*door.address)
    writer.write(noise)
    with pytest.raises(asyncio.IncompleteReadError):
        await asyncio.wait_for(reader.readexactly(1_000), SECONDS_MAX)
    writer.close()
    assert clerk.asked == []


async def test_a_frame_that_says_it_is_enormous_ends_the_connection(door: Door) -> None:
    calling = await enter(door.address, SECRET)
    assert calling.transport is not None
    waiting = asyncio.create_task(calling.call("later", b""))
    await calling.call("echo", b"")
    calling.transport.write((FRAME_BYTES_MAX + 1).to_bytes(4, "big") + bytes(5))
    with pytest.raises(PeerLost):
        await asyncio.wait_for(waiting, SECONDS_MAX)


async def test_where_nobody_listens_there_is_nobody() -> None:
    with pytest.raises(PeerLost, match="nobody at"):
        await enter(("127.0.0.1", 1), SECRET)


async def test_a_line_finds_the_door_once_and_connects_again_after_a_loss(door: Door) -> None:
    asked = 0

    async def find_door() -> tuple[str, int]:
        nonlocal asked
        asked += 1
        return door.address

    line = Line(find_door, SECRET)
    assert await asyncio.gather(*(line.call("echo", b"x") for _ in range(5))) == [b"x"] * 5
    line.close()
    with pytest.raises(PeerLost):
        await line.call("dance", b"")
    assert await line.call("echo", b"again") == b"again"
    assert asked == 1
    line.close()


async def test_whoever_stops_waiting_to_be_let_in_hangs_up() -> None:
    connected = asyncio.Event()
    hung_up = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        try:
            await reader.read()
        except ConnectionResetError:
            pass
        finally:
            writer.close()
            hung_up.set()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with server:
        entering = asyncio.create_task(enter(server.sockets[0].getsockname()[:2], SECRET))
        await asyncio.wait_for(connected.wait(), SECONDS_MAX)
        entering.cancel()
        await asyncio.wait_for(hung_up.wait(), SECONDS_MAX)
    with pytest.raises(asyncio.CancelledError):
        await entering
