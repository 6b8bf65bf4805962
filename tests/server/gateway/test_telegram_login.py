"""Logging in from Telegram, over a socket: once per proof, and in time."""

import asyncio
import json
from dataclasses import replace

import pytest

from protocol.errors import Code
from server.gateway.identity import shown_name
from tests.support.fake_backend import FakeClock
from tests.support.gateways import SETTINGS, House, running
from tests.support.telegram import sign

BOT_TOKEN = "42:secret"
TELEGRAM = replace(SETTINGS, telegram_bot_token=BOT_TOKEN, telegram_auth_age_seconds_max=3_600, guests_allowed=False)


def proof(age_s: int = 0, **user: object) -> str:
    fields = {"id": 77, "first_name": "Ann", "username": "ann_t", **user}
    return sign({"auth_date": str(FakeClock().ms // 1_000 - age_s), "user": json.dumps(fields)}, BOT_TOKEN)


async def login(house: House, init_data: str) -> dict[str, object]:
    return await (await house.connect()).ask(t="auth.telegram", init_data=init_data)


async def test_a_player_from_telegram_is_the_same_player_every_time() -> None:
    async with running(settings=TELEGRAM) as house:
        first = await login(house, proof())
        again = await login(house, proof(age_s=5))
        other = await login(house, proof(id=78, first_name="Bo"))

        assert (first["player"], first["name"], first["guest_secret"]) == (1, "Ann", None)
        assert again["player"] == 1
        assert (other["player"], other["name"]) == (2, "Bo")
        assert house.players.rows.keys() == {("telegram", "77"), ("telegram", "78")}


async def test_a_proof_is_used_once_whoever_tries_and_in_whatever_order_its_fields_are() -> None:
    async with running(settings=TELEGRAM) as house:
        init_data = proof()
        replies = await asyncio.gather(*(login(house, init_data) for _ in range(4)))
        assert sorted(str(reply["t"]) for reply in replies) == ["error"] * 3 + ["welcome"]
        shuffled = await login(house, "&".join(reversed(init_data.split("&"))))

        assert shuffled["code"] == Code.LOGIN_REPLAYED
        assert (await login(house, proof(age_s=1)))["t"] == "welcome"


@pytest.mark.parametrize(
    ("init_data", "code"),
    [
        (proof(age_s=3_601), Code.LOGIN_STALE),
        (proof(age_s=-61), Code.LOGIN_STALE),
        (proof().replace("77", "78"), Code.LOGIN_REFUSED),
        (proof() + "&user=%7B%22id%22%3A1%7D", Code.LOGIN_REFUSED),
        (sign({"auth_date": str(FakeClock().ms // 1_000), "user": '{"id":77}'}, "43:other"), Code.LOGIN_REFUSED),
        ("x", Code.LOGIN_REFUSED),
    ],
)
async def test_a_proof_that_is_stale_or_tampered_with_is_refused_by_number(init_data: str, code: Code) -> None:
    async with running(settings=TELEGRAM) as house:
        assert (await login(house, init_data))["code"] == code
        assert house.players.rows == {}


async def test_where_telegram_is_not_configured_it_is_said() -> None:
    async with running() as house:
        assert (await login(house, proof()))["code"] == Code.LOGIN_REFUSED


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("Ann", "Ann"),
        ("  Ann   Lee ", "Ann Lee"),
        ("Ann\n\x00\x1b[31mLee", "Ann [31mLee"),
        ("\u202eevil\u200b", "evil"),
        ("A" * 40, "A" * 32),
        ("A" * 31 + " B", "A" * 31),
        ("\u0661\U0001f3b2 Ж", "\u0661\U0001f3b2 Ж"),
        ("\t\n", "default"),
        ("", "default"),
    ],
)
def test_a_name_is_printable_and_of_bounded_length(wanted: str, shown: str) -> None:
    assert shown_name(wanted, "default") == shown
