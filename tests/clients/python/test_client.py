"""The client against a server that loses, hesitates and goes away: one effect a request, no gap in a stream."""

import asyncio
import itertools
import random
from typing import Any

import pytest

from clients.python import (
    Client,
    Closed,
    Guest,
    LoginRefused,
    Refused,
    Settings,
    Subscription,
    Telegram,
    Token,
    Unanswered,
)
from protocol.games.dice import DiceSettled
from protocol.games.roulette import RouletteOpened, RouletteSnapshot
from protocol.model import Push
from protocol.replies import WalletChanged, WalletSnapshot
from tests.support.fake_server import FakeServer, Nastiness, Nasty

QUICK = Settings(
    answer_seconds_max=5.0, connect_seconds_max=0.5, offline_seconds_max=5.0, first_pause_seconds=0.005,
    pause_seconds_max=0.02, repeats_max=3,
)  # fmt: skip
WAIT_SECONDS_MAX = 120.0
TABLE = "table:roulette-1"
TABLES = {"roulette-1": "european"}


def client(server: FakeServer, login: Guest | Token | Telegram | None = None, **more: Any) -> Client:
    return Client(server.url, login, **{"settings": QUICK, "chance": random.Random(1).random, **more})


async def test_a_guest_plays_and_every_answer_has_its_type() -> None:
    async with FakeServer(tables=TABLES) as server, client(server, Guest("Ann")) as ann:
        assert ann.welcome.name == "Ann"
        bet = await ann.dice("PLAY", 100, target=5050)
        assert bet.stake == 100
        assert bet.payout == (200 if bet.roll > 5050 else 0)
        wallet = await ann.balances()
        assert wallet.balances[0].available == bet.available == server.house.players[1].available
        assert [table.table for table in (await ann.lobby()).tables] == ["roulette-1"]
        assert [(game.game, game.max_bet) for game in (await ann.games()).games] == [("dice", 100_000)]
        assert (await ann.seeds()).client_seed == "x"
        assert (await ann.rotate_seeds("mine")).client_seed == "mine"
        assert (await ann.statement("PLAY", limit=1)).rows[0].amount == 5
        assert (await ann.ping()).now_ms > 0


async def test_a_roulette_bet_is_placed_taken_back_and_placed_again() -> None:
    async with FakeServer(tables=TABLES) as server, client(server) as ann:
        await ann.sit("roulette-1")
        async with ann.watch(TABLE) as events:
            async for event in events:
                if isinstance(event, RouletteOpened):
                    break
        first = await ann.bet_roulette("roulette-1", [("red", 20), ("straight:17", 10)])
        second = await ann.bet_roulette("roulette-1", [("black", 20)], entropy="mine")
        assert (first.stake, second.held) == (30, 50)
        assert (await ann.undo("roulette-1")).bets == (second.id,)
        assert (await ann.clear("roulette-1")).bets == (first.id,)
        with pytest.raises(Refused, match="5009 nothing_to_undo"):
            await ann.undo("roulette-1")
        await ann.leave("roulette-1")
        assert server.house.tables["roulette-1"].seats == set()


async def test_a_refusal_carries_its_code_its_name_and_the_evidence() -> None:
    async with FakeServer(opening=50) as server, client(server) as ann:
        with pytest.raises(Refused) as refused:
            await ann.dice("PLAY", 100, target=5050)
        assert (refused.value.code, refused.value.name) == (4001, "insufficient_funds")
        assert refused.value.evidence == {"available": 50}


@pytest.mark.parametrize("nasty", [Nasty.LOSE_REQUEST, Nasty.LOSE_REPLY, Nasty.SAY_TWICE, Nasty.DO_BUT_TRY_AGAIN])
async def test_bets_asked_at_once_have_one_effect_each_whatever_happens(nasty: Nasty) -> None:
    async with FakeServer(Nastiness("dice.bet", nasty, 3, 5)) as server, client(server) as ann:
        bets = await asyncio.gather(*(ann.dice("PLAY", 10, target=5050) for _ in range(20)))
        assert len({bet.id for bet in bets}) == len(server.house.bets_done) == 20
        spent = sum(bet.stake - bet.payout for bet in bets)
        assert (await ann.balances()).balances[0].available == server.house.opening - spent


