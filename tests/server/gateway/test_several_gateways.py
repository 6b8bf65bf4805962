"""Several gateways in front of the same rooms: any of them serves any player, and together they keep to the limits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from protocol.commands import TakeSession
from protocol.errors import Close, Code, Refusal
from protocol.ids import PlayerId
from server.gateway.wheel import SLOT_SECONDS
from tests.support.fake_backend import table_event
from tests.support.gateways import ANSWER_SECONDS_MAX, Client, House, Shared, running

TABLE = "table:roulette-1"
LOOP_TURNS = 20
"""What it takes for everybody to hear and answer what a tick made them say."""
WALLET_AT_0 = {"t": "at", "stream": "wallet", "epoch": 1, "seq": 0}
TABLE_AT_0 = {"t": "at", "stream": TABLE, "epoch": 1, "seq": 0}


@asynccontextmanager
async def gateways(**limits: Any) -> AsyncIterator[tuple[House, House]]:
    """Two gateways that have heard of each other."""
    shared = Shared()
    async with (
        running(shared=shared, name="east", **limits) as east,
        running(shared=shared, name="west", **limits) as west,
    ):
        await acquainted(east, west, 2)
        yield east, west


async def acquainted(east: House, west: House, gateways: int) -> None:
    """Let time go by until each gateway knows of so many."""
    await passing(east, west, until=lambda: all(one.gateway.gateways == gateways for one in (east, west)))


async def passing(*houses: House, until: Callable[[], Any]) -> None:
    """Let time go by, tick by tick at all gateways, until something is so."""
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        while not until():
            houses[0].clock.advance(SLOT_SECONDS)
            for house in houses:
                house.gateway.tick(house.clock.monotonic())
            for _ in range(LOOP_TURNS):
                await asyncio.sleep(0)


async def resume(house: House, token: str, *streams: dict[str, Any]) -> Client:
    client = await house.connect()
    client.welcome = await client.ask(t="resume", token=token, streams=list(streams))
    return client


async def same_player(house: House, client: Client) -> Client:
    other = await house.connect()
    other.welcome = await other.ask(t="auth.guest", secret=client.welcome["guest_secret"])
    return other


async def test_a_session_goes_on_at_another_gateway_and_its_older_connection_is_told() -> None:
    async with gateways() as (east, west):
        first = await east.guest("Ann")
        bystander = await same_player(east, first)
        back = await resume(west, first.welcome["resume"], WALLET_AT_0)

        assert (back.welcome["resumed"], back.welcome["session"]) == (True, first.welcome["session"])
        assert await first.closed() is Close.SESSION_TAKEN_OVER
        assert (await back.bet())["t"] == "dice.settled"
        assert (await bystander.receive())["t"] == "wallet.changed", "another session of the player's is left alone"
        assert west.metrics.gateway.resumed == 1

        again = await resume(east, back.welcome["resume"])
        assert again.welcome["session"] == first.welcome["session"]
        assert await back.closed() is Close.SESSION_TAKEN_OVER


async def test_a_stream_that_is_watched_at_the_other_gateway_goes_on_with_exactly_what_was_missed() -> None:
    async with gateways() as (east, west):
        other = await west.guest()
        await other.ask(t="watch", stream=TABLE)
        first = await east.guest()
        await first.ask(t="watch", stream=TABLE)
        first.drop()
        outbox = east.backend.outbox
        assert outbox is not None
        for seq in (1, 2):
            outbox.pushed(TABLE, table_event("roulette-1", seq))

        back = await resume(west, first.welcome["resume"], WALLET_AT_0, TABLE_AT_0)
        missed = [await back.receive() for _ in range(2)]
        assert [(event["t"], event["seq"]) for event in missed] == [("fake.event", 1), ("fake.event", 2)]


async def test_a_stream_that_the_other_gateway_did_not_follow_goes_on_with_a_snapshot() -> None:
    async with gateways() as (east, west):
        first = await east.guest()
        await first.ask(t="watch", stream=TABLE)
        first.drop()
        east.backend.table_position = (1, 5)

        back = await resume(west, first.welcome["resume"], WALLET_AT_0, TABLE_AT_0)
        assert (await back.receive())["t"] == "fake.snapshot"


async def test_a_word_that_got_lost_is_made_up_for_by_the_roll() -> None:
    async with gateways() as (east, west):
        first = await east.guest()
        outbox, east.backend.outbox = east.backend.outbox, west.gateway.outbox
        back = await resume(west, first.welcome["resume"])
        east.backend.outbox = outbox
        assert back.welcome["resumed"]
        assert (await first.bet())["t"] == "dice.settled", "nobody has told its gateway yet"

        closing = asyncio.create_task(first.closed())
        await passing(east, west, until=closing.done)
        assert await closing is Close.SESSION_TAKEN_OVER
        assert (await back.bet())["t"] == "dice.settled"


async def test_a_resume_whose_wallet_does_not_answer_leaves_the_older_connection_and_the_token_alone() -> None:
    async with gateways() as (east, west):
        first = await east.guest()
        take = east.backend.answers[TakeSession]
        east.backend.answers[TakeSession] = lambda ref, command: Refusal(Code.TRY_AGAIN)
        client = await west.connect()
        refused = await client.ask(t="resume", token=first.welcome["resume"], streams=[])
        assert refused["code"] == Code.TRY_AGAIN
        assert (await first.bet())["t"] == "dice.settled"

        east.backend.answers[TakeSession] = take
        assert (await client.ask(t="resume", token=first.welcome["resume"], streams=[]))["resumed"]


async def test_connections_of_a_player_are_limited_over_all_gateways() -> None:
    async with gateways(connections_per_player_max=2) as (east, west):
        first = await east.guest()
        second = await same_player(west, first)
        third = await east.connect()
        assert (await third.ask(t="auth.guest", secret=first.welcome["guest_secret"]))[
            "code"
        ] == Code.TOO_MANY_CONNECTIONS
        assert await third.closed() is Close.TOO_MANY_CONNECTIONS

        back = await resume(west, first.welcome["resume"])
        assert back.welcome["resumed"], "a session that goes on is none more"
        assert await first.closed() is Close.SESSION_TAKEN_OVER
        second.drop()
        await passing(east, west, until=lambda: sessions_of(east, PlayerId(1)) == {back.welcome["session"]: "west"})
        assert (await same_player(east, first)).welcome["t"] == "welcome"


def sessions_of(house: House, player: PlayerId) -> dict[str, str]:
    """The gateway of each session of a player, as the shared store has it."""
    return house.shared.presence.sessions_of(player)


async def test_messages_of_a_player_are_limited_over_all_gateways() -> None:
    limits = {"messages_per_player_per_second_max": 40, "messages_per_player_burst_max": 40}
    async with gateways(**limits) as (east, west):
        first = await east.guest()
        second = await same_player(west, first)
        codes = [(await first.bet()).get("code") for _ in range(41)]
        assert codes == [None] * 40 + [Code.RATE_LIMITED]

        assert (await second.bet()).get("code") is None, "the other gateway cannot know yet"
        began = east.clock.seconds
        await passing(east, west, until=lambda: east.shared.rates.spent >= 41)
        allowed = 0
        while (await second.bet()).get("code") is None:
            allowed += 1
        assert allowed <= 40 * (east.clock.seconds - began) + 1


async def test_the_lobby_counts_those_who_watch_at_other_gateways() -> None:
    async with gateways() as (east, west):
        for house in (east, east, west):
            client = await house.guest()
            await client.ask(t="watch", stream=TABLE)
        looking = await west.guest()
        await looking.ask(t="watch", stream="lobby")

        async def counted() -> int:
            while True:
                snapshot = await looking.receive()
                if snapshot["t"] == "lobby.snapshot" and snapshot["tables"][0]["watching"] == 3:
                    return 3

        counting = asyncio.create_task(counted())
        await passing(east, west, until=counting.done)
        assert await counting == 3


async def test_a_gateway_sends_everyone_away_over_some_time_and_all_of_them_go_on_at_the_other() -> None:
    async with gateways() as (east, west):
        clients = [await east.guest() for _ in range(20)]
        closes = [asyncio.create_task(client.closed()) for client in clients]
        drain = east.gateway.send_away(10.0)
        assert east.gateway.send_away(99.0) is drain
        began, left = east.clock.seconds, []

        def noted() -> bool:
            gone = sum(close.done() for close in closes)
            left.append((east.clock.seconds - began, gone))
            return gone == len(closes)

        await passing(east, west, until=noted)
        assert drain.sent_away == 20
        assert await east.gateway.still_away() == 20
        assert [await close for close in closes] == [Close.RESTARTING] * 20
        assert min(at for at, gone in left if gone >= 18) > 8.0, "they left one by one"
        assert max(at for at, gone in left if gone <= 2) < 3.0

        for client in clients:
            back = await resume(west, client.welcome["resume"])
            assert back.welcome["session"] == client.welcome["session"]
        assert await east.gateway.still_away() == 0
        assert (west.metrics.gateway.resumed, west.metrics.gateway.resumes_refused) == (20, 0)
        refused = await east.socket()
        refused.writer.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await refused.read_head()).startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize("gone", ["presence", "rates"])
async def test_without_the_shared_store_each_gateway_serves_its_own_players(gone: str) -> None:
    async with gateways(connections_per_player_max=2) as (east, west):
        first = await east.guest()
        getattr(east.shared, gone).gone = True
        if gone == "presence":
            await acquainted(east, west, 1)
        second = await same_player(west, first)
        assert (await second.bet())["t"] == "dice.settled"
        back = await resume(west, first.welcome["resume"])
        assert back.welcome["resumed"]
        assert await first.closed() is Close.SESSION_TAKEN_OVER, "the wallet tells, not the store"
