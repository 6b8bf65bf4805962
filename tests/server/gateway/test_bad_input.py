"""Whatever is sent, it is answered by a number, and nobody else notices."""

import asyncio
import gc
import tracemalloc
from collections.abc import Callable

import msgpack
import pytest
from websockets.frames import Frame, Opcode
from websockets.utils import apply_mask

from protocol.errors import Close, Code
from protocol.ids import command_id_from
from protocol.money import AMOUNT_MAX
from server.config.limits import Limits
from server.gateway.handshake import HEAD_BYTES_MAX
from server.gateway.session import ERRORS_MAX, LOGIN_FAILURES_MAX, REFUSALS_BURST_MAX
from tests.support.fake_backend import FakeClock
from tests.support.gateways import Client, House, handshake, new_id, running, until

BET = {"t": "dice.bet", "asset": "PLAY", "amount": 100, "target": 5_000, "over": True}


async def still_works(client: Client) -> None:
    assert (await client.bet())["t"] == "dice.settled"


MASK = b"\x1f\x2e\x3d\x4c"


def masked(opcode: int, payload: bytes, first: int = 0x80) -> bytes:
    """A client's frame, the same in every run: tests are named after it."""
    length = bytes((0x80 | len(payload),)) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
    return bytes((first | opcode,)) + length + MASK + apply_mask(payload, MASK)


# --- messages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", Code.MALFORMED),
        (b"\xc1", Code.MALFORMED),
        (b"hello", Code.MALFORMED),
        (b"\x93\x01\x02\x03", Code.MALFORMED),
        (b"\x83\xa1t\xa4ping\xa2id\xc4\x10" + bytes(16) + b"\xa1t\xa4ping", Code.MALFORMED),
        (b"\x82\xa1t\xd4\x01\x00\xa2id\xc0", Code.MALFORMED),
        (b"\x81\xa1t" + b"\x91" * 4_000 + b"\xc0", Code.TOO_LARGE),
        (b"\x81\xa1t" + b"\x81\xa1x" * 1_300 + b"\xc0", Code.TOO_LARGE),
        (b"\x82\xa1t\xa4ping\xa2id\x91\x91\x91\x91\xc0", Code.TOO_LARGE),
        (b"\xde\x00\x64" + b"".join(b"\xa2" + f"{n:02}".encode() + b"\x00" for n in range(100)), Code.TOO_LARGE),
        (msgpack.packb({"t": "nothing"}), Code.UNKNOWN_TYPE),
        (msgpack.packb({"id": bytes(16)}), Code.UNKNOWN_TYPE),
        (msgpack.packb({**BET}), Code.INVALID_FIELD),
        (msgpack.packb({**BET, "id": "0" * 16}), Code.INVALID_FIELD),
    ],
)
async def test_what_cannot_be_read_is_an_error_by_number_and_the_conversation_goes_on(
    payload: bytes, code: Code
) -> None:
    async with running() as house:
        client = await house.guest()
        client.send_frame(payload)
        assert (await client.receive())["code"] == code
        await still_works(client)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 1.0},
        {"amount": 0},
        {"amount": -1},
        {"amount": AMOUNT_MAX + 1},
        {"amount": "1"},
        {"amount": True},
        {"amount": None},
        {"amount": [1]},
        {"over": "yes"},
        {"surprise": 1},
        {"asset": ""},
        {"balance": "house"},
    ],
    ids=repr,
)
async def test_a_field_that_is_wrong_is_named_with_the_requests_own_id(change: dict[str, object]) -> None:
    async with running() as house:
        client = await house.guest()
        error = await client.ask(**{**BET, **change})

        assert (error["code"], error["evidence"]["field"]) == (Code.INVALID_FIELD, next(iter(change)))
        await still_works(client)


@pytest.mark.parametrize(
    ("request_id", "code"),
    [
        (bytes(16), Code.BAD_ID),
        (command_id_from(FakeClock().ms + 3_600_000, bytes(10)), Code.ID_FROM_FUTURE),
    ],
)
async def test_an_id_that_is_no_id_of_now_is_refused(request_id: bytes, code: Code) -> None:
    async with running() as house:
        client = await house.guest()
        assert (await client.ask(**BET, id=request_id))["code"] == code
        await still_works(client)


async def test_errors_in_a_row_end_the_connection() -> None:
    async with running() as house:
        client, other = await house.guest(), await house.guest()
        for _ in range(ERRORS_MAX):
            client.send_frame(b"\xc1")

        assert await client.closed() is Close.TOO_MANY_ERRORS
        await still_works(other)


