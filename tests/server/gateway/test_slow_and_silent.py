"""Sockets that say nothing, hear nothing, or have gone without a word."""

import asyncio
import socket

import pytest
from websockets.frames import Opcode

from protocol.commands import Asked, Look
from protocol.errors import Close
from protocol.ids import PlayerId
from server.gateway.websocket import CLOSE_SECONDS_MAX, SLOW_SECONDS_MAX
from tests.support.fake_backend import table_event
from tests.support.gateways import Client, House, handshake, running, until

TABLE = "table:roulette-1"
EVENT_BYTES = 2_000


async def deaf_watcher(house: House) -> Client:
    """A client that watches a table with as small a receive buffer as the system gives, and stops reading."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", house.port))
    client = Client(*await asyncio.open_connection(sock=sock, limit=4_096))
    house.clients.append(client)
    client.writer.write(handshake())
    await client.read_head()
    await client.receive()
    client.welcome = await client.ask(t="auth.guest")
    await client.ask(t="watch", stream=TABLE)
    assert (await client.receive())["t"] == "fake.snapshot"
    client.writer.transport.pause_reading()  # type: ignore[attr-defined]
    return client


async def fill(house: House) -> int:
    """Push events until a socket is full; returns the last one's number."""
    seq = house.backend.table_position[1]

    def push() -> int:
        nonlocal seq
        seq += 1
        house.gateway.outbox.pushed(TABLE, table_event("roulette-1", seq, size=EVENT_BYTES))
        return house.gateway.paused

    await until(push)
    house.backend.table_position = (1, seq)
    return seq


# --- silence ---------------------------------------------------------------------------------------------------------


async def test_who_does_not_log_in_in_time_is_sent_away() -> None:
    async with running(hello_seconds=5) as house:
        quick, slow = await house.guest(), await house.connect()
        house.clock.advance(5.5)

        assert await slow.closed() is Close.HELLO_TIMEOUT
        assert (await quick.bet())["t"] == "dice.settled"


@pytest.mark.parametrize("said", [b"", b"GET /ws HTTP/1.1\r\nHost:", b"GET /healthz HTTP/1.1\r\n\r\n"])
async def test_a_socket_that_never_becomes_anything_is_dropped(said: bytes) -> None:
    async with running(hello_seconds=5) as house:
        client = await house.socket()
        client.writer.write(said)
        await until(lambda: house.gateway.handshaking == 1)
        house.clock.advance(5.5)
        await until(lambda: not house.gateway.handshaking)

        assert await client.ended()


async def test_a_socket_that_answers_pings_stays_and_one_that_does_not_is_closed_and_then_dropped() -> None:
    async with running(ping_seconds=10, pong_seconds=4) as house:
        alive, dead = await house.guest(), await house.guest()
        house.clock.advance(10.5)
        for client in (alive, dead):
            assert await client.read_frame() == (Opcode.PING, b"")
        alive.send_frame(b"", Opcode.PONG)
        await alive.ask(t="ping")
        house.clock.advance(4.5)

        assert (await dead.read_frame())[1][:2] == Close.PONG_TIMEOUT.to_bytes(2, "big")
        house.clock.advance(CLOSE_SECONDS_MAX + 0.5)
        assert await dead.ended()
        for _ in range(3):
            house.clock.advance(6.5)
            assert await alive.read_frame() == (Opcode.PING, b"")
            await alive.ask(t="ping")
            house.clock.advance(4.5)
            await until(lambda: house.gateway.now_ms == house.clock.ms)
            alive.send(t="ping")
            assert (await alive.read_frame())[0] == Opcode.BINARY
        assert house.metrics.gateway.connections == 1


async def test_a_close_that_is_not_answered_does_not_keep_the_socket() -> None:
    async with running() as house:
        client = await house.guest()
        client.send_frame(b"text", Opcode.TEXT)
        await client.receive()
        assert (await client.read_frame())[0] == Opcode.CLOSE
        client.send(t="ping")
        house.clock.advance(CLOSE_SECONDS_MAX + 0.5)

        assert await client.ended()


# --- slow readers ----------------------------------------------------------------------------------------------------


async def test_a_slow_reader_misses_events_and_is_brought_up_to_date_by_one_snapshot() -> None:
    async with running() as house:
        slow, quick = await deaf_watcher(house), await house.guest()
        await quick.ask(t="watch", stream=TABLE)
        looks = len(house.backend.commands(Look))
        last = await fill(house)
        for seq in range(last + 1, last + 51):
            house.gateway.outbox.pushed(TABLE, table_event("roulette-1", seq))
        house.backend.table_position = (1, last + 50)
        assert house.gateway.paused == 1
        slow.writer.transport.resume_reading()  # type: ignore[attr-defined]

        seen = []
        while (event := await slow.receive())["t"] == "fake.event":
            seen.append(event["seq"])
        assert seen == list(range(1, last + 1))
        assert (event["t"], event["seq"]) == ("fake.snapshot", last + 50)
        assert len(house.backend.commands(Look)) == looks + 1
        house.gateway.outbox.pushed(TABLE, table_event("roulette-1", last + 51))
        assert (await slow.receive())["seq"] == last + 51
        assert (await quick.bet())["t"] == "dice.settled"


async def test_answers_to_a_slow_reader_wait_up_to_a_limit_and_then_it_is_closed() -> None:
    async with running(send_queue_bytes_max=200_000) as house:
        slow, quick = await deaf_watcher(house), await house.guest()
        house.backend.answers[Asked] = lambda ref, command: {
            "t": "big",
            "id": command.request.id,
            "fill": bytes(10_000),
        }
        await fill(house)
        await until(lambda: slow.send(t="wallet.balances") and house.metrics.gateway.closes[Close.SLOW_READER])
        assert 12 <= len(house.backend.commands(Asked)) <= 40
        house.clock.advance(CLOSE_SECONDS_MAX + 0.5)
        await until(lambda: house.metrics.gateway.connections == 1)

        assert (await quick.ask(t="ping"))["t"] == "pong"


async def test_asking_for_snapshots_without_reading_them_is_no_way_around_the_limit() -> None:
    async with running(send_queue_bytes_max=200_000) as house:
        slow = await deaf_watcher(house)
        snapshot = {"t": "fake.snapshot", "stream": TABLE, "epoch": 1, "fill": bytes(10_000)}
        last = await fill(house)
        house.backend.answers[Look] = lambda ref, command: {**snapshot, "seq": last}
        await until(lambda: slow.send(t="watch", stream=TABLE) and house.metrics.gateway.closes[Close.SLOW_READER])

        assert len(house.backend.commands(Look)) <= 40


async def test_who_reads_nothing_for_too_long_is_closed() -> None:
    async with running() as house:
        await deaf_watcher(house)
        await fill(house)
        house.clock.advance(SLOW_SECONDS_MAX + 0.5)
        await until(lambda: house.metrics.gateway.closes[Close.SLOW_READER])
        house.clock.advance(CLOSE_SECONDS_MAX + 0.5)

        await until(lambda: not house.metrics.gateway.connections)


async def test_wallet_events_missed_by_a_full_socket_come_as_a_snapshot() -> None:
    async with running() as house:
        slow = await deaf_watcher(house)
        await fill(house)
        for _ in range(3):
            house.backend.change_wallet(PlayerId(1))
        slow.writer.transport.resume_reading()  # type: ignore[attr-defined]
        while (message := await slow.receive())["t"] != "wallet.snapshot":
            assert message["t"] != "wallet.changed"

        assert message["seq"] == 3
