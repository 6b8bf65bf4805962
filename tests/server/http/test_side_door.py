import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.bootstrap import CannotStart
from server.cluster.side import open_side_door
from server.config import Config
from server.http.side_door import SideDoor


class Process:
    """What is behind a door."""

    ready = True

    def door(self) -> SideDoor:
        return SideDoor(lambda: self.ready, lambda: (b"croupier_actors 3\n", "text/plain"))


@contextlib.asynccontextmanager
async def opened(process: Process, port: int = 0) -> AsyncIterator[SideDoor]:
    door = process.door()
    await door.open("127.0.0.1", port)
    try:
        yield door
    finally:
        await door.close()


async def got(door: SideDoor, path: str) -> tuple[int, bytes]:
    """The status and the body of an answer."""
    assert door.address is not None
    reader, writer = await asyncio.open_connection(*door.address)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return int(head.split()[1]), body


async def test_it_says_whether_it_is_alive_and_ready_and_what_it_does() -> None:
    process = Process()
    async with opened(process) as door:
        assert await got(door, "/healthz") == (200, b"alive\n")
        assert (await got(door, "/readyz"))[0] == 200
        process.ready = False
        assert (await got(door, "/readyz"))[0] == 503
        assert await got(door, "/metrics") == (200, b"croupier_actors 3\n")


async def test_nothing_else_is_there_and_nobody_is_let_in() -> None:
    async with opened(Process()) as door:
        assert (await got(door, "/"))[0] == 404
        assert (await got(door, "/ws"))[0] == 404


async def test_processes_of_one_machine_take_one_port_after_another() -> None:
    async with opened(Process()) as first:
        assert first.address is not None
        port = first.address[1]
        async with opened(Process(), port) as second, opened(Process(), port) as third:
            assert second.address is not None
            assert third.address is not None
            assert port < second.address[1] < third.address[1]


async def test_a_closed_door_is_closed() -> None:
    async with opened(Process()) as door:
        address = door.address
    assert address is not None
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)


async def test_a_configuration_can_do_without(tmp_path: Path) -> None:
    door = Process().door()
    async with contextlib.AsyncExitStack() as stack:
        await open_side_door(Config(data_dir=tmp_path, metrics_port="off"), door, stack)
        assert door.address is None


async def test_an_address_that_is_none_of_ours_is_said_with_the_keys_to_change(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path, metrics_host="192.0.2.1", metrics_port=9_100)
    async with contextlib.AsyncExitStack() as stack:
        with pytest.raises(CannotStart, match=r"192.0.2.1, port 9100: .*see metrics_host and metrics_port"):
            await open_side_door(config, Process().door(), stack)