async def test_text_is_refused_and_ends_the_connection() -> None:
    async with running() as house:
        client = await house.guest()
        client.send_frame(b'{"t":"ping"}', Opcode.TEXT)
        assert (await client.receive())["code"] == Code.NOT_BINARY
        assert await client.closed() is Close.UNSUPPORTED_DATA


async def test_the_largest_message_is_read_and_one_byte_more_ends_the_connection() -> None:
    async with running() as house:
        client, other = await house.guest(), await house.guest()
        for size, fits in ((4_096, True), (4_097, False)):
            filler = msgpack.packb({"t": "ping", "id": new_id(), "x": b""})
            client.send_frame(
                filler[:-2] + b"\xc5" + (size - len(filler) - 1).to_bytes(2, "big") + bytes(size - len(filler) - 1)
            )
            if fits:
                assert (await client.receive())["code"] == Code.INVALID_FIELD
        assert await client.closed() is Close.TOO_LARGE
        await still_works(other)


async def test_a_message_that_says_it_is_huge_is_refused_before_it_comes() -> None:
    async with running() as house:
        client = await house.guest()
        client.writer.write(b"\x82\xff" + (2**62).to_bytes(8, "big"))

        assert await client.closed() is Close.TOO_LARGE


async def test_fragments_that_add_up_to_too_much_are_refused() -> None:
    async with running() as house:
        client = await house.guest()
        client.send_frame(bytes(3_000), fin=False)
        client.send_frame(bytes(3_000), Opcode.CONT)

        assert await client.closed() is Close.TOO_LARGE


# --- frames ----------------------------------------------------------------------------------------------------------


async def test_a_message_may_come_a_byte_at_a_time() -> None:
    async with running() as house:
        client = await house.socket()
        for byte in handshake():
            client.writer.write(bytes((byte,)))
            await client.writer.drain()
        assert b" 101 " in await client.read_head()
        await client.receive()
        for fields in ({"t": "auth.guest"}, BET, {"t": "ping"}):
            frame = Frame(Opcode.BINARY, msgpack.packb({**fields, "id": new_id()})).serialize(mask=True)
            for byte in frame:
                client.writer.write(bytes((byte,)))
                await asyncio.sleep(0)
            assert (await client.receive())["t"] in {"welcome", "dice.settled", "pong"}


@pytest.mark.parametrize("piece", [1, 3, 7, 100, 5_000])
async def test_frames_may_be_cut_and_glued_anywhere(piece: int) -> None:
    async with running() as house:
        client = await house.guest()
        ids = [new_id() for _ in range(20)]
        stream = b"".join(Frame(Opcode.BINARY, msgpack.packb({**BET, "id": one})).serialize(mask=True) for one in ids)
        for at in range(0, len(stream), piece):
            client.writer.write(stream[at : at + piece])
            await asyncio.sleep(0)

        assert [(await client.receive())["id"] for _ in ids] == ids


async def test_a_message_may_be_in_fragments_of_one_byte_with_pings_between_them() -> None:
    async with running() as house:
        client = await house.guest()
        payload = msgpack.packb({**BET, "id": new_id()})
        for at, byte in enumerate(payload):
            client.send_frame(bytes((byte,)), Opcode.CONT if at else Opcode.BINARY, fin=at == len(payload) - 1)
            if at % 10 == 5:
                client.send_frame(b"beat", Opcode.PING)
                assert await client.read_frame() == (Opcode.PONG, b"beat")
        assert (await client.receive())["t"] == "dice.settled"
        await still_works(client)


@pytest.mark.parametrize(
    "frame",
    [
        Frame(Opcode.BINARY, b"\x80").serialize(mask=False),
        masked(2, b"\x80", first=0xC0),
        masked(2, b"\x80", first=0x90),
        masked(3, b"\x80"),
        masked(0xB, b""),
        masked(0, b"\x80"),
        masked(9, bytes(126)),
        masked(9, b"", first=0x00),
        masked(8, b"\x03"),
        masked(8, b"\x03\xee"),
        masked(8, b"\x03\xe8\xff"),
        masked(2, b"\x80", first=0x00) + masked(2, b"\x80"),
    ],
    ids=lambda frame: frame[:4].hex(),
)
async def test_a_frame_that_breaks_the_standard_ends_its_connection(frame: bytes) -> None:
    async with running() as house:
        client, other = await house.guest(), await house.guest()
        client.writer.write(frame + bytes(100))

        opcode, payload = await client.read_frame()
        assert (opcode, int.from_bytes(payload[:2], "big")) in {(Opcode.CLOSE, 1002), (Opcode.CLOSE, 1007)}
        assert await client.ended()
        client.drop()
        await until(lambda: house.metrics.gateway.connections == 1)
        await still_works(other)


