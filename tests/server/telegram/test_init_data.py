"""`initData` is checked against the published cases, and against everything that can be done to them."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import Code, ProtocolError
from server.telegram.init_data import (
    AUTH_DATE_AHEAD_SECONDS_MAX,
    USER_ID_BITS_MAX,
    TelegramUser,
    secret_of,
    validate,
    validate_third_party,
)
from tests.support.telegram import sign

# Telegram Mini Apps documentation, init-data: "Validating" and "Using Telegram public key".
TOKEN = "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8"
INIT_DATA = (
    "query_id=AAHdF6IQAAAAAN0XohDhrOrc"
    "&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%22%2C%22last_name%22%3A%22Kibenko%22%2C"
    "%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%7D"
    "&auth_date=1662771648"
    "&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2"
)
AUTH_DATE = 1_662_771_648
BOT_ID = 7_342_037_359
SIGNED_INIT_DATA = (
    "user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%20%2B%20-%20%3F%20%5C%2F%22%2C%22last_name%22%3A"
    "%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%2C"
    "%22allows_write_to_pm%22%3Atrue%2C%22photo_url%22%3A%22https%3A%5C%2F%5C%2Ft.me%5C%2Fi%5C%2Fuserpic%5C%2F320%5C%2F"
    "4FPEE4tmP3ATHa57u6MqTDih13LTOiMoKoLDRG4PnSA.svg%22%7D"
    "&chat_instance=8134722200314281151&chat_type=private&auth_date=1733584787"
    "&hash=2174df5b000556d044f3f020384e879c8efcab55ddea2ced4eb752e93e7080d6"
    "&signature=zL-ucjNyREiHDE8aihFwpfR9aggP2xiAo3NSpfe-p7IbCisNlDKlo7Kb6G4D0Ao2mBrSgEk4maLSdv6MLIlADQ"
)
SIGNED_AUTH_DATE = 1_733_584_787
DAY = 86_400


def check(init_data: str, now_s: int = AUTH_DATE, token: str = TOKEN) -> TelegramUser:
    return validate(init_data, token, now_s, DAY)


def refused(init_data: str, now_s: int = AUTH_DATE, token: str = TOKEN) -> Code:
    with pytest.raises(ProtocolError) as error:
        check(init_data, now_s, token)
    return error.value.refusal.code


def signed(**fields: str) -> str:
    """`initData` as Telegram would make it for our bot."""
    return sign(fields, TOKEN)


# --- by the bot's token ----------------------------------------------------------------------------------------------


def test_the_published_case_is_who_it_says() -> None:
    assert secret_of(TOKEN).hex() == "a5c609aa52f63cb5e6d8ceb6e4138726ea82bbc36bb786d64482d445ea38ee5f"
    user = check(INIT_DATA)

    assert (user.id, user.first_name, user.username) == (279_058_397, "Vladislav", "vdkfrost")
    assert user.auth_date == AUTH_DATE


@given(st.integers(0, len(INIT_DATA) - 1), st.characters(min_codepoint=33, max_codepoint=126))
def test_a_published_case_with_any_character_changed_is_refused_unless_it_says_the_same(at: int, char: str) -> None:
    changed = INIT_DATA[:at] + char + INIT_DATA[at + 1 :]
    if sorted(parse_qsl(changed)) != sorted(parse_qsl(INIT_DATA)):
        assert refused(changed) in {Code.LOGIN_REFUSED, Code.LOGIN_STALE}


def test_another_bots_word_is_not_ours() -> None:
    assert refused(INIT_DATA, token="5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx9") is Code.LOGIN_REFUSED


@pytest.mark.parametrize(
    "changed",
    [
        "",
        "hash=",
        "&",
        "=",
        INIT_DATA.replace("&hash=", "&hush="),
        INIT_DATA + "&auth_date=1662771648",
        INIT_DATA + "&hash=" + "0" * 64,
        INIT_DATA + "&extra=1",
        INIT_DATA.replace("query_id=AAHdF6IQAAAAAN0XohDhrOrc&", ""),
        INIT_DATA.replace("279058397", "279058398"),
        INIT_DATA.replace("hash=c501", "hash=C501"),
        INIT_DATA.replace("hash=c501", "hash=%FFc501"),
        INIT_DATA + "&bad=%FF",
        INIT_DATA + "&a" * 40,
        "&".join(f"k{n}=v" for n in range(500)),
    ],
)
def test_what_was_tampered_with_is_refused(changed: str) -> None:
    assert refused(changed) is Code.LOGIN_REFUSED


def test_the_order_of_the_fields_does_not_matter_nor_make_a_second_proof() -> None:
    shuffled = "&".join(reversed(INIT_DATA.split("&")))

    assert check(shuffled) == check(INIT_DATA)


def test_a_signature_that_came_along_is_part_of_what_is_signed() -> None:
    fields = {"auth_date": str(AUTH_DATE), "user": '{"id":1,"first_name":"Ann"}', "signature": "abc"}

    assert check(signed(**fields)).id == 1
    assert refused(signed(**fields).replace("&signature=abc", "")) is Code.LOGIN_REFUSED


@pytest.mark.parametrize(
    ("age_s", "stale"),
    [
        (0, False),
        (DAY, False),
        (DAY + 1, True),
        (-AUTH_DATE_AHEAD_SECONDS_MAX, False),
        (-AUTH_DATE_AHEAD_SECONDS_MAX - 1, True),
    ],
)
def test_a_proof_is_good_for_a_day_and_not_from_tomorrow(age_s: int, stale: bool) -> None:
    if stale:
        assert refused(INIT_DATA, AUTH_DATE + age_s) is Code.LOGIN_STALE
    else:
        assert check(INIT_DATA, AUTH_DATE + age_s).id == 279_058_397


@pytest.mark.parametrize(
    "fields",
    [
        {"auth_date": str(AUTH_DATE)},
        {"user": '{"id":1}'},
        {"auth_date": "", "user": '{"id":1}'},
        {"auth_date": "-1", "user": '{"id":1}'},
        {"auth_date": "1e9", "user": '{"id":1}'},
        {"auth_date": "٣", "user": '{"id":1}'},
        {"auth_date": str(AUTH_DATE), "user": "{"},
        {"auth_date": str(AUTH_DATE), "user": "[]"},
        {"auth_date": str(AUTH_DATE), "user": "[" * 3_000},
        {"auth_date": str(AUTH_DATE), "user": "{}"},
        {"auth_date": str(AUTH_DATE), "user": '{"id":"1"}'},
        {"auth_date": str(AUTH_DATE), "user": '{"id":1.0}'},
        {"auth_date": str(AUTH_DATE), "user": '{"id":true}'},
        {"auth_date": str(AUTH_DATE), "user": '{"id":0}'},
        {"auth_date": str(AUTH_DATE), "user": '{"id":-1}'},
        {"auth_date": str(AUTH_DATE), "user": f'{{"id":{2**USER_ID_BITS_MAX}}}'},
        {"auth_date": str(AUTH_DATE), "user": '{"id":' + "9" * 5_000 + "}"},
        {"auth_date": str(AUTH_DATE), "user": '{"id":1,"id":2}'},
    ],
    ids=lambda fields: repr(fields)[:70],
)
def test_what_is_signed_but_names_no_user_is_refused_all_the_same(fields: dict[str, str]) -> None:
    assert refused(signed(**fields)) is Code.LOGIN_REFUSED


@given(
    st.dictionaries(st.sampled_from(["start_param", "chat_type", "query_id"]), st.text(max_size=20)),
    st.text(max_size=20),
)
def test_any_text_survives_the_way(extra: dict[str, str], first_name: str) -> None:
    user: dict[str, Any] = {"id": 5, "first_name": first_name}
    encodable = {key: value for key, value in extra.items() if value.isascii()}
    init_data = signed(auth_date=str(AUTH_DATE), user=json.dumps(user), **encodable)

    assert check(init_data).first_name == first_name


@given(st.text(max_size=300))
def test_no_text_can_do_harm(text: str) -> None:
    assert refused(text) is Code.LOGIN_REFUSED


# --- by Telegram's own key -------------------------------------------------------------------------------------------


def test_the_published_case_is_signed_by_telegram() -> None:
    user = validate_third_party(SIGNED_INIT_DATA, BOT_ID, SIGNED_AUTH_DATE + 5, DAY)

    assert (user.id, user.first_name) == (279_058_397, "Vladislav + - ? /")


@pytest.mark.parametrize(
    ("changed", "bot_id"),
    [
        (SIGNED_INIT_DATA, BOT_ID + 1),
        (SIGNED_INIT_DATA.replace("private", "sender"), BOT_ID),
        (SIGNED_INIT_DATA.replace("signature=zL", "signature=aL"), BOT_ID),
        (SIGNED_INIT_DATA.partition("&signature=")[0], BOT_ID),
        (SIGNED_INIT_DATA + "&signature=x", BOT_ID),
        (SIGNED_INIT_DATA.replace("signature=zL", "signature=!!"), BOT_ID),
        (INIT_DATA, BOT_ID),
    ],
)
def test_what_telegram_did_not_sign_is_refused(changed: str, bot_id: int) -> None:
    with pytest.raises(ProtocolError) as error:
        validate_third_party(changed, bot_id, SIGNED_AUTH_DATE, DAY)
    assert error.value.refusal.code is Code.LOGIN_REFUSED


def test_another_key_may_be_given_for_the_test_environment() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    fields = {"auth_date": str(AUTH_DATE), "user": '{"id":7,"first_name":"Bo"}'}
    text = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    signature = base64.urlsafe_b64encode(key.sign(f"1:WebAppData\n{text}".encode())).rstrip(b"=").decode()
    init_data = urlencode({**fields, "signature": signature}, quote_via=quote)
    public = key.public_key().public_bytes_raw()

    assert validate_third_party(init_data, 1, AUTH_DATE, DAY, public).id == 7
    with pytest.raises(ProtocolError):
        validate_third_party(init_data, 1, AUTH_DATE, DAY)
    with pytest.raises(ProtocolError) as stale:
        validate_third_party(init_data, 1, AUTH_DATE + DAY + 1, DAY, public)
    assert stale.value.refusal.code is Code.LOGIN_STALE
