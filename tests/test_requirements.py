"""What is installed is pinned by hash, complete for every supported Python, and silent about where it came from."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"


def pins(file: str) -> dict[str, str]:
    """Return each distribution's version, after checking that nothing but pins with hashes is there."""
    text = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    matches = {
        line: re.fullmatch(r"([a-z0-9-]+)==([\w.]+)(?:\s+--hash=sha256:[0-9a-f]{64})+\s*", line) for line in lines
    }
    assert [line for line, match in matches.items() if match is None] == []
    return {match[1]: match[2] for match in matches.values() if match is not None}


def wanted(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in requirements}


def test_every_runtime_dependency_is_pinned() -> None:
    assert wanted(PROJECT["dependencies"]) <= pins(RUNTIME).keys()


def test_every_development_dependency_is_pinned_and_the_runtime_ones_are_the_same() -> None:
    assert wanted(PROJECT["optional-dependencies"]["dev"]) <= pins(DEVELOPMENT).keys()
    assert pins(RUNTIME).items() <= pins(DEVELOPMENT).items()


@pytest.mark.parametrize("file", [RUNTIME, DEVELOPMENT])
def test_what_only_the_oldest_supported_python_needs_is_there(file: str) -> None:
    assert "async-timeout" in pins(file), "redis needs it below Python 3.11.3: run `make lock` with such a Python"


@pytest.mark.parametrize("file", [RUNTIME, DEVELOPMENT])
def test_no_address_and_no_path_of_a_machine_is_there(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")

    assert re.findall(r"\w+://|--(?:index|extra-index|find-links|trusted)\S*| /\w+", text) == []
