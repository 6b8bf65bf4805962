"""Several databases, each with its shards: from where it is read, and what is refused."""

import json
from pathlib import Path

import pytest

from server.config import Config, ConfigError, as_json, as_toml, load

A, B = "postgresql://u:hunter2@a/croupier", "postgresql://u:hunter2@b/croupier"
TOML = f'[database.shards]\n0-127 = "{A}"\n"128-255" = "{B}"\n'
NO_NUMBERS = "it takes two whole numbers with a hyphen between them"


def parts_of(config: Config) -> list[tuple[str, str]]:
    return [(str(part.shards), part.url.get_secret_value()) for part in config.databases]


def problem(shards: dict[str, str], **more: str) -> str:
    """The one problem of this mapping."""
    with pytest.raises(ConfigError) as caught:
        load(environ={"CROUPIER_DATABASE__SHARDS": json.dumps(shards), **more})
    [found] = caught.value.problems
    assert found.source == "environment CROUPIER_DATABASE__SHARDS"
    return str(found).replace(f" ({found.source})", "")


def test_a_file_says_which_database_has_which_shards(tmp_path: Path) -> None:
    file = tmp_path / "croupier.toml"
    file.write_text(TOML, encoding="utf-8")
    assert parts_of(load(file=file, environ={})) == [("0-127", A), ("128-255", B)]


def test_so_does_the_environment_in_whatever_order() -> None:
    config = load(environ={"CROUPIER_DATABASE__SHARDS": json.dumps({"128-255": B, "0-127": A})})
    assert parts_of(config) == [("0-127", A), ("128-255", B)]


def test_so_does_a_flag_one_range_at_a_time() -> None:
    flags = {f"--set database.shards.{part}": (f"database.shards.{part}", url) for part, url in (("0-9", A), ("10", B))}
    config = load(environ={}, flags=flags | {"--set shards": ("shards", "11")})
    assert parts_of(config) == [("0-9", A), ("10-10", B)]


def test_the_environment_replaces_the_address_of_one_of_the_files_ranges(tmp_path: Path) -> None:
    file = tmp_path / "croupier.toml"
    file.write_text(TOML, encoding="utf-8")
    config = load(file=file, environ={"CROUPIER_DATABASE__SHARDS": json.dumps({"128-255": A + "2"})})
    assert parts_of(config) == [("0-127", A), ("128-255", A + "2")]


def test_one_url_is_a_database_with_all_shards_and_none_is_the_embedded_one() -> None:
    assert parts_of(load(environ={"CROUPIER_DATABASE_URL": A, "CROUPIER_SHARDS": "64"})) == [("0-63", A)]
    assert load(environ={}).databases == ()


def test_guests_may_not_play_on_databases_of_ones_own_unless_it_is_said() -> None:
    shards = {"CROUPIER_DATABASE__SHARDS": json.dumps({"0-127": A, "128-255": B})}
    assert not load(environ=shards).guests_allowed
    assert load(environ=shards | {"CROUPIER_GUEST_ENABLED": "true"}).guests_allowed


@pytest.mark.parametrize(
    ("shards", "said"),
    [
        ({"0-127": A, "127-255": B}, "database.shards.127-255: overlaps 0-127"),
        ({"0-126": A, "128-255": B}, "database.shards.128-255: nothing holds the shards 127-127 before it"),
        ({"0-127": A, "128-256": B}, "database.shards.128-256: there are 256 shards, so the last one is 255"),
        ({"0-127": A}, "database.shards: nothing holds the shards 128-255"),
        ({"0-127": A, "128-255": A}, "database.shards.128-255: is the database of the shards 0-127 already"),
        ({"0-127": A, "00-127": B}, "database.shards: a range is there twice"),
        ({"0-127": A, "rest": B}, f"database.shards.rest: 'rest' is not a range of shards such as 0-127: {NO_NUMBERS}"),
        (
            {"0-127": A, "128-255": "mysql://u:hunter2@b"},
            "database.shards.128-255: must start with postgresql:// or postgres://",
        ),
    ],
)
def test_what_does_not_hold_each_shard_once_is_refused_by_name(shards: dict[str, str], said: str) -> None:
    assert problem(shards) == said


def test_one_url_beside_several_is_refused() -> None:
    said = problem({"0-127": A, "128-255": B}, CROUPIER_DATABASE_URL=A)
    assert said == "database.shards: database_url is set too, and would hold all of them"


def test_an_unknown_key_is_told_what_there_is() -> None:
    with pytest.raises(ConfigError, match=r"database\.shard .*did you mean shards"):
        load(environ={"CROUPIER_DATABASE__SHARD": "{}"})


def test_what_is_wrong_is_said_without_the_password() -> None:
    for shards in ({"0-127": A}, {"0-127": "hunter2"}, {"hunter": A}, {"0-255": {"url": "hunter2"}}):
        with pytest.raises(ConfigError) as caught:
            load(environ={"CROUPIER_DATABASE__SHARDS": json.dumps(shards)})
        assert "hunter2" not in str(caught.value)


def test_addresses_are_masked_and_their_ranges_shown() -> None:
    config = load(environ={"CROUPIER_DATABASE__SHARDS": json.dumps({"0-127": A, "128-255": B})})
    assert json.loads(as_json(config))["database"] == {"shards": {"0-127": "***", "128-255": "***"}}
    assert "hunter2" not in as_toml(config) + as_json(config) + repr(config)