async def test_a_client_that_closes_is_answered_with_its_own_code() -> None:
    async with running() as house:
        client = await house.guest()
        client.send_frame(b"\x03\xe8bye", Opcode.CLOSE)

        assert await client.read_frame() == (Opcode.CLOSE, b"\x03\xe8bye")
        assert await client.ended()


# --- too much --------------------------------------------------------------------------------------------------------


async def test_a_flood_is_refused_then_cut_off_and_its_neighbours_play_on() -> None:
    async with running(messages_per_second_max=10, messages_burst_max=20) as house:
        client, other = await house.guest(), await house.guest()
        for _ in range(20 + REFUSALS_BURST_MAX):
            client.send(**BET)
        replies, close = await client.read_all()
        assert close is Close.FLOOD
        codes = [reply.get("code") for reply in replies]
        assert codes[:19] == [None] * 19
        assert set(codes[19:]) == {Code.RATE_LIMITED}
        await still_works(other)


async def test_one_player_cannot_have_more_by_more_connections() -> None:
    async with running(messages_per_player_per_second_max=5, messages_per_player_burst_max=5) as house:
        first = await house.guest()
        second = await house.connect()
        await second.ask(t="auth.guest", secret=first.welcome["guest_secret"])
        codes = [(await client.ask(**BET)).get("code") for client in (first, second) * 3]

        assert codes == [None] * 5 + [Code.RATE_LIMITED]


async def test_one_address_cannot_have_more_by_more_players() -> None:
    async with running(messages_per_address_per_second_max=8, messages_per_address_burst_max=8) as house:
        clients = [await house.guest() for _ in range(4)]
        codes = [(await client.ask(**BET)).get("code") for client in (*clients, clients[0])]

        assert codes == [None] * 4 + [Code.RATE_LIMITED]


async def test_logins_from_one_address_are_limited() -> None:
    async with running(logins_per_address_per_second_max=2, logins_per_address_burst_max=2) as house:
        for _ in range(2):
            await house.guest()
        client = await house.connect()
        assert (await client.ask(t="auth.guest"))["code"] == Code.RATE_LIMITED
        house.clock.advance(1.0)
        await until(lambda: house.gateway.now_ms == house.clock.ms)

        assert (await client.ask(t="auth.guest"))["t"] == "welcome"


async def test_nobody_guesses_for_ever() -> None:
    async with running() as house:
        client = await house.connect()
        for _ in range(LOGIN_FAILURES_MAX):
            client.send(t="auth.token", token="c1.guess")
            assert (await client.receive())["code"] == Code.TOKEN_INVALID

        assert await client.closed() is Close.NOT_AUTHENTICATED


async def test_connections_are_limited_per_player() -> None:
    async with running(connections_per_player_max=2) as house:
        first = await house.guest()
        secret = first.welcome["guest_secret"]
        others = [await house.connect() for _ in range(2)]
        assert (await others[0].ask(t="auth.guest", secret=secret))["t"] == "welcome"
        assert (await others[1].ask(t="auth.guest", secret=secret))["code"] == Code.TOO_MANY_CONNECTIONS
        assert await others[1].closed() is Close.TOO_MANY_CONNECTIONS
        first.drop()
        await until(lambda: house.metrics.gateway.connections == 1)

        assert (await (await house.connect()).ask(t="auth.guest", secret=secret))["t"] == "welcome"


@pytest.mark.parametrize("limit", ["connections_max", "connections_per_address_max"])
async def test_connections_are_limited_and_plain_http_is_not(limit: str) -> None:
    async with running(Limits(**{limit: 2})) as house:
        clients = [await house.guest() for _ in range(2)]
        late = await house.socket()
        late.writer.write(handshake())
        head = await late.read_head()
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After" in head
        health = await house.socket()
        health.writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in await health.read_head()
        clients[0].drop()
        await until(lambda: house.metrics.gateway.connections == 1)

        await house.guest()


