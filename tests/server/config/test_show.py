"""The effective configuration can be read, by people and by the server again, and gives no secret away."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.config import MASK, AssetSettings, Config, Limits, as_json, as_toml, load

SECRETS = {
    "database_url": "postgresql://u:hunter2@h/d",
    "redis_url": "redis://:hunter2@h",
    "telegram_bot_token": "hunter2",
    "token_secret": "hunter2" * 8,
    "seed_key": "aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMmh1bnQ=",
}

paths = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20).map(Path)
configs = st.builds(
    Config,
    host=st.text(min_size=1, max_size=20),
    port=st.integers(0, 65_535),
    data_dir=paths,
    unsafe=st.booleans(),
    guest_enabled=st.none() | st.booleans(),
    allowed_origins=st.lists(st.sampled_from(["https://a.example", "http://[::1]:80"]), max_size=3).map(tuple),
    assets=st.just((AssetSettings(code="PLAY", number=3, scale=18, opening_cash=10**15),)),
    limits=st.builds(Limits, ping_seconds=st.floats(1e-9, 1e6), mailbox_max=st.integers(1, 2**40)),
)


@given(configs)
def test_what_is_shown_can_be_loaded_again(tmp_path_factory: pytest.TempPathFactory, config: Config) -> None:
    file = tmp_path_factory.mktemp("c") / "croupier.toml"
    file.write_text(as_toml(config), encoding="utf-8", newline="")

    assert load(file=file, environ={}) == config


@pytest.mark.parametrize("shown", [as_toml, as_json])
def test_secrets_are_masked(shown: object) -> None:
    assert callable(shown)
    config = load(environ={f"CROUPIER_{name.upper()}": secret for name, secret in SECRETS.items()})
    text = shown(config)

    assert text.count(MASK) == len(SECRETS)
    assert not any(secret in text for secret in (*SECRETS.values(), "hunter2"))


def test_every_secret_of_the_configuration_is_among_those_tested() -> None:
    secret = {name for name, field in Config.model_fields.items() if "SecretStr" in str(field.annotation)}

    assert secret == set(SECRETS)


def test_json_has_every_key_with_its_value() -> None:
    values = json.loads(as_json(Config(port=1)))

    assert set(values) == set(Config.model_fields)
    assert values["port"] == 1
    assert values["database_url"] is None
    assert values["limits"]["mailbox_max"] == 1024


def test_what_is_not_set_is_named_in_a_comment() -> None:
    assert "# database_url is not set\n" in as_toml(Config())