async def test_a_request_is_repeated_under_its_id_a_bounded_number_of_times() -> None:
    async with FakeServer(Nastiness("dice.bet", Nasty.TRY_AGAIN, 1, 100)) as server, client(server) as ann:
        with pytest.raises(Refused, match="6001"):
            await ann.dice("PLAY", 10, target=5050)
        bets = [request for request in server.requests if request["t"] == "dice.bet"]
        assert len(bets) == 1 + QUICK.repeats_max
        assert len({bet["id"] for bet in bets}) == 1


async def test_what_was_not_answered_in_time_can_be_asked_again_and_is_done_once() -> None:
    impatient = Settings(answer_seconds_max=0.05)
    nasty = Nastiness("dice.bet", Nasty.SILENCE, 1, 1)
    async with FakeServer(nasty) as server, client(server, settings=impatient) as ann:
        with pytest.raises(Unanswered) as unanswered:
            await ann.dice("PLAY", 10, target=5050)
        reply = await ann.ask_again(unanswered.value)
        assert isinstance(reply, DiceSettled)
        assert reply.id == unanswered.value.asked.id
        assert server.house.bets_done == [reply.id]


@pytest.mark.parametrize("forgotten", ["nothing", "sessions", "tokens too"])
async def test_after_a_crash_the_client_comes_back_as_the_same_player(forgotten: str) -> None:
    async with FakeServer() as server, client(server, Guest("Ann")) as ann:
        before = ann.welcome.player
        await server.crash()
        bet = asyncio.create_task(ann.dice("PLAY", 10, target=5050))
        if forgotten != "nothing":
            server.forget_sessions()
        if forgotten == "tokens too":
            server.forget_tokens()
        await server.start()
        assert (await bet).stake == 10
        assert ann.welcome.player == before
        assert len(server.house.players) == 1
        way = {"nothing": "resume", "sessions": "auth.token", "tokens too": "auth.guest"}[forgotten]
        assert server.logins[-1]["t"] == way


async def test_a_guest_comes_back_another_day_by_the_secret() -> None:
    async with FakeServer() as server:
        async with client(server, Guest("Ann")) as ann:
            player, secret, token = ann.welcome.player, ann.guest_secret, ann.welcome.token
        async with client(server, Guest(secret=secret)) as again:
            assert again.welcome.player == player
        async with client(server, Token(token)) as by_token:
            assert by_token.welcome.player == player


@pytest.mark.parametrize(
    ("login", "code"), [(Guest(secret=b"?" * 32), 2003), (Token("no"), 2008), (Telegram("no"), 2006)]
)
async def test_a_login_that_is_refused_in_every_way_is_an_error(login: Guest | Token | Telegram, code: int) -> None:
    async with FakeServer(guests=False) as server:
        with pytest.raises(LoginRefused) as refused:
            async with client(server, login):
                pass
        assert refused.value.code == code


async def test_a_login_that_may_be_retried_is_retried() -> None:
    async with FakeServer(Nastiness("auth.guest", Nasty.TRY_AGAIN, 1, 2)) as server, client(server):
        assert server.seen["auth.guest"] == 3


async def test_a_login_whose_welcome_was_lost_is_tried_again() -> None:
    async with FakeServer(Nastiness("resume", Nasty.LOSE_REPLY, 1, 1)) as server, client(server) as ann:
        server.cut()
        assert (await ann.dice("PLAY", 10, target=5050)).stake == 10
        assert [login["t"] for login in server.logins] == ["auth.guest", "resume", "resume", "auth.token"]


async def test_a_session_that_goes_on_elsewhere_is_not_fought_for() -> None:
    async with FakeServer(Nastiness("ping", Nasty.CLOSE_FOR_GOOD)) as server, client(server) as ann:
        events = ann.watch("wallet")
        with pytest.raises(Closed) as closed:
            await ann.ping()
        assert closed.value.code == 4003
        with pytest.raises(Closed):
            await ann.balances()
        with pytest.raises(Closed):
            await read_all(events)
        assert server.seen["resume"] == 0


