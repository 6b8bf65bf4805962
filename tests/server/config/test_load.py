"""Which source wins, and what is said about keys and values that cannot be used."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.config import AssetSettings, Config, ConfigError, load

Source = str
SOURCES: tuple[Source, ...] = ("flag", "environment", "file")
ports = st.integers(0, 65_535)
unknown_keys = st.from_regex(r"[a-z]{3,12}", fullmatch=True).filter(lambda key: key not in Config.model_fields)


def load_from(given: dict[Source, str], key: str, folder: Path) -> Config:
    """Load with one key set in each of the given sources; values are as typed, which is TOML too for these."""
    file = folder / "croupier.toml"
    file.write_text(f"{key} = {given['file']}\n" if "file" in given else "", encoding="utf-8")
    return load(
        file=file,
        environ={f"CROUPIER_{key.upper().replace('.', '__')}": given["environment"]} if "environment" in given else {},
        flags={f"--{key}": (key, given["flag"])} if "flag" in given else {},
    )


def problems_of(error: pytest.ExceptionInfo[ConfigError]) -> dict[str, str]:
    return {str(problem).partition(": ")[0]: problem.reason for problem in error.value.problems}


def test_without_any_source_it_is_the_default() -> None:
    assert load(environ={}) == Config()


@given(st.dictionaries(st.sampled_from(SOURCES), ports))
def test_flags_win_over_the_environment_and_that_over_the_file(
    tmp_path_factory: pytest.TempPathFactory, values: dict[Source, int]
) -> None:
    config = load_from({source: str(port) for source, port in values.items()}, "port", tmp_path_factory.mktemp("c"))

    strongest = [values[source] for source in SOURCES if source in values]
    assert config.port == (strongest[0] if strongest else Config().port)


@given(st.dictionaries(st.sampled_from(SOURCES), st.integers(1, 10**6)))
def test_the_same_order_holds_within_a_section(
    tmp_path_factory: pytest.TempPathFactory, values: dict[Source, int]
) -> None:
    typed = {source: str(count) for source, count in values.items()}
    config = load_from(typed, "limits.mailbox_max", tmp_path_factory.mktemp("c"))

    strongest = [values[source] for source in SOURCES if source in values]
    assert config.limits.mailbox_max == (strongest[0] if strongest else Config().limits.mailbox_max)
    assert config.limits.ping_seconds == Config().limits.ping_seconds


def test_of_two_flags_for_one_key_the_first_wins() -> None:
    assert load(environ={}, flags={"--set port": ("port", "4"), "--port": ("port", "3")}).port == 4


def test_sections_are_merged_key_by_key_and_lists_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "croupier.toml"
    file.write_text("tables = []\ninstant = []\n[limits]\nping_seconds = 3\npong_seconds = 4\n", encoding="utf-8")
    gold = {"code": "GOLD", "number": 7, "scale": 3}

    config = load(
        file=file, environ={"CROUPIER_LIMITS__PONG_SECONDS": "5", "CROUPIER_ASSETS": json.dumps([gold])}, flags={}
    )

    assert (config.limits.ping_seconds, config.limits.pong_seconds) == (3, 5)
    assert config.assets == (AssetSettings(code="GOLD", number=7, scale=3),)
    assert config.tables == ()


def test_in_the_environment_one_key_of_a_section_wins_over_the_section_as_json() -> None:
    config = load(
        environ={"CROUPIER_LIMITS": '{"ping_seconds": 1, "pong_seconds": 1}', "CROUPIER_LIMITS__PING_SECONDS": "2"}
    )

    assert (config.limits.ping_seconds, config.limits.pong_seconds) == (2, 1)


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert load(environ={"CROUPIER_DATABASE_URL": "", "CROUPIER_NONSENSE": ""}) == Config()


def test_variables_of_others_are_left_alone() -> None:
    assert load(environ={"PORT": "1", "XCROUPIER_PORT": "2", "CROUPIE_PORT": "3"}) == Config()


def test_the_process_environment_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROUPIER_PORT", "9")

    assert load(environ={}).port == Config().port
    assert Config().port == 8080


def test_origins_are_separated_by_commas_where_they_are_typed() -> None:
    config = load(environ={"CROUPIER_ALLOWED_ORIGINS": "https://a.example, https://b.example:8443,"})

    assert config.allowed_origins == ("https://a.example", "https://b.example:8443")


@given(unknown_keys)
def test_an_unknown_key_is_named_with_its_source(tmp_path_factory: pytest.TempPathFactory, key: str) -> None:
    file = tmp_path_factory.mktemp("c") / "croupier.toml"
    file.write_text(f"{key} = 1\n[limits]\n{key} = 1\n", encoding="utf-8")
    variables = {f"CROUPIER_{key.upper()}": "1", f"CROUPIER_LIMITS__{key.upper()}": "1"}

    with pytest.raises(ConfigError) as from_file:
        load(file=file, environ={})
    with pytest.raises(ConfigError) as from_environment:
        load(environ=variables)
    with pytest.raises(ConfigError) as from_flags:
        load(environ={}, flags={f"--set {key}": (key, "1"), f"--set limits.{key}": (f"limits.{key}", "1")})

    assert set(problems_of(from_file)) == {f"{key} ({file})", f"limits.{key} ({file})"}
    assert set(problems_of(from_environment)) == {
        f"{name} (environment {variable})" for name, variable in zip((key, f"limits.{key}"), variables, strict=True)
    }
    assert set(problems_of(from_flags)) == {f"{name} (flag --set {name})" for name in (key, f"limits.{key}")}
    for error in (from_file, from_environment, from_flags):
        assert all(reason.startswith("unknown key") for reason in problems_of(error).values())


def test_a_near_miss_is_told_what_was_probably_meant() -> None:
    with pytest.raises(ConfigError) as error:
        load(environ={"CROUPIER_LIMITS__PING_SECOND": "1", "CROUPIER_PROT": "1"})

    assert problems_of(error) == {
        "limits.ping_second (environment CROUPIER_LIMITS__PING_SECOND)": "unknown key; did you mean ping_seconds?",
        "prot (environment CROUPIER_PROT)": "unknown key; did you mean port?",
    }


def test_a_hopeless_key_is_told_what_there_is() -> None:
    with pytest.raises(ConfigError, match="known here: asset, game, max_bet, max_profit, min_bet"):
        load(
            environ={"CROUPIER_INSTANT": '[{"game": "dice", "asset": "PLAY", "min_bet": 1, "max_bet": 1, "qqqqq": 1}]'}
        )


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("port", '"abc"', "valid integer"),
        ("port", "70000", "less than or equal to 65535"),
        ("port", "8080.0", "whole number"),
        ("port", "true", "whole number"),
        ("log_level", '"loud"', "'debug', 'info', 'warning' or 'error'"),
        ("unsafe", '"perhaps"', "valid boolean"),
        ("shards", "0", "greater than or equal to 1"),
        ("limits", "3", "valid dictionary"),
        ("limits.ping_seconds", "0", "greater than 0"),
        ("limits.ping_seconds", "nan", "finite"),
        ("allowed_origins", '["*"]', "not an origin"),
    ],
)
def test_a_bad_value_is_named_with_its_source_and_what_is_allowed(
    tmp_path: Path, key: str, value: str, allowed: str
) -> None:
    with pytest.raises(ConfigError) as error:
        load_from({"file": value}, key, tmp_path)

    assert list(problems_of(error)) == [f"{key} ({tmp_path / 'croupier.toml'})"]
    assert allowed in error.value.problems[0].reason


def test_a_bad_value_is_blamed_on_the_source_that_won(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load_from({"file": "1", "environment": "abc"}, "port", tmp_path)

    assert list(problems_of(error)) == ["port (environment CROUPIER_PORT)"]


def test_all_problems_of_all_sources_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "croupier.toml"
    file.write_text('host = ""\n[[instant]]\nasset = "play"\n', encoding="utf-8")

    with pytest.raises(ConfigError) as error:
        load(file=file, environ={"CROUPIER_TABLES": "[{"}, flags={"--set x.y": ("x.y", "1")})

    assert set(problems_of(error)) == {
        f"host ({file})",
        f"instant[0].game ({file})",
        f"instant[0].asset ({file})",
        f"instant[0].min_bet ({file})",
        f"instant[0].max_bet ({file})",
        f"instant[0].max_profit ({file})",
        "tables (environment CROUPIER_TABLES)",
        "x.y (flag --set x.y)",
    }


@pytest.mark.parametrize(
    ("content", "reason"), [(b"= 1", "is not TOML"), (b'host = "\xff"', "is not TOML"), (None, "cannot be read")]
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None, reason: str) -> None:
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigError) as error:
        load(file=file, environ={})

    assert len(error.value.problems) == 1
    assert error.value.problems[0].source == str(file)
    assert error.value.problems[0].reason.startswith(reason)


def test_a_bad_secret_is_never_quoted() -> None:
    with pytest.raises(ConfigError) as error:
        load(
            environ={
                "CROUPIER_DATABASE_URL": "mysql://u:hunter2@h/d",
                "CROUPIER_REDIS_URL": "hunter2",
                "CROUPIER_TOKEN_SECRET": "hunter2",
                "CROUPIER_SEED_KEY": "hunter2",
            }
        )

    assert len(error.value.problems) == 4
    assert "hunter2" not in str(error.value)


def test_a_key_of_a_table_is_named_as_it_is_written_whatever_its_game(tmp_path: Path) -> None:
    file = tmp_path / "croupier.toml"
    limits = "min_bet = 1\nmax_bet = 2\nmax_total = 3\nexposure_max = 9999"
    table = f'id = "one"\nasset = "PLAY"\n{limits}'
    file.write_text(f'[[tables]]\ngame = "sicbo"\nvariant = "macau"\npay = 1\n{table}\n', encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load(file=file, environ={})

    assert problems_of(caught) == {f"tables[0].pay ({file})": "unknown key; did you mean pays?"}
