"""`croupier serve` as one who starts it meets it: a line when ready, a clear word when it cannot, an orderly end."""

import asyncio
import contextlib
import signal
import time
import urllib.request
from pathlib import Path

import asyncpg
import psutil
import pytest

from protocol.errors import Close
from server.gateway.frames import close_frame
from server.gateway.websocket import CLOSE_SECONDS_MAX
from tests.support.hosts import as_ordinary_user, folder_of_ordinary_user
from tests.support.player import Player, dice
from tests.support.server import (
    WAIT_SECONDS_MAX,
    NotReady,
    Server,
    croupier,
    no_leftovers,
    processes_in,
    serving,
    short_folder,
    until,
    users_of,
)

pytestmark = pytest.mark.slow(seconds=4)

STOP_SECONDS_MAX = 10.0
REFUSE_SECONDS_MAX = 30.0
AT_ONCE_SECONDS_MAX = 10.0
"""Mostly for Python to start, on a machine that has other things to do."""
STARTS_MAX = 10
RESTARTING = 1012
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: croupier.v1\r\n\r\n"
)
USER_ERROR = 2


async def refused(server: Server) -> str:
    """What a server says that must not start; it is an error of its user, without a traceback, and leaves nothing."""
    with pytest.raises(NotReady) as caught:
        await server.start()
    ended = caught.value.ended
    assert ended.code == USER_ERROR, ended
    assert ended.stdout == ""
    assert ended.stderr.startswith("error: "), ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.seconds < REFUSE_SECONDS_MAX
    return ended.stderr


async def test_it_says_where_it_is_in_one_line_and_logs_to_stderr(data_dir: Path) -> None:
    async with serving(data_dir, port=0) as server:
        assert list(server.ready) == ["ready", "http", "ws", "pid"]
        assert server.ready["ready"] is True
        assert server.ws == server.http.replace("http://", "ws://") + "/ws"
        assert server.port > 0
        assert psutil.Process(server.pid).is_running()
        await server.logs("ready")
        with await asyncio.to_thread(
            urllib.request.urlopen, f"{server.http}/readyz", timeout=WAIT_SECONDS_MAX
        ) as response:
            assert response.status == 200
        ended = await server.stop()
    assert ended.stdout == "", "nothing but the line is printed on stdout"
    assert [entry for entry in server.log if "event" not in entry] == []
    assert server.complaints() == []


async def test_a_new_data_dir_is_made_and_an_existing_one_is_used_again() -> None:
    with short_folder() as folder:
        data_dir = folder / "deep" / "inside" / "data"
        async with serving(data_dir) as server, Player(server.ws) as player:
            secret = (await player.log_in())["guest_secret"]
            settled = await player.ask(**dice())
        async with serving(data_dir) as server, Player(server.ws) as player:
            welcome = await player.log_in(secret=secret)
            assert welcome["balances"][0]["available"] == settled["available"]
        private = [path for path in (data_dir, *(data_dir / "secrets").iterdir()) if path.stat().st_mode & 0o077]
        assert private == [], "others may look into these"


async def test_an_ordinary_user_can_serve() -> None:
    with folder_of_ordinary_user() as folder:
        data_dir = folder / "data"
        async with serving(data_dir, prefix=as_ordinary_user()) as server, Player(server.ws) as player:
            await player.log_in()
            assert (await player.ask(**dice()))["t"] == "dice.settled"
            users = users_of(processes_in(data_dir))
            assert users == {psutil.Process(server.pid).username()}
            assert "root" not in users


async def test_engines_of_a_server_that_root_starts_are_not_roots(data_dir: Path) -> None:
    async with serving(data_dir):
        engines = processes_in(data_dir)
        assert engines
        assert "root" not in users_of(engines)


