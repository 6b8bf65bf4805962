"""`croupier config` shows what a server would use, or says what is wrong with it."""

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`croupier config` with arguments, in an empty folder and an environment without our variables."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CROUPIER_")]:
        monkeypatch.delenv(name)

    def command(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(main, ["config", *arguments], env=environment)

    return command


def test_it_prints_toml(run: Run) -> None:
    result = run()

    assert result.exit_code == 0
    assert tomllib.loads(result.stdout)["port"] == 8080


def test_it_prints_json_when_asked(run: Run) -> None:
    assert json.loads(run("--json").stdout)["port"] == 8080


def test_every_flag_sets_its_key(run: Run) -> None:
    result = run(
        "--json", "--host", "::1", "--port", "0", "--data-dir", "/d", "--database-url", "postgresql://h", "--redis-url",
        "redis://h", "--unsafe", "--log-level", "debug", "--log-format", "json", "--set", "limits.mailbox_max=7",
    )  # fmt: skip
    values = json.loads(result.stdout)

    assert {key: values[key] for key in ("host", "port", "data_dir", "unsafe", "log_level", "log_format")} == {
        "host": "::1",
        "port": 0,
        "data_dir": "/d",
        "unsafe": True,
        "log_level": "debug",
        "log_format": "json",
    }
    assert values["database_url"] == values["redis_url"] == "***"
    assert values["limits"]["mailbox_max"] == 7


def test_the_folder_s_file_is_read_unless_another_is_named(run: Run) -> None:
    Path("croupier.toml").write_text("port = 1\n", encoding="utf-8")
    Path("other.toml").write_text("port = 2\n", encoding="utf-8")

    assert json.loads(run("--json").stdout)["port"] == 1
    assert json.loads(run("--json", "--config", "other.toml").stdout)["port"] == 2
    assert json.loads(run("--json", CROUPIER_PORT="3").stdout)["port"] == 3
    assert json.loads(run("--json", "--port", "4", CROUPIER_PORT="3").stdout)["port"] == 4


def test_what_is_wrong_is_told_and_nothing_printed(run: Run) -> None:
    result = run("--port", "abc", CROUPIER_PROT="1")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "error: the configuration cannot be used",
        "  prot (environment CROUPIER_PROT): unknown key; did you mean port?",
        "  port (flag --port): Input should be a valid integer, unable to parse string as an integer",
    ]


def test_a_named_file_must_exist(run: Run) -> None:
    result = run("--config", "missing.toml")

    assert result.exit_code == 2
    assert "missing.toml: cannot be read: No such file or directory" in result.stderr


@pytest.mark.parametrize("assignment", ["port", "=1", ""])
def test_an_assignment_without_a_key_or_a_value_is_an_error(run: Run, assignment: str) -> None:
    result = run("--set", assignment)

    assert result.exit_code == 2
    assert result.stderr == f"error: --set takes KEY=VALUE, not {assignment!r}\n"


def test_an_unknown_flag_is_an_error(run: Run) -> None:
    result = run("--prot", "1")

    assert result.exit_code == 2
    assert "No such option '--prot'" in result.stderr
