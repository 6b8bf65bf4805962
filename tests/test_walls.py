"""The walls between the rooms stand, and each of them would be seen to fall."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("clients", "server", "actors", "persistence", "protocol")
LINTER_SECONDS_MAX = 300

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["name"]: contract for contract in SETTINGS["tool"]["importlinter"]["contracts"]}
PURE = "Pure rooms: no I/O, clock, chance or environment"

BREACHES = [
    ("Layers", "protocol/breach.py", "import persistence"),
    ("Layers", "persistence/breach.py", "import actors"),
    ("Layers", "actors/breach.py", "import server.config"),
    ("Layers", "server/breach.py", "import clients"),
    ("Clients know the protocol and nothing else of the server", "clients/breach.py", "import actors.games"),
    (PURE, "protocol/breach.py", "import asyncio"),
    (PURE, "protocol/breach.py", "from datetime import UTC"),
    (PURE, "actors/games/breach.py", "from time import monotonic"),
    (PURE, "actors/fairness/breach.py", "import os"),
    (PURE, "server/gateway/session.py", "import structlog"),
    ("Actors take chance as an argument", "actors/breach.py", "import random"),
    ("Actors take chance as an argument", "actors/runtime/breach.py", "from secrets import token_bytes"),
    ("One room per driver", "server/breach.py", "import asyncpg"),
    ("One room per driver", "persistence/embedded/breach.py", "import redis.asyncio"),
    ("One room per driver", "actors/breach.py", "import websockets"),
    ("Only server.bootstrap chooses backends", "server/breach.py", "import persistence.postgres.migrate"),
    ("Only server.bootstrap chooses backends", "server/cli/breach.py", "from persistence.embedded import Engines"),
    ("Only server.bootstrap chooses backends", "persistence/embedded/breach.py", "import persistence.postgres"),
    ("Games do not know each other: their words", "protocol/games/breach.py", "import protocol.games.dice"),
    ("Games do not know each other: their rules", "actors/games/breach.py", "import actors.games.other"),
    ("No cycles", "protocol/ids.py", "import protocol.money"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LINTER_SECONDS_MAX, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(
            ROOT / room, tmp_path / room, ignore=lambda folder, names: [n for n in names if _not_code(folder, n)]
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _not_code(folder: str, name: str) -> bool:
    return name in {"__pycache__", "node_modules"} or not (name.endswith(".py") or Path(folder, name).is_dir())


def test_every_wall_stands() -> None:
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in result.stdout


@pytest.mark.parametrize(
    ("contract", "file", "breach"), BREACHES, ids=[f"{file}: {line}" for _, file, line in BREACHES]
)
def test_a_breach_is_seen(copy: Path, contract: str, file: str, breach: str) -> None:
    (copy / "actors/games/other.py").write_text('"""Another game."""\n', encoding="utf-8")
    with (copy / file).open("a", encoding="utf-8") as opened:
        opened.write(f"\n{breach}\n")

    result = lint(copy)

    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout


def test_every_contract_has_a_breach_that_shows_it_can_fail() -> None:
    assert {contract for contract, _, _ in BREACHES} == set(CONTRACTS)


# What an import cannot show: the built-in ways out.
IMPURE_BUILTINS = {"__import__", "breakpoint", "eval", "exec", "input", "open", "print"}


def _pure_files() -> list[Path]:
    files: list[Path] = []
    for module in CONTRACTS[PURE]["source_modules"]:
        path = ROOT / module.replace(".", "/")
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return files


def _impure_calls(source: str) -> list[str]:
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call.id for call in calls if isinstance(call, ast.Name) and call.id in IMPURE_BUILTINS]


def test_pure_rooms_call_no_builtin_that_reaches_outside() -> None:
    found = {path: calls for path in _pure_files() if (calls := _impure_calls(path.read_text(encoding="utf-8")))}

    assert found == {}


def test_a_call_that_reaches_outside_is_seen() -> None:
    assert _impure_calls("def roll():\n    return open('/dev/urandom').read(1)\n") == ["open"]
