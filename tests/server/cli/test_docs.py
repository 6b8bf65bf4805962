"""`croupier docs` writes what is made from the code, and its check names what is stale."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main

GENERATED = {
    "docs/reference/protocol.md",
    "docs/reference/protocol.schema.json",
    "docs/reference/configuration.md",
    "docs/reference/cli.md",
    "docs/reference/odds.md",
    "docs/reference/slots.md",
    "clients/typescript/protocol.ts",
}


def docs(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["docs", "--root", str(root), *arguments])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "README.md").write_text("# Documentation\n")
    return tmp_path


def test_it_writes_every_generated_file_and_the_check_is_content(checkout: Path) -> None:
    written = docs(checkout)

    assert written.exit_code == 0
    assert {line.removeprefix("wrote ") for line in written.stdout.splitlines()} == GENERATED
    assert docs(checkout, "--check").exit_code == 0


def test_the_check_names_the_stale_file_alone_and_changes_nothing(checkout: Path) -> None:
    docs(checkout)
    page = checkout / "docs" / "reference" / "protocol.md"
    page.write_text("outdated\n")

    checked = docs(checkout, "--check")

    assert checked.exit_code == 1
    assert checked.stderr == "stale: docs/reference/protocol.md (run `croupier docs`)\n"
    assert page.read_text() == "outdated\n"


def test_only_stale_files_are_written(checkout: Path) -> None:
    docs(checkout)
    (checkout / "clients" / "typescript" / "protocol.ts").unlink()

    assert docs(checkout).stdout == "wrote clients/typescript/protocol.ts\n"


def test_a_missing_file_is_stale(checkout: Path) -> None:
    assert len(docs(checkout, "--check").stderr.splitlines()) == len(GENERATED)


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    refused = docs(tmp_path)

    assert refused.exit_code == 2
    assert "is not a checkout" in refused.stderr
    assert list(tmp_path.iterdir()) == []