@pytest.mark.parametrize("chance", [0.0, 0.6])
async def test_of_several_addresses_one_that_answers_is_found_wherever_it_begins(chance: float) -> None:
    async with FakeServer() as gone:
        pass
    async with (
        FakeServer() as server,
        Client(f"{gone.url}, {server.url}", settings=QUICK, chance=lambda: chance) as ann,
    ):
        assert (await ann.dice("PLAY", 10, target=5050)).stake == 10
        for _ in range(2):
            server.cut()
            assert (await ann.dice("PLAY", 10, target=5050)).stake == 10
        assert [login["t"] for login in server.logins] == ["auth.guest", "resume", "resume"]


def test_an_address_that_is_none_is_said_before_anything_is_tried() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Client("ws://127.0.0.1:1/ws,nowhere")


async def test_a_server_that_stays_away_is_given_up_on() -> None:
    async with FakeServer() as server:
        url = server.url
    settings = Settings(offline_seconds_max=0.05, first_pause_seconds=0.01, pause_seconds_max=0.01)
    with pytest.raises(Closed, match="could not be reached"):
        async with Client(url, settings=settings):
            pass


async def test_a_client_that_is_closed_answers_with_that() -> None:
    async with FakeServer(Nastiness("ping", Nasty.SILENCE)) as server:
        async with client(server) as ann:
            asking = asyncio.create_task(ann.ping())
            await server.until(lambda: server.seen["ping"] == 1)
        with pytest.raises(Closed, match="closed by this client"):
            await asking
        with pytest.raises(Closed):
            await ann.ping()


async def read_all(events: Subscription) -> list[Push]:
    return [event async for event in events]


async def read_until_settled(ann: Client, server: FakeServer, rounds: int, interfere: Any) -> list[Push]:
    seen: list[Push] = []
    settled = 0
    async with asyncio.timeout(WAIT_SECONDS_MAX), ann.watch(TABLE) as events:
        async for event in events:
            seen.append(event)
            if event.t == "roulette.settled":
                settled += 1
                if settled == 1:
                    await interfere()
                if settled == rounds:
                    return seen
    raise AssertionError("the stream ended")


def assert_no_gap(seen: list[Push]) -> None:
    assert isinstance(seen[0], RouletteSnapshot)
    for before, after in itertools.pairwise(seen):
        assert isinstance(after, RouletteSnapshot) or (after.epoch, after.seq) == (before.epoch, before.seq + 1)


async def test_a_stream_goes_on_after_a_lost_connection_with_exactly_what_was_missed() -> None:
    async with FakeServer(tables=TABLES) as server, client(server) as ann:

        async def cut() -> None:
            server.cut()

        seen = await read_until_settled(ann, server, 3, cut)
        assert_no_gap(seen)
        assert [event.t for event in seen].count("roulette.snapshot") == 1
        assert server.seen["resume"] == 1


async def test_a_stream_begins_anew_with_a_snapshot_after_a_crash() -> None:
    async with FakeServer(tables=TABLES) as server, client(server) as ann:

        async def crash() -> None:
            await server.crash()
            server.forget_sessions()
            await server.start()

        seen = await read_until_settled(ann, server, 3, crash)
        assert_no_gap(seen)
        assert [event.t for event in seen].count("roulette.snapshot") == 2


async def test_a_lost_event_is_made_up_for_by_a_snapshot() -> None:
    async with FakeServer(tables=TABLES) as server, client(server) as ann:

        async def lose() -> None:
            server.lost_events = 1

        seen = await read_until_settled(ann, server, 3, lose)
        assert_no_gap(seen)
        assert [event.t for event in seen].count("roulette.snapshot") == 2


