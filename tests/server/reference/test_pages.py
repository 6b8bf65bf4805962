"""The generated pages are complete, say what the code says, and are written only when they must be."""

import inspect
import re
from pathlib import Path

import pytest

from protocol.codec import decode
from protocol.dialects import client_dialect, server_dialect
from protocol.errors import CATALOGUE, CLOSINGS
from server.cli import main
from server.cli.options import FLAGS
from server.config import Config, Limits
from server.reference.configuration_page import configuration_page
from server.reference.docstrings import field_docstrings
from server.reference.examples import examples
from server.reference.pages import pages, stale, write
from server.reference.protocol_page import protocol_page

MODELS = [*client_dialect().models.values(), *server_dialect().models.values()]
PROTOCOL = protocol_page()
CONFIGURATION = configuration_page(FLAGS)


def section(text: str, title: str) -> str:
    found = re.search(rf"^#+ {re.escape(title)}$(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


@pytest.mark.parametrize("model", MODELS)
def test_a_message_is_shown_with_its_duty_its_fields_and_its_bytes(model: type) -> None:
    shown = section(PROTOCOL, model.__name__)
    blocks = re.findall(r"```\n(.*?)\n```", shown, re.DOTALL)
    tag = model.model_fields["t"].default  # type: ignore[attr-defined]

    assert f"`{tag}`: {inspect.getdoc(model)}" in shown
    assert re.findall(r"^\| `(\w+)` \|", shown, re.MULTILINE) == list(model.model_fields)  # type: ignore[attr-defined]
    assert model.model_validate(decode(bytes.fromhex(blocks[1]))) == examples()[tag]  # type: ignore[attr-defined]


def test_every_error_and_every_close_code_is_in_its_table() -> None:
    errors = re.findall(r"^\| (\d+) \| `(\w+)` \|", section(PROTOCOL, "Errors"), re.MULTILINE)
    closes = re.findall(r"^\| (\d+) \| `(\w+)` \|", section(PROTOCOL, "Close codes"), re.MULTILINE)

    assert errors == [(str(code.value), code.name.lower()) for code in CATALOGUE]
    assert closes == [(str(close.value), close.name.lower()) for close in CLOSINGS]


@pytest.mark.parametrize("key", Config.model_fields)
def test_every_key_of_the_configuration_is_there(key: str) -> None:
    if key in {"assets", "tables", "instant", "jackpots", "limits", "database"}:
        assert f"\n## {key}\n" in CONFIGURATION
    else:
        assert f"| `{key}` |" in section(CONFIGURATION, "Keys")
        assert f"`CROUPIER_{key.upper()}`" in section(CONFIGURATION, "Keys")


@pytest.mark.parametrize("key", Limits.model_fields)
def test_every_limit_is_there_with_its_default_and_its_variable(key: str) -> None:
    row = re.search(rf"^\| `{key}` \|.*$", section(CONFIGURATION, "limits"), re.MULTILINE)

    assert row is not None
    assert f"| `{Limits.model_fields[key].default}` | `CROUPIER_LIMITS__{key.upper()}` |" in row[0]


def test_the_docstring_under_a_key_is_told() -> None:
    assert "| 0 takes a free one. |" in section(CONFIGURATION, "Keys")


def test_only_docstrings_under_fields_are_found() -> None:
    class Example:
        """Not this."""

        first: int = 1
        """Told of
        the first."""
        second: int = 2

        def method(self) -> None:
            """Nor this."""

    assert field_docstrings(Example) == {"first": "Told of\nthe first."}


def test_every_command_is_on_the_page_of_commands() -> None:
    text = pages(main, FLAGS)[Path("docs/reference/cli.md")]

    for name in ("bots", "config", "docs", "fairness", "fairness verify", "migrate", "serve"):
        assert f"Usage: croupier {name} " in section(text, f"croupier {name}")


def test_a_file_is_stale_when_it_is_missing_or_differs_and_fresh_once_written(tmp_path: Path) -> None:
    wanted = {Path("a/one.md"): "one\n", Path("two.md"): "zwei\n"}
    assert stale(wanted, tmp_path) == [Path("a/one.md"), Path("two.md")]

    write(wanted, tmp_path)
    assert stale(wanted, tmp_path) == []

    (tmp_path / "two.md").write_text("two\n")
    assert stale(wanted, tmp_path) == [Path("two.md")]