async def test_engines_listen_nowhere_but_in_the_data_dir(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
        assert [address for process in family for address in listens_at(process)] == ["127.0.0.1"]


def listens_at(process: psutil.Process) -> list[str]:
    """The addresses; processes of PostgreSQL come and go."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return [one.laddr.ip for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN]
    return []


async def test_a_second_server_on_a_data_dir_is_told_so_at_once(data_dir: Path) -> None:
    async with serving(data_dir) as server, Player(server.ws) as player:
        await player.log_in()
        second = await croupier("serve", "--data-dir", data_dir, "--port", "0")
        assert second.code == USER_ERROR
        assert f"is in use by process {server.pid}" in second.stderr
        assert second.stdout == ""
        assert second.seconds < AT_ONCE_SECONDS_MAX
        assert (await player.ask(**dice()))["t"] == "dice.settled"


async def test_a_taken_port_is_told_and_leaves_nothing_running(data_dir: Path) -> None:
    with short_folder() as folder:
        async with serving(data_dir) as server:
            said = await refused(Server(folder / "data", port=server.port))
            assert str(server.port) in said
        await no_leftovers(folder / "data")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_in_order_and_clients_are_told_to_come_back(
    data_dir: Path, number: signal.Signals
) -> None:
    async with serving(data_dir) as server, Player(server.ws) as player, Player(server.ws) as idle:
        await player.log_in()
        await idle.log_in()
        settled = await player.ask(**dice())
        ended = await server.stop(number)
        assert ended.code == 0
        assert ended.seconds < STOP_SECONDS_MAX
        assert await player.closed() == RESTARTING
        assert await idle.closed() == RESTARTING
        assert processes_in(data_dir) == [], "engines end before the server does"
    assert server.complaints() == []
    async with serving(data_dir) as again:
        await again.audit()
        connection = await asyncpg.connect(again.database_url)
        try:
            row = await connection.fetchrow(
                "SELECT payout, available FROM bet WHERE id = $1::text::uuid", settled["id"].hex()
            )
            assert row is not None
            assert tuple(row) == (settled["payout"], settled["available"])
        finally:
            await connection.close()


async def test_it_stops_in_time_with_clients_that_do_not_agree_to_be_closed(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        _, port = server.http.removeprefix("http://").split(":")
        dumb = [await asyncio.open_connection("127.0.0.1", int(port)) for _ in range(3)]
        dumb[0][1].write(b"GET /ws HTTP/1.1\r\n")  # a handshake that does not go on
        dumb[1][1].write(HANDSHAKE)
        await dumb[1][0].readuntil(b"\r\n\r\n")
        ended = await server.stop()
        assert ended.code == 0
        assert ended.seconds < STOP_SECONDS_MAX
        for _, writer in dumb:
            writer.transport.abort()


async def test_clients_that_do_not_agree_are_dropped_when_the_time_to_drain_is_over(data_dir: Path) -> None:
    for _ in range(STARTS_MAX):
        if await seconds_until_dropped(data_dir) < CLOSE_SECONDS_MAX / 2:
            break  # otherwise the machine may have stood still
    else:
        raise AssertionError("whoever does not agree to be closed has always had the time for it")


async def seconds_until_dropped(data_dir: Path) -> float:
    """How long the socket of somebody who does not agree to a close is kept by a server that drains for a moment."""
    async with serving(data_dir, settings={"limits.drain_seconds": 0.2}) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(HANDSHAKE)
        await reader.readuntil(b"\r\n\r\n")
        stopping = asyncio.create_task(server.stop())
        await reader.readuntil(close_frame(Close.RESTARTING))
        told = time.monotonic()
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        seconds = time.monotonic() - told
        assert (await stopping).code == 0
        writer.transport.abort()
    return seconds


async def test_it_stops_in_time_with_a_database_that_says_nothing(data_dir: Path) -> None:
    async with serving(data_dir) as server, Player(server.ws) as player:
        await player.log_in()
        await player.ask(**dice())
        main = psutil.Process(server.engine_pid("postgres"))
        frozen = [main, *main.children()]
        for process in frozen:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()
        asked = await player.send(dice())
        try:
            ended = await server.stop()
        finally:
            for process in frozen:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.resume()
        assert ended.code == 0
        assert ended.seconds < STOP_SECONDS_MAX
        assert await player.closed() == RESTARTING
        answer = await asked
        assert (answer["name"], answer["retry"]) == ("restarting", True)
    async with serving(data_dir) as again:
        await again.audit()


async def test_a_signal_during_the_start_ends_it_as_well(data_dir: Path) -> None:
    for _ in range(STARTS_MAX):
        server = Server(data_dir)
        await server.launch()
        # Its engines are about to be there, so the handlers of the signals are.
        await until((data_dir / "postgres" / "postmaster.pid").exists)
        ended = await server.stop()
        assert ended.code == 0
        assert ended.seconds < STOP_SECONDS_MAX
        await no_leftovers(data_dir)
        if ended.stdout == "":
            break  # otherwise it was ready before the signal came
    assert ended.stdout == ""
    assert server.logged("stopped before it was ready")


async def test_a_broken_configuration_is_told_key_by_key(data_dir: Path) -> None:
    said = await refused(Server(data_dir, settings={"shards": "many", "limits.ping_secondz": 5, "port": 70_000}))
    for key in ("shards", "limits.ping_secondz", "port"):
        assert key in said
    said = await refused(Server(data_dir, variables={"CROUPIER_SEED_KEY": "c2hvcnQ="}))
    assert "seed_key" in said
    assert "c2hvcnQ" not in said


async def test_another_number_of_shards_than_the_database_has_is_refused(data_dir: Path) -> None:
    said = await refused(Server(data_dir, settings={"shards": 16}))
    assert "256" in said
    await no_leftovers(data_dir)


async def test_an_asset_that_was_renumbered_is_refused(data_dir: Path) -> None:
    assets = [{"code": "PLAY", "number": 7, "scale": 2}]
    tables: list[object] = []
    instant: list[object] = []
    said = await refused(Server(data_dir, settings={"assets": assets, "tables": tables, "instant": instant}))
    assert "PLAY" in said
    await no_leftovers(data_dir)


async def test_a_newer_database_is_refused(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        connection = await asyncpg.connect(server.database_url)
        try:
            await connection.execute(
                "INSERT INTO migration (number, name, checksum)"
                " SELECT max(number) + 1, 'from_the_future', $1 FROM migration",
                bytes(32),
            )
        finally:
            await connection.close()
    said = await refused(Server(data_dir))
    assert "from_the_future" in said
    await no_leftovers(data_dir)


async def test_secrets_that_cannot_be_read_are_told_without_being_shown(data_dir: Path) -> None:
    (data_dir / "secrets" / "seed_key").write_text("not base64 at all !")
    said = await refused(Server(data_dir))
    assert "seed_key" in said
    assert "not base64" not in said
    await no_leftovers(data_dir)
