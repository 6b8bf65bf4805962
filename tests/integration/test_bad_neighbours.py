"""Clients that break every rule, at a real server: each is answered or closed, and nobody beside them is affected."""

import asyncio
import contextlib
import socket
import statistics
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgpack
import psutil
import pytest
from websockets.frames import Frame, Opcode

from protocol.errors import Close, Code
from tests.support.gateways import Client, Closed, handshake
from tests.support.player import Fields, Player, dice, new_id
from tests.support.server import Server, serving, until
from tests.support.tables import quick_tables

pytestmark = pytest.mark.slow(seconds=8)

STRICT = {
    # Long enough for those who mean well, on a machine that stands still for a while.
    "limits.hello_seconds": 10,
    "limits.ping_seconds": 1,
    "limits.pong_seconds": 10,
    "limits.messages_per_second_max": 2_000,
    "limits.messages_burst_max": 2_000,
}
RUDE_SECONDS_MAX = 180.0
MEMORY_GROWTH_BYTES_MAX = 48 * 1024 * 1024
MEDIAN_SECONDS_MAX = 0.5
ANSWERS_BESIDE_MIN = 20
"""While crimes are committed that cannot be over in less than ten seconds."""
FLOOD_MESSAGES = 30_000
SLOW_REQUESTS = 2_000
RECEIVE_BYTES = 4_096
UNMASKED = b"\x82\x01x"


@asynccontextmanager
async def bare(server: Server) -> AsyncIterator[Client]:
    """A bare socket in hand, which takes little at a time; it is gone without a word at the end."""
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    wire.setblocking(False)
    await asyncio.get_running_loop().sock_connect(wire, ("127.0.0.1", server.port))
    client = Client(*await asyncio.open_connection(sock=wire))
    try:
        yield client
    finally:
        client.drop()
        with contextlib.suppress(ConnectionError):
            await client.writer.wait_closed()


@asynccontextmanager
async def greeted(server: Server) -> AsyncIterator[Client]:
    """A WebSocket in hand."""
    async with bare(server) as client:
        client.writer.write(handshake(Host=f"127.0.0.1:{server.port}"))
        head = await client.read_head()
        assert head.startswith(b"HTTP/1.1 101 "), head
        assert (await client.receive())["t"] == "hello"
        yield client


@asynccontextmanager
async def guest(server: Server) -> AsyncIterator[Client]:
    """A WebSocket in hand that is logged in."""
    async with greeted(server) as client:
        assert (await client.ask(t="auth.guest", id=new_id()))["t"] == "welcome"
        yield client


# --- what they do ---


async def flood(server: Server) -> None:
    """Ask much faster than allowed, and go on when told."""
    async with guest(server) as client:
        frame = Frame(Opcode.BINARY, message(t="ping")).serialize(mask=True)
        client.writer.write(frame * FLOOD_MESSAGES)
        assert await client.closed() is Close.FLOOD


async def read_nothing(server: Server) -> None:
    """Ask for long answers and never read one."""
    async with guest(server) as client:
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(SLOW_REQUESTS):
            client.send_frame(message(t="lobby.list"))
        mine = client.writer.get_extra_info("sockname")[1]
        process = psutil.Process(server.pid)

        def is_held() -> bool:
            return any(one.raddr[1:] == (mine,) for one in process.net_connections())

        while await asyncio.to_thread(is_held):
            await until(lambda: True)


async def say_nothing(server: Server) -> None:
    """Open a socket and leave it at that."""
    async with bare(server) as client:
        assert await client.ended()


async def shake_half_a_hand(server: Server) -> None:
    """Begin a handshake and leave it at that."""
    async with bare(server) as client:
        client.writer.write(handshake()[:40])
        assert await client.ended()


async def never_log_in(server: Server) -> None:
    """Be greeted and leave it at that."""
    async with greeted(server) as client:
        assert await client.closed() is Close.HELLO_TIMEOUT


async def answer_no_ping(server: Server) -> None:
    """Be half open: log in, and then be dead without the socket knowing."""
    codes = []
    async with guest(server) as client:
        with contextlib.suppress(Closed):
            while True:
                opcode, payload = await client.read_frame()
                if opcode == Opcode.CLOSE:
                    codes.append(int.from_bytes(payload[:2], "big"))
    assert codes == [Close.PONG_TIMEOUT]