async def test_the_wallet_is_watched_from_a_snapshot_on() -> None:
    async with FakeServer(tables=TABLES) as server, client(server) as ann, client(server) as other:
        async with asyncio.timeout(WAIT_SECONDS_MAX), ann.watch("wallet") as events:
            first = await anext(events)
            assert isinstance(first, WalletSnapshot)
            server.house.changed(server.house.players[1], "deposit", bytes(16))
            second = await anext(events)
            assert isinstance(second, WalletChanged)
            assert (second.reason, second.seq) == ("deposit", first.seq + 1)
            await server.crash()
            server.house.players[1].available += 5
            await server.start()
            third = await anext(events)
            assert isinstance(third, WalletSnapshot)
            assert third.balances[0].available == server.house.opening + 5
        assert other.welcome.player != ann.welcome.player


async def test_two_readers_of_a_stream_both_begin_with_a_snapshot_and_one_may_leave() -> None:
    async with FakeServer(tables=TABLES) as server, client(server) as ann:
        first, second = ann.watch(TABLE), ann.watch(TABLE)
        assert (await anext(first)).t == (await anext(second)).t == "roulette.snapshot"
        first.close()
        assert len(await read_all(first)) < 5
        assert (await anext(second)).seq > 0
        second.close()
        await server.until(lambda: server.seen["unwatch"] == 1)


async def test_a_loop_over_a_stream_that_is_left_in_the_middle_leaves_nothing_watched() -> None:
    async with FakeServer(tables=TABLES) as server, client(server) as ann:
        async for event in ann.watch(TABLE):
            assert isinstance(event, RouletteSnapshot)
            break
        await server.until(lambda: server.seen["unwatch"] == 1)


async def test_a_second_reader_whose_snapshot_was_lost_gets_another() -> None:
    nasty = Nastiness("watch", Nasty.LOSE_SNAPSHOT, 2, 2)
    async with FakeServer(nasty, tables=TABLES) as server, client(server) as ann:
        first = ann.watch(TABLE)
        assert isinstance(await anext(first), RouletteSnapshot)
        second = ann.watch(TABLE)
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            assert isinstance(await anext(second), RouletteSnapshot)
        assert server.seen["resume"] == 1


async def test_a_stream_that_cannot_be_watched_again_ends_for_its_reader() -> None:
    nasty = Nastiness("watch", Nasty.TRY_AGAIN, 2, 100)
    async with FakeServer(nasty, tables=TABLES) as server, client(server) as ann:
        events = ann.watch(TABLE)
        await anext(events)
        server.forget_sessions()
        server.cut()
        async with asyncio.timeout(WAIT_SECONDS_MAX):
            with pytest.raises(Refused, match="6001"):
                await read_all(events)


async def test_what_was_given_up_is_not_repeated_after_a_reconnect() -> None:
    impatient = Settings(answer_seconds_max=0.05, first_pause_seconds=0.01)
    nasty = Nastiness("dice.bet", Nasty.SILENCE, 1, 1)
    async with FakeServer(nasty) as server, client(server, settings=impatient) as ann:
        with pytest.raises(Unanswered):
            await ann.dice("PLAY", 10, target=5050)
        server.cut()
        await server.until(lambda: server.seen["resume"] == 1)
        await ann.ping()
        assert server.seen["dice.bet"] == 1


async def test_a_stream_that_is_not_there_is_refused_to_its_reader() -> None:
    async with FakeServer(tables=TABLES) as server, client(server) as ann:
        with pytest.raises(Refused, match="1012"):
            await anext(ann.watch("table:none"))


@pytest.mark.parametrize("payload", [b"\xc1", b"\x81\xa1t\xa4what", b"\x82\xa1t\xa1x\xa6stream\xa6wallet", b"\x80"])
async def test_a_server_that_does_not_speak_the_protocol_is_left(payload: bytes) -> None:
    async with FakeServer() as server, client(server) as ann:
        (caller,) = server.callers
        events = ann.watch("wallet")
        await caller.socket.send(payload)
        with pytest.raises(Closed, match="does not keep to the protocol"):
            await read_all(events)


def test_a_url_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="isn't a valid"):
        Client("http://localhost")
