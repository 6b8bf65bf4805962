"""The command finds its subcommands by their modules, and an error of the user's is one line and exit code 2."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import server.cli
from server.cli import main
from server.cli.errors import UserError

SECONDS_MAX = 180


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules are subcommands too, as if they lay beside the others."""
    monkeypatch.setattr(server.cli, "__path__", [*server.cli.__path__, str(tmp_path)])
    return tmp_path


def write(folder: Path, name: str, source: str) -> None:
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    sys.modules.pop(f"server.cli.{name}", None)


GREET = "import click\n\n@click.command()\ndef command():\n    '''Say hello.'''\n    click.echo('hello')\n"


def test_a_module_with_a_command_is_a_subcommand(commands: Path) -> None:
    write(commands, "greet", GREET)

    assert CliRunner().invoke(main, ["greet"]).stdout == "hello\n"
    assert re.search(r"^  greet +Say hello\.$", CliRunner().invoke(main, ["--help"]).stdout, re.MULTILINE)


def test_a_module_without_a_command_is_none(commands: Path) -> None:
    write(commands, "helper", "command = 'not one'\n")

    result = CliRunner().invoke(main, ["helper"])

    assert result.exit_code == 2
    assert "No such command 'helper'" in result.stderr
    assert "helper" not in CliRunner().invoke(main, ["--help"]).stdout


def test_a_subcommand_does_not_import_the_others(commands: Path) -> None:
    write(commands, "greet", GREET)
    write(commands, "broken", "raise RuntimeError('imported')\n")

    assert CliRunner().invoke(main, ["greet"]).exit_code == 0


def test_an_unknown_subcommand_is_an_error() -> None:
    result = CliRunner().invoke(main, ["nonsense"])

    assert result.exit_code == 2
    assert "No such command 'nonsense'" in result.stderr


def test_a_user_error_is_told_without_a_traceback() -> None:
    @click.command()
    def fail() -> None:
        raise UserError("the data dir is in use\nby process 7")

    result = CliRunner().invoke(fail)

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", "error: the data dir is in use\nby process 7\n")


def test_the_installed_command_tells_its_version() -> None:
    command = Path(sys.executable).with_name("croupier")

    result = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=SECONDS_MAX, check=True)

    assert result.stdout.startswith("croupier, version ")
    assert result.stderr == ""