async def speak_in_single_bytes(server: Server) -> None:
    """Legal, if odd: a bet in fragments of one byte each, in packets of one byte each."""
    wager = dice()
    data = msgpack.packb(wager)
    frames = [
        Frame(Opcode.BINARY if at == 0 else Opcode.CONT, data[at : at + 1], at == len(data) - 1).serialize(mask=True)
        for at in range(len(data))
    ]
    async with guest(server) as client:
        for byte in b"".join(frames):
            client.writer.write(bytes((byte,)))
            await client.writer.drain()
        while (answer := await client.receive()).get("id") != wager["id"]:
            pass
    assert answer["t"] == "dice.settled"


CRIMES: list[Callable[[Server], Coroutine[Any, Any, None]]] = [
    flood,
    say_nothing,
    shake_half_a_hand,
    never_log_in,
    answer_no_ping,
    speak_in_single_bytes,
]


async def play_beside(player: Player, crimes: Coroutine[Any, Any, None]) -> int:
    """Bet one after the other while the crimes last: every answer is right, and none is late. Returns how many."""
    committing = asyncio.create_task(crimes)
    seconds = []
    balance = (await player.balance())[0]
    while not committing.done():
        began = time.monotonic()
        settled = await player.ask(**dice(1))
        seconds.append(time.monotonic() - began)
        balance += settled["payout"] - 1
        assert settled["available"] == balance
    await committing
    assert statistics.median(seconds) < MEDIAN_SECONDS_MAX
    assert not player.closing.done()
    return len(seconds)


async def test_a_well_behaved_player_does_not_notice_the_others(data_dir: Path) -> None:
    async with serving(data_dir, settings=STRICT) as server, Player(server.ws) as player:
        await player.log_in()
        await commit_crimes(server)  # whatever memory it takes once, it has now
        before = psutil.Process(server.pid).memory_info().rss
        assert await play_beside(player, commit_crimes(server)) >= ANSWERS_BESIDE_MIN
        assert psutil.Process(server.pid).memory_info().rss - before < MEMORY_GROWTH_BYTES_MAX
        await server.audit()
    assert [entry for entry in server.complaints() if entry.get("level") == "error"] == []


async def test_a_client_that_never_reads_is_closed_and_holds_nobody_up(data_dir: Path) -> None:
    settings = {"tables": quick_tables(64)}  # a lobby of some kilobytes
    async with serving(data_dir, settings=settings) as server, Player(server.ws) as player:
        await player.log_in()
        before = psutil.Process(server.pid).memory_info().rss
        assert await play_beside(player, read_nothing(server)) > 0
        assert psutil.Process(server.pid).memory_info().rss - before < MEMORY_GROWTH_BYTES_MAX
        assert f'croupier_closes_total{{code="{Close.SLOW_READER.value}"}} 1.0' in await metrics(server)


async def metrics(server: Server) -> str:
    def read() -> str:
        with urllib.request.urlopen(f"{server.http}/metrics", timeout=RUDE_SECONDS_MAX) as response:
            text: str = response.read().decode()
            return text

    return await asyncio.to_thread(read)


async def commit_crimes(server: Server) -> None:
    async with asyncio.timeout(RUDE_SECONDS_MAX):
        await asyncio.gather(*(crime(server) for crime in CRIMES for _ in range(2)))


# --- what they say ---


def bomb(depth: int) -> bytes:
    return b"\x82" + b"".join(map(packed, ("t", "ping", "id"))) + b"\x91" * depth + b"\xc0"


def packed(value: object) -> bytes:
    data: bytes = msgpack.packb(value)
    return data


def message(**fields: Any) -> bytes:
    return packed({"id": new_id(), **fields})


def bet(**fields: Any) -> bytes:
    return packed(dice() | fields)


def twice() -> bytes:
    return b"\x83" + b"".join(map(packed, ("t", "ping", "id", new_id(), "t", "ping")))