# --- handshakes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (handshake(Sec_WebSocket_Protocol=""), 400),
        (handshake(Sec_WebSocket_Protocol="croupier.v2, chat"), 400),
        (handshake(Origin="https://evil.example"), 403),
        (handshake(Origin="https://casino.example.evil.example"), 403),
        (handshake(Origin="null"), 403),
        (handshake().replace(b"Upgrade: websocket\r\n", b"Origin: a\r\nOrigin: b\r\nUpgrade: websocket\r\n"), 403),
        (handshake(Sec_WebSocket_Version="8"), 400),
        (handshake(Sec_WebSocket_Key="short"), 400),
        (handshake(Upgrade=""), 426),
        (handshake(method="POST"), 405),
        (b"GET /ws HTTP/1.1\r\nHost: x\r\n\r\n", 426),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 400),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n\r\n", 414),
    ],
)
async def test_a_handshake_that_will_not_do_is_refused_by_status(request_: bytes, status: int) -> None:
    async with running() as house:
        client = await house.socket()
        client.writer.write(request_)

        assert int((await client.read_head()).split(b" ", 2)[1]) == status
        assert await client.ended()


async def test_who_speaks_before_being_answered_is_heard_afterwards() -> None:
    async with running() as house:
        client = await house.socket()
        login = Frame(Opcode.BINARY, msgpack.packb({"t": "auth.guest", "id": new_id()})).serialize(mask=True)
        client.writer.write(handshake() + login + login[:10])
        assert b" 101 " in await client.read_head()

        assert [(await client.receive())["t"] for _ in range(2)] == ["hello", "welcome"]


async def test_a_missing_subprotocol_is_named() -> None:
    async with running() as house:
        client = await house.socket()
        client.writer.write(handshake(Sec_WebSocket_Protocol=""))
        await client.read_head()

        assert b"the subprotocol croupier.v1 is required" in await client.reader.read()


@pytest.mark.parametrize("origin", ["https://casino.example", "http://casino.example"])
async def test_our_own_page_may_connect(origin: str) -> None:
    async with running() as house:
        await house.connect(Origin=origin)


async def test_what_never_ends_its_head_is_dropped() -> None:
    async with running() as house:
        client = await house.socket()
        client.writer.write(b"GET /ws HTTP/1.1\r\n" + b"X: y\r\n" * (HEAD_BYTES_MAX // 6))

        assert await client.ended()


# --- memory ----------------------------------------------------------------------------------------------------------


async def rude(client: Client) -> None:
    client.send_frame(b"\xc1" * 100)
    client.send_frame(bytes(2_000), fin=False)
    client.writer.write(masked(2, bytes(1_000))[:500])


async def flooding(client: Client) -> None:
    for _ in range(ERRORS_MAX - 1):
        client.send(t="nothing")
    await client.ask(t="ping")


async def leaving(client: Client) -> None:
    await client.ask(t="watch", stream="table:roulette-1")
    await client.bet()


@pytest.mark.parametrize("behaviour", [rude, flooding, leaving])
async def test_memory_stays_flat_whatever_clients_do_before_they_go(behaviour: Callable[..., object]) -> None:
    async def crowd(house: House) -> int:
        for _ in range(25):
            client = await house.guest()
            await behaviour(client)  # type: ignore[misc]
            client.drop()
        await until(lambda: not house.metrics.gateway.connections)
        house.clients.clear()
        house.backend.posted.clear()
        house.players.rows.clear()
        house.sessions.wipe()  # type: ignore[attr-defined]
        house.backend.wallet_seq.clear()
        house.clock.advance(3_600.0)
        await until(lambda: house.gateway.now_ms == house.clock.ms)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    async with running() as house:
        tracemalloc.start()
        try:
            await crowd(house)
            before = await crowd(house)
            for _ in range(2):
                after = await crowd(house)
        finally:
            tracemalloc.stop()

        assert after - before < 25_000


async def test_nothing_is_kept_of_those_who_are_gone_for_good() -> None:
    async with running() as house:
        for _ in range(5):
            client = await house.guest()
            await client.ask(t="watch", stream="table:roulette-1")
            client.drop()
        await until(lambda: not house.metrics.gateway.connections)
        front = house.gateway._front
        assert (len(house.gateway.outbox), len(front.players), len(front.addresses)) == (6, 5, 1)
        for _ in range(2):
            house.clock.advance(house.limits.resume_seconds)
            await until(lambda: house.gateway.now_ms == house.clock.ms)

        assert (len(house.gateway.outbox), len(front.players), len(front.addresses)) == (0, 0, 0)
        assert len(front.wheel) == 0
        assert len(front.claims) == 0
