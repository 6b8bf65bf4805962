"""Secrets do not get through, whatever their key or the text around them, and what is public does."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.observe.masking import DEPTH_MAX, TEXT_CHARACTERS_MAX, masked, masked_text

BOT_TOKEN = "7342037359:AAHI-uZ_4w1SQSxhIU6l5cmYSbU2MTBGWxq"
SECRET_KEYS = [
    "token",
    "access_token",
    "resumeToken",
    "token_secret",
    "server_seed",
    "seed_key",
    "password",
    "PASSWORD",
    "passwd",
    "hash",
    "init_data",
    "initData",
    "Authorization",
    "cookie",
    "api_key",
    "credentials",
]

words = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=8, max_size=30).map(lambda word: f"x9{word}")
plain = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["a b", "roulette-1", ""])
)


@given(key=st.sampled_from(SECRET_KEYS), secret=words)
def test_the_value_of_a_key_that_names_a_secret_is_masked_at_every_depth(key: str, secret: str) -> None:
    values: dict[str, Any] = {key: secret}
    for _ in range(DEPTH_MAX + 2):
        assert secret not in str(masked(values))
        values = {"inner": [values], key: (secret,)}


@pytest.mark.parametrize(
    "form", ["{k}={s}", "{k}: {s}", "{k}='{s} {s}'", '"{k}": "{s}"', "{{'{k}': b'{s}'}}", "{k} = {s}"]
)
@given(key=st.sampled_from(SECRET_KEYS), secret=words)
def test_a_secret_that_is_named_within_a_text_is_masked(key: str, form: str, secret: str) -> None:
    assert secret not in masked_text(f"refused: {form.format(k=key, s=secret)}, try again")


@given(user=words, password=st.text(st.characters(exclude_categories=["Z", "C"]), min_size=3, max_size=20))
def test_the_password_of_an_address_is_masked_and_the_rest_left(user: str, password: str) -> None:
    text = masked_text(f"cannot reach postgresql://{user}:{password}@db.example:5432/croupier today")

    assert text == f"cannot reach postgresql://{user}:***@db.example:5432/croupier today"


def test_secrets_are_known_by_their_look() -> None:
    seed = bytes(range(32))
    for secret in (
        BOT_TOKEN,
        seed.hex(),
        seed.hex().upper(),
        base64.b64encode(seed).decode(),
        base64.urlsafe_b64encode(seed).decode(),
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl",
    ):
        assert masked_text(f"before {secret} after") == "before *** after"


def test_a_bearer_is_masked_with_the_word_before_it() -> None:
    assert masked_text("Authorization: Bearer abc.def ghi") == "Authorization: *** ghi"


@given(st.dictionaries(st.sampled_from(["player", "table", "bet", "request", "amount", "event"]), plain))
def test_what_is_public_is_left_as_it_is(values: dict[str, Any]) -> None:
    assert masked(values) == values


@given(st.uuids())
def test_an_id_is_written_as_a_uuid(bet: UUID) -> None:
    assert masked({"bet": bet.bytes}) == {"bet": str(bet)}


@given(st.binary(max_size=40).filter(lambda value: len(value) != 16))
def test_other_bytes_are_only_counted(value: bytes) -> None:
    assert masked({"value": value}) == {"value": f"<{len(value)} bytes>"}


def test_the_fields_of_an_object_are_masked_in_its_repr() -> None:
    @dataclass
    class Login:
        token: str
        player: int

    assert masked({"login": Login("hunter2", 7)})["login"].endswith("Login(token=***, player=7)")


def test_an_error_is_masked_too() -> None:
    assert masked({"error": ValueError("password=hunter2")}) == {"error": "ValueError('password=***"}


@given(st.text())
def test_no_control_character_but_tab_and_newline_remains(text: str) -> None:
    remaining = {character for character in masked_text(text) if ord(character) < 32 or 127 <= ord(character) < 160}

    assert remaining <= {"\t", "\n"}


def test_a_long_text_is_cut() -> None:
    text = masked_text("a " * TEXT_CHARACTERS_MAX)

    assert len(text) < TEXT_CHARACTERS_MAX
    assert text.endswith(f"a … (of {2 * TEXT_CHARACTERS_MAX} characters)")


@given(st.integers(0, 200))
def test_half_a_secret_is_not_left_where_a_text_is_cut(before_cut: int) -> None:
    seed = bytes(range(32)).hex()
    filler = " " * (TEXT_CHARACTERS_MAX - before_cut)

    assert seed[:8] not in masked_text(f"{filler}{seed}{filler}")


FRAGMENTS = [
    "a",
    " ",
    "token",
    "token ",
    "token=",
    "token='",
    'seed="',
    "://",
    "://a:",
    "eyJ",
    "eyJ-",
    "eyJ.",
    "1234567:",
    "f",
    "=",
]


@settings(deadline=timedelta(seconds=60))
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=3))
def test_no_text_takes_long(fragments: list[str]) -> None:
    text = "".join(fragments)

    assert masked_text(text * (TEXT_CHARACTERS_MAX // len(text)))
