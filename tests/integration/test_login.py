"""Logging in, end to end: Telegram's proof is good once and while it is fresh, and a player is made once."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from protocol.errors import Code
from tests.support.player import Fields, Player, dice
from tests.support.server import Server, serving
from tests.support.telegram import sign

pytestmark = pytest.mark.slow(seconds=4)

BOT_TOKEN = "7001:integration"
SETTINGS = {"telegram_bot_token": BOT_TOKEN, "telegram_auth_age_seconds_max": 600}
OPENING = 10_000_00
CROWD = 12
KILLS = 5


def init_data(user: int, *, age_seconds: int = 0, token: str = BOT_TOKEN, **more: str) -> str:
    """What a Mini App is opened with."""
    person = {"id": user, "first_name": f"Person {user}", "username": f"person{user}"}
    fields = {"auth_date": str(int(time.time()) - age_seconds), "query_id": "AAE", "user": json.dumps(person), **more}
    return sign(fields, token)


async def log_in(server: Server, data: str) -> Fields:
    """One attempt on a socket of its own."""
    async with Player(server.ws) as player:
        return await player.ask(t="auth.telegram", init_data=data)


async def rows(server: Server, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(server.database_url)
    try:
        return [tuple(row) for row in await connection.fetch(query, *arguments)]
    finally:
        await connection.close()


async def test_a_telegram_user_plays_and_comes_back_as_the_same_player(data_dir: Path) -> None:
    async with serving(data_dir, settings=SETTINGS) as server:
        async with Player(server.ws) as player:
            assert "auth.telegram" in player.hello["logins"]
            welcome = await player.log_in(t="auth.telegram", init_data=init_data(77))
            assert welcome["name"] == "Person 77"
            assert welcome["balances"][0]["available"] == OPENING
            settled = await player.ask(**dice())
            assert settled["t"] == "dice.settled"
        async with Player(server.ws) as player:
            again = await player.log_in(t="auth.telegram", init_data=init_data(77, query_id="AAF"))
            assert again["player"] == welcome["player"]
            assert again["balances"][0]["available"] == settled["available"], "no second opening balance"
        async with Player(server.ws) as other:
            assert (await other.log_in(t="auth.telegram", init_data=init_data(78)))["player"] != welcome["player"]
        await server.audit()
    assert BOT_TOKEN not in str(server.log)


async def test_a_proof_is_taken_once_even_when_it_comes_many_times_at_once_and_after_a_crash(data_dir: Path) -> None:
    data = init_data(77)
    async with serving(data_dir, settings=SETTINGS) as server:
        answers = await asyncio.gather(*(log_in(server, data) for _ in range(CROWD)))
        assert sorted(answer.get("code", 0) for answer in answers) == [0] + [Code.LOGIN_REPLAYED] * (CROWD - 1)
        await server.kill()
        await server.start()
        assert (await log_in(server, data))["code"] == Code.LOGIN_REPLAYED
        reordered = "&".join(reversed(data.split("&")))
        assert (await log_in(server, reordered))["code"] == Code.LOGIN_REPLAYED


async def test_a_proof_that_is_stale_tampered_with_or_not_for_this_bot_is_refused(data_dir: Path) -> None:
    fresh = init_data(77)
    bad = {
        "stale": (init_data(77, age_seconds=601), Code.LOGIN_STALE),
        "from the future": (init_data(77, age_seconds=-3_600), Code.LOGIN_STALE),
        "tampered with": (fresh.replace("Person%2077", "Person%2078"), Code.LOGIN_REFUSED),
        "of another bot": (init_data(77, token="7002:other"), Code.LOGIN_REFUSED),
        "without its hash": (fresh.rpartition("&hash=")[0], Code.LOGIN_REFUSED),
        "not what Telegram sends": ("hello", Code.LOGIN_REFUSED),
    }
    async with serving(data_dir, settings=SETTINGS) as server:
        for what, (data, code) in bad.items():
            assert data != fresh, what
            assert (await log_in(server, data))["code"] == code, what
        assert await rows(server, "SELECT FROM player") == []
        assert (await log_in(server, fresh))["t"] == "welcome", "nothing of that used the proof up"


async def test_guests_are_refused_where_they_may_not_play(data_dir: Path) -> None:
    async with serving(data_dir, settings={**SETTINGS, "guest_enabled": False}) as server:
        async with Player(server.ws) as player:
            assert player.hello["logins"] == ["auth.token", "auth.telegram"]
            assert (await player.ask(t="auth.guest"))["code"] == Code.GUESTS_NOT_ALLOWED
        assert await rows(server, "SELECT FROM player") == []


async def test_a_telegram_login_is_refused_where_no_bot_is_configured(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        assert (await log_in(server, init_data(77)))["code"] == Code.LOGIN_REFUSED


async def test_many_first_logins_at_once_make_one_player_with_one_opening_balance(data_dir: Path) -> None:
    async with serving(data_dir, settings=SETTINGS) as server:
        answers = await asyncio.gather(*(log_in(server, init_data(77, query_id=str(n))) for n in range(CROWD)))
        assert {answer["t"] for answer in answers} == {"welcome"}
        assert len({answer["player"] for answer in answers}) == 1
        assert {answer["balances"][0]["available"] for answer in answers} == {OPENING}
        await one_opening(server, answers[0]["player"])
        await server.audit()


async def one_opening(server: Server, player: int) -> None:
    """The player has one account, and it was opened with one transfer."""
    accounts = await rows(server, "SELECT id, posted FROM account WHERE id >> 8 = $1 AND posted > 0", player)
    assert [posted for _, posted in accounts] == [OPENING]
    openings = await rows(server, "SELECT amount FROM transfer WHERE credit = $1 AND kind = 6", accounts[0][0])
    assert openings == [(OPENING,)]
    assert len(await rows(server, "SELECT FROM player WHERE id = $1", player)) == 1


async def test_kills_in_the_middle_of_first_logins_leave_each_player_whole_or_unmade(data_dir: Path) -> None:
    """However far a login had come, the next one finishes it, and nobody has two openings or none."""
    async with serving(data_dir, settings=SETTINGS) as server:
        for kill in range(KILLS):
            users = range(100 * (kill + 1), 100 * (kill + 1) + CROWD)
            logins = [asyncio.create_task(log_in(server, init_data(user, query_id="first"))) for user in users]
            while sum(login.done() for login in logins) < kill * 2:  # so that the others are at every stage
                await asyncio.wait(logins, return_when=asyncio.FIRST_COMPLETED, timeout=0.001)
            await server.kill()
            answers = await asyncio.gather(*logins, return_exceptions=True)
            await server.start()
            for user, before in zip(users, answers, strict=True):
                welcome = await log_in(server, init_data(user, query_id="second"))
                assert welcome["balances"][0]["available"] == OPENING
                await one_opening(server, welcome["player"])
                assert not isinstance(before, dict) or before["player"] == welcome["player"]
        assert await rows(server, "SELECT count(*)::int FROM player") == [(CROWD * KILLS,)]
        await server.audit()
