"""The gateway over real sockets: logging in, playing, watching, coming back."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgpack
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Opcode

from persistence.interfaces import Unavailable
from persistence.memory.sessions import MemorySessions
from protocol.commands import Asked, Look, OpenWallet
from protocol.dialects import server_dialect
from protocol.errors import Close, Code, Refusal
from protocol.ids import PlayerId
from protocol.money import Balance, player_account
from protocol.replies import GameInfo
from server.config import Config, InstantSettings
from server.gateway.settings import GatewaySettings
from tests.support.fake_backend import OPENING, FakeClock, table_event
from tests.support.gateways import ANSWER_SECONDS_MAX, SETTINGS, Client, Closed, House, new_id, running, until

TABLE = "table:roulette-1"
WALLET_AT_0 = {"t": "at", "stream": "wallet", "epoch": 1, "seq": 0}
TABLE_AT_0 = {"t": "at", "stream": TABLE, "epoch": 1, "seq": 0}


async def resume(house: House, token: str, *streams: dict[str, Any]) -> Client:
    client = await house.connect()
    client.welcome = await client.ask(t="resume", token=token, streams=streams)
    return client


async def receive(client: Client, tag: str) -> dict[str, Any]:
    while (message := await client.receive())["t"] != tag:
        pass
    return message


# --- logging in ------------------------------------------------------------------------------------------------------


async def test_a_well_known_client_says_hello_logs_in_and_plays() -> None:
    parse = server_dialect().read
    async with (
        running() as house,
        connect(f"ws://127.0.0.1:{house.port}/ws", subprotocols=["croupier.v1"], compression="deflate") as socket,  # type: ignore[list-item]
    ):
        hello = parse(await socket.recv(decode=False))
        assert hello.model_dump() == {
            "t": "hello",
            "protocol": 1,
            "server": "croupier/test",
            "now_ms": house.clock.ms,
            "logins": ("auth.token", "auth.guest"),
            "assets": ({"t": "asset", "code": "PLAY", "scale": 2},),
            "message_bytes_max": 4096,
            "ping_seconds": 20,
        }
        await socket.send(msgpack.packb({"t": "auth.guest", "id": new_id(), "name": "Ann"}))
        welcome = parse(await socket.recv(decode=False)).model_dump()
        assert (welcome["player"], welcome["name"], welcome["resumed"]) == (1, "Ann", False)
        assert welcome["balances"][0]["available"] == OPENING
        assert socket.subprotocol == "croupier.v1"
        assert socket.protocol.extensions == []


async def test_a_first_login_opens_the_wallet_with_its_opening_balances() -> None:
    async with running() as house:
        client = await house.guest()

        assert house.backend.commands(OpenWallet) == [
            OpenWallet(PlayerId(1), ((player_account(PlayerId(1), 1, Balance.CASH), 1_000_000),))
        ]
        assert client.welcome["name"].startswith("Guest ")


async def test_a_guest_comes_back_by_the_secret_or_by_the_access_token() -> None:
    async with running() as house:
        first = await house.guest("Ann")
        secret, token = first.welcome["guest_secret"], first.welcome["token"]
        assert len(secret) == 32

        for request in ({"t": "auth.guest", "secret": secret}, {"t": "auth.token", "token": token}):
            back = await house.connect()
            welcome = await back.ask(**request)
            assert (welcome["player"], welcome["name"]) == (1, "Ann")
            assert welcome["guest_secret"] is None
            assert welcome["session"] != first.welcome["session"]


async def test_an_access_token_ends_with_its_time() -> None:
    async with running(access_token_seconds=60) as house:
        token = (await house.guest()).welcome["token"]
        house.clock.ms += 60_000
        back = await house.connect()

        assert (await back.ask(t="auth.token", token=token))["code"] == Code.TOKEN_INVALID
        assert (await back.ask(t="auth.guest"))["t"] == "welcome"


async def test_where_guests_are_not_allowed_they_are_told() -> None:
    async with running(settings=replace(SETTINGS, guests_allowed=False)) as house:
        client = await house.connect()

        assert (await client.ask(t="auth.guest"))["code"] == Code.GUESTS_NOT_ALLOWED


async def test_a_store_of_players_that_cannot_be_asked_is_a_try_again() -> None:
    async with running() as house:
        client = await house.connect()
        house.players.failing = Unavailable("gone")
        assert (await client.ask(t="auth.guest"))["code"] == Code.TRY_AGAIN
        house.players.failing = RuntimeError("a fault")
        assert (await client.ask(t="auth.guest"))["code"] == Code.INTERNAL
        house.players.failing = None

        assert (await client.ask(t="auth.guest"))["t"] == "welcome"


async def test_a_wallet_that_cannot_open_is_an_error_and_the_login_may_be_tried_again() -> None:
    async with running() as house:
        opens = house.backend.answers[OpenWallet]
        house.backend.answers[OpenWallet] = lambda ref, command: Refusal(Code.OVERLOADED)
        client = await house.connect()
        assert (await client.ask(t="auth.guest"))["code"] == Code.OVERLOADED
        house.backend.answers[OpenWallet] = opens

        assert (await client.ask(t="auth.guest"))["t"] == "welcome"


async def test_a_socket_that_goes_during_its_login_leaves_nothing_behind() -> None:
    async with running() as house:
        house.backend.hold = lambda command: isinstance(command, OpenWallet)
        client = await house.connect()
        client.send(t="auth.guest")
        await until(lambda: house.backend.held)
        client.drop()
        await until(lambda: not house.metrics.gateway.connections)
        house.backend.release()


# --- playing ---------------------------------------------------------------------------------------------------------


async def test_requests_are_answered_by_their_rooms_under_their_ids() -> None:
    async with running() as house:
        client = await house.guest("Ann")
        reply = await client.bet()
        assert (reply["t"], reply["roll"], reply["seq"]) == ("dice.settled", 5_000, 1)
        assert (await client.ask(t="wallet.balances"))["balances"][0]["available"] == OPENING
        assert (await client.ask(t="table.sit", table="roulette-1"))["t"] == "done"
        assert (await client.ask(t="wallet.statement", asset="PLAY"))["rows"] == []
        assert (await client.ask(t="fairness.proof", bet=bytes(16)))["code"] == Code.UNKNOWN_BET
        assert (await client.ask(t="ping"))["now_ms"] == house.clock.ms

        asked = house.backend.commands(Asked)
        assert [(command.player, command.name, command.request.t) for command in asked] == [
            (1, "Ann", "dice.bet"),
            (1, "Ann", "wallet.balances"),
            (1, "Ann", "table.sit"),
        ]


async def test_a_refusal_is_a_numbered_error_with_its_evidence() -> None:
    async with running() as house:
        house.backend.answers[Asked] = lambda ref, command: Refusal(Code.INSUFFICIENT_FUNDS, {"available": 5})
        client = await house.guest()
        error = await client.bet()

        assert error == {
            "t": "error",
            "id": client.last_id,
            "code": 4001,
            "name": "insufficient_funds",
            "text": "The balance is too low.",
            "retry": False,
            "evidence": {"available": 5},
        }


async def test_an_answer_that_cannot_go_on_the_wire_is_our_fault_and_told_so() -> None:
    async with running() as house:
        client = await house.guest()
        house.backend.answers[Asked] = lambda ref, command: {"t": "odd", "id": command.request.id, "value": object()}

        assert (await client.bet())["code"] == Code.INTERNAL
        assert house.log.calls


async def test_answers_wait_for_their_commit_and_come_to_whoever_asked() -> None:
    async with running() as house:
        clients = [await house.guest() for _ in range(3)]
        house.backend.hold = lambda command: isinstance(command, Asked)
        ids = [client.send(t="dice.bet", asset="PLAY", amount=1, target=1, over=True) for client in clients]
        await until(lambda: len(house.backend.held) == 3)
        house.backend.held.rotate(1)
        house.backend.release()

        assert [(await client.receive())["id"] for client in clients] == ids


async def test_too_many_unanswered_requests_are_refused_until_some_are_answered() -> None:
    async with running(requests_in_flight_max=2) as house:
        client = await house.guest()
        house.backend.hold = lambda command: isinstance(command, Asked)
        client.send(t="wallet.balances")
        client.send(t="wallet.balances")
        assert (await client.bet())["code"] == Code.OVERLOADED
        house.backend.hold = lambda command: False
        house.backend.release()

        assert (await client.bet())["t"] == "dice.settled"


async def test_a_players_other_connection_sees_the_wallet_change_and_the_asking_one_only_its_reply() -> None:
    async with running() as house:
        first = await house.guest()
        second = await house.connect()
        await second.ask(t="auth.guest", secret=first.welcome["guest_secret"])
        await first.bet()

        assert (await second.receive())["t"] == "wallet.changed"
        assert (await first.ask(t="ping"))["t"] == "pong"


# --- watching --------------------------------------------------------------------------------------------------------


async def test_a_table_is_watched_from_its_snapshot_on_until_it_is_not() -> None:
    async with running() as house:
        client = await house.guest()
        assert (await client.ask(t="watch", stream=TABLE))["t"] == "watching"
        assert (await client.receive())["t"] == "fake.snapshot"
        house.gateway.outbox.pushed(TABLE, table_event("roulette-1", 1))
        assert (await client.receive())["seq"] == 1
        assert (await client.ask(t="unwatch", stream=TABLE))["t"] == "done"
        house.gateway.outbox.pushed(TABLE, table_event("roulette-1", 2))

        client.send(t="ping")
        assert (await client.receive())["t"] == "pong"


async def test_a_table_that_cannot_be_watched_is_refused_and_may_be_tried_again() -> None:
    async with running(subscriptions_per_session_max=2) as house:
        looks = house.backend.answers[Look]
        house.backend.answers[Look] = lambda ref, command: Refusal(Code.TRY_AGAIN)
        client = await house.guest()
        for _ in range(5):
            assert (await client.ask(t="watch", stream=TABLE))["code"] == Code.TRY_AGAIN
        house.backend.answers[Look] = looks

        assert (await client.ask(t="watch", stream=TABLE))["t"] == "watching"


async def test_the_lobby_is_listed_and_followed() -> None:
    async with running() as house:
        client = await house.guest()
        tables = (await client.ask(t="lobby.list"))["tables"]
        assert [(table["table"], table["watching"]) for table in tables] == [("roulette-1", 0), ("roulette-2", 0)]
        await client.ask(t="watch", stream=TABLE)
        assert (await client.ask(t="watch", stream="lobby"))["t"] == "watching"
        while True:
            house.clock.advance(1.0)
            snapshot = await receive(client, "lobby.snapshot")
            if snapshot["tables"][0]["watching"] == 1:
                break


# --- coming back -----------------------------------------------------------------------------------------------------


async def test_the_games_that_one_plays_alone_are_listed_with_their_limits() -> None:
    dice = {"game": "dice", "asset": "PLAY", "min_bet": 1, "max_bet": 100_000, "max_profit": 10_000_000}
    async with running(requests_in_flight_max=1) as house:
        client = await house.guest()
        games = await client.ask(t="games.list")
        assert games == {"t": "games", "id": client.last_id, "games": [{"t": "game", **dice}]}
        assert (await client.bet())["t"] == "dice.settled"


def test_a_gateway_lists_the_games_that_are_configured() -> None:
    config = Config(instant=(InstantSettings(game="keno", asset="USDT", min_bet=2, max_bet=30, max_profit=400),))

    assert GatewaySettings.of(config, "croupier/test", b"k" * 32).games == (
        GameInfo(game="keno", asset="USDT", min_bet=2, max_bet=30, max_profit=400),
    )


async def test_a_resume_replays_exactly_what_was_missed() -> None:
    async with running() as house:
        first = await house.guest("Ann")
        await first.ask(t="watch", stream=TABLE)
        first.drop()
        await until(lambda: not house.metrics.gateway.connections)
        for seq in (1, 2):
            house.backend.change_wallet(PlayerId(1))
            house.gateway.outbox.pushed(TABLE, table_event("roulette-1", seq))
        looks = len(house.backend.commands(Look))

        back = await resume(house, first.welcome["resume"], WALLET_AT_0, TABLE_AT_0)
        assert (back.welcome["resumed"], back.welcome["name"], back.welcome["seq"]) == (True, "Ann", 0)
        assert back.welcome["session"] == first.welcome["session"]
        missed = [await back.receive() for _ in range(4)]
        assert [(event["t"], event["seq"]) for event in missed] == [
            ("wallet.changed", 1),
            ("wallet.changed", 2),
            ("fake.event", 1),
            ("fake.event", 2),
        ]
        assert len(house.backend.commands(Look)) == looks
        house.gateway.outbox.pushed(TABLE, table_event("roulette-1", 3))
        assert (await back.receive())["seq"] == 3


async def test_a_resume_that_cannot_be_exact_begins_with_the_balances_and_a_snapshot() -> None:
    async with running(history_events_max=2) as house:
        first = await house.guest()
        other = await house.guest()
        await other.ask(t="watch", stream=TABLE)
        first.drop()
        for seq in range(1, 6):
            house.backend.change_wallet(PlayerId(1))
            house.gateway.outbox.pushed(TABLE, table_event("roulette-1", seq))
        house.backend.table_position = (1, 5)

        lobby = {"t": "at", "stream": "lobby", "epoch": 1, "seq": 1}
        back = await resume(house, first.welcome["resume"], WALLET_AT_0, TABLE_AT_0, lobby)
        assert (back.welcome["resumed"], back.welcome["seq"]) == (True, 5)
        tags = {(await back.receive())["t"] for _ in range(2)}
        assert tags == {"fake.snapshot", "lobby.snapshot"}


async def test_a_resume_says_which_streams_are_no_more() -> None:
    async with running() as house:
        first = await house.guest()
        gone = {"t": "at", "stream": "table:roulette-9", "epoch": 1, "seq": 1}
        back = await resume(house, first.welcome["resume"], gone)

        error = await back.receive()
        assert (error["id"], error["code"], error["evidence"]) == (
            b"",
            Code.UNKNOWN_STREAM,
            {"stream": "table:roulette-9"},
        )


async def test_a_resume_closes_the_connection_that_the_session_was_on() -> None:
    async with running() as house:
        first = await house.guest()
        back = await resume(house, first.welcome["resume"], WALLET_AT_0)

        assert await first.closed() is Close.SESSION_TAKEN_OVER
        assert (await back.bet())["t"] == "dice.settled"


async def test_a_resume_token_is_good_for_one_use_by_whoever_comes_first() -> None:
    async with running() as house:
        first = await house.guest()
        token = first.welcome["resume"]
        first.drop()
        rivals = [await house.connect() for _ in range(5)]
        replies = await asyncio.gather(*(rival.ask(t="resume", token=token) for rival in rivals))

        assert sorted(reply["t"] for reply in replies) == ["error"] * 4 + ["welcome"]
        assert {reply["code"] for reply in replies if reply["t"] == "error"} == {Code.RESUME_UNKNOWN}
        rotated = next(reply for reply in replies if reply["t"] == "welcome")["resume"]
        assert rotated != token
        assert (await resume(house, rotated)).welcome["t"] == "welcome"


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 512, "ä" * 43])
async def test_a_token_that_never_was_resumes_nothing(token: str) -> None:
    async with running() as house:
        assert (await resume(house, token)).welcome["code"] == Code.RESUME_UNKNOWN


async def test_a_session_outlives_its_socket_by_its_time_however_long_it_was_open() -> None:
    class Counting(MemorySessions):
        kept = 0

        async def keep(self, token_digests: Sequence[bytes], seconds: int) -> None:
            await super().keep(token_digests, seconds)
            self.kept += len(token_digests)

        def kept_as_often_as(self, times: int) -> Callable[[], bool]:
            return lambda: self.kept == times

    clock = FakeClock()
    sessions = Counting(clock.monotonic)
    async with running(sessions=sessions, clock=clock, resume_seconds=30, ping_seconds=10, pong_seconds=10) as house:
        client = await house.guest()
        clock.advance(1.0)
        for beat in range(1, 10):
            clock.advance(9.5)
            assert (await client.read_frame())[0] == Opcode.PING
            client.send_frame(b"", Opcode.PONG)
            await client.ask(t="ping")
            clock.advance(1.1)
            await until(sessions.kept_as_often_as(beat))
        token = client.welcome["resume"]
        client.drop()
        clock.advance(20.0)
        back = await resume(house, token)
        assert back.welcome["t"] == "welcome"
        back.drop()
        clock.advance(120.0)

        assert (await resume(house, back.welcome["resume"])).welcome["code"] == Code.RESUME_UNKNOWN


async def test_without_a_store_of_sessions_everything_works_but_a_resume() -> None:
    class Gone(MemorySessions):
        async def put(self, *_: object) -> None:
            raise Unavailable("gone")

        async def take(self, _: bytes) -> None:
            raise Unavailable("gone")

    async with running(sessions=Gone(lambda: 0.0)) as house:
        clients = [await house.guest() for _ in range(3)]
        assert (await clients[0].bet())["t"] == "dice.settled"
        back = await resume(house, clients[0].welcome["resume"])
        assert back.welcome["code"] == Code.RESUME_UNKNOWN
        assert (await back.ask(t="auth.token", token=clients[0].welcome["token"]))["t"] == "welcome"
        assert len(house.log.calls) == 1


async def test_a_wiped_store_of_sessions_costs_a_resume_and_nothing_else() -> None:
    async with running() as house:
        client = await house.guest()
        assert isinstance(house.sessions, MemorySessions)
        house.sessions.wipe()

        assert (await client.bet())["t"] == "dice.settled"
        assert (await resume(house, client.welcome["resume"])).welcome["code"] == Code.RESUME_UNKNOWN
        assert (await client.bet())["t"] == "dice.settled"


async def test_a_resume_whose_wallet_does_not_open_may_be_tried_again_with_the_same_token() -> None:
    async with running() as house:
        first = await house.guest()
        opens = house.backend.answers[OpenWallet]
        house.backend.answers[OpenWallet] = lambda ref, command: Refusal(Code.TRY_AGAIN)
        client = await house.connect()
        assert (await client.ask(t="resume", token=first.welcome["resume"]))["code"] == Code.TRY_AGAIN
        house.backend.answers[OpenWallet] = opens
        again = await resume(house, first.welcome["resume"])

        assert again.welcome["t"] == "welcome"


# --- going ------------------------------------------------------------------------------------------------------------


async def test_while_it_drains_nobody_new_comes_in_and_who_is_in_plays_on() -> None:
    async with running() as house:
        client = await house.guest()
        house.gateway.drain()
        late = await house.socket()
        late.writer.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 503 " in await late.read_head()
        with pytest.raises(AssertionError, match="503"):
            await house.connect()

        assert (await client.bet())["t"] == "dice.settled"
        closing = asyncio.ensure_future(house.gateway.close_all(Close.RESTARTING))
        with pytest.raises(Closed) as closed:
            await client.receive()
        assert closed.value.code == Close.RESTARTING
        await closing


async def test_a_stop_tells_everyone_to_come_back_and_does_not_wait_for_who_does_not_answer() -> None:
    async with running() as house:
        polite = await connect(f"ws://127.0.0.1:{house.port}/ws", subprotocols=["croupier.v1"])  # type: ignore[list-item]
        await polite.recv()
        silent = await house.guest()
        half = await house.socket()
        stopping = asyncio.ensure_future(house.gateway.stop())
        with pytest.raises(ConnectionClosedError) as closed:
            await polite.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == Close.RESTARTING
        assert await silent.read_frame() == (Opcode.CLOSE, b"\x03\xf4server restarting, reconnect")
        assert not stopping.done()
        house.clock.advance(3.0)
        await stopping

        assert await silent.ended()
        assert await half.ended()


async def test_a_drop_waits_for_nobody_to_agree() -> None:
    async with running() as house:
        silent = await house.guest()
        half = await house.socket()
        half.writer.write(b"GET /ws HTTP/1.1\r\n")
        await until(lambda: house.gateway.handshaking)
        closing = asyncio.ensure_future(house.gateway.close_all(Close.RESTARTING))
        await silent.read_frame()
        assert not closing.done()
        house.gateway.drop()
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await closing

        assert await silent.ended()
        assert await half.ended()