BAD_MESSAGES: dict[str, tuple[bytes, Code]] = {
    "nothing": (b"", Code.MALFORMED),
    "not msgpack": (b"\xc1\xc1\xc1", Code.MALFORMED),
    "half a message": (message(t="ping")[:-3], Code.MALFORMED),
    "more than a message": (message(t="ping") + b"\x00", Code.MALFORMED),
    "no map": (msgpack.packb([1, 2, 3]), Code.MALFORMED),
    "a key twice": (twice(), Code.MALFORMED),
    "an extension": (msgpack.packb({"t": "ping", "id": msgpack.ExtType(5, b"x" * 16)}), Code.MALFORMED),
    "nested too deep": (bomb(4_000), Code.TOO_LARGE),
    "an unknown tag": (message(t="jackpot"), Code.UNKNOWN_TYPE),
    "no tag": (message(), Code.UNKNOWN_TYPE),
    "a field too many": (message(t="ping", more=1), Code.INVALID_FIELD),
    "a field too few": (message(t="dice.bet", asset="PLAY"), Code.INVALID_FIELD),
    "a text for a number": (bet(amount="100"), Code.INVALID_FIELD),
    "a float": (bet(amount=100.0), Code.INVALID_FIELD),
    "a negative amount": (bet(amount=-100), Code.INVALID_FIELD),
    "nothing at stake": (bet(amount=0), Code.INVALID_FIELD),
    "a huge amount": (bet(amount=2**63), Code.INVALID_FIELD),
    "an unknown asset": (bet(asset="GOLD"), Code.UNKNOWN_ASSET),
    "an unknown table": (message(t="table.sit", table="nowhere"), Code.UNKNOWN_TABLE),
    "an unknown stream": (message(t="watch", stream="table:nowhere"), Code.UNKNOWN_STREAM),
    "an unknown bet": (message(t="fairness.proof", bet=new_id()), Code.UNKNOWN_BET),
    "a bet that cannot win": (bet(target=10_000), Code.INVALID_BET),
    "a bet above the limit": (bet(amount=10**12), Code.BET_ABOVE_MAXIMUM),
}


async def test_each_bad_message_has_its_number_and_the_connection_lives(data_dir: Path) -> None:
    async with serving(data_dir) as server, Player(server.ws) as neighbour:
        await neighbour.log_in()
        async with guest(server) as client:
            for what, (data, code) in BAD_MESSAGES.items():
                client.send_frame(data)
                while (answer := await client.receive())["t"] != "error":
                    pass
                assert answer["code"] == code, (what, answer)
                assert (await client.ask(t="ping", id=new_id()))["t"] == "pong", what
                assert (await neighbour.ask(**dice()))["t"] == "dice.settled"
        await server.audit()
    assert server.complaints() == []


def talk_nonsense(client: Client) -> None:
    for _ in range(32):
        client.send_frame(b"\xc1")


async def test_what_cannot_be_answered_closes_the_connection_with_its_code(data_dir: Path) -> None:
    async with serving(data_dir) as server, Player(server.ws) as neighbour:
        await neighbour.log_in()
        closing: list[tuple[Close, Callable[[Client], None]]] = [
            (Close.TOO_LARGE, lambda client: client.send_frame(bytes(4_097))),
            (Close.UNSUPPORTED_DATA, lambda client: client.send_frame(b"{}", Opcode.TEXT)),
            (Close.PROTOCOL_ERROR, lambda client: client.send_frame(b"x", Opcode.CONT)),
            (Close.PROTOCOL_ERROR, lambda client: client.writer.write(UNMASKED)),
            (Close.TOO_MANY_ERRORS, talk_nonsense),
        ]
        for code, crime in closing:
            async with guest(server) as client:
                crime(client)
                assert await client.closed() is code
        assert (await neighbour.ask(**dice()))["t"] == "dice.settled"
    assert server.complaints() == []


async def test_a_page_of_another_origin_may_not_connect(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        for origin, status in (("https://evil.example", b"403"), (server.http, b"101")):
            async with bare(server) as client:
                client.writer.write(handshake(Host=server.http.removeprefix("http://"), Origin=origin))
                assert (await client.read_head()).split(b" ")[1] == status


async def test_of_two_sockets_with_one_resume_token_one_goes_on(data_dir: Path) -> None:
    async with serving(data_dir) as server, Player(server.ws) as first:
        welcome = await first.log_in()
        resume: Fields = {"t": "resume", "token": welcome["resume"], "streams": []}
        async with Player(server.ws) as second, Player(server.ws) as third:
            answers = await asyncio.gather(second.ask(**resume), third.ask(**resume))
            assert sorted(answer["t"] for answer in answers) == ["error", "welcome"]
            refused = next(answer for answer in answers if answer["t"] == "error")
            assert refused["code"] == Code.RESUME_UNKNOWN
            assert await first.closed() == Close.SESSION_TAKEN_OVER
            winner = second if answers[0]["t"] == "welcome" else third
            assert (await winner.ask(**dice()))["t"] == "dice.settled"
