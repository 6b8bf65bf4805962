"""The verifier as a player runs it: a folder of files, copied anywhere, and Python without any package."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import clients.python.verifier
from tests.support.proofs import Json, flights, played, rounds_of_a_shoe

FOLDER = Path(clients.python.verifier.__file__).parent
SECONDS_MAX = 30.0
LINES_MAX = 1_500
"""Most of it pay tables: what is to be read is read in ten minutes."""


def verified(folder: Path, proofs: list[Json], *more: str, typed: str = "") -> tuple[int, str]:
    """Exit code and what was printed; no package but the standard library can be imported."""
    shutil.copytree(FOLDER, folder / "verifier", dirs_exist_ok=True)
    names = [f"proof {number}.json" for number in range(len(proofs))]
    for name, proof in zip(names, proofs, strict=True):
        (folder / name).write_text(json.dumps(proof))
    ended = subprocess.run(
        [sys.executable, "-S", "-W", "error", "-m", "verifier", *names, *more],
        cwd=folder, input=typed, capture_output=True, text=True, timeout=SECONDS_MAX, env={}, check=False,
    )  # fmt: skip
    assert ended.stderr == ""
    return ended.returncode, ended.stdout


def test_fair_bets_are_said_to_be_fair(tmp_path: Path) -> None:
    code, said = verified(tmp_path, [played("slots")[0], played("videopoker")[0], *rounds_of_a_shoe(3)])

    assert code == 0, said
    assert "FAIL" not in said
    assert "ok   shoe of round 3" in said


def test_rounds_of_crash_are_checked_with_their_chain(tmp_path: Path) -> None:
    first, *_, last = flights(3)
    terminating = first["params"]["chain"][1]
    code, said = verified(tmp_path, [last, first], "--terminating", terminating)

    assert code == 0, said
    assert "the chain of seeds of wheel\n  ok   chain of round 3" in said
    code, said = verified(tmp_path, [last, first], "--terminating", terminating[::-1])
    assert (code, said.count("FAIL terminating")) == (1, 2)


def test_a_bet_that_is_not_fair_is_shown_with_what_was_said_and_what_is_true(tmp_path: Path) -> None:
    proof = played("dice")[0]
    code, said = verified(tmp_path, [{**proof, "outcome": {"roll": 17}}])

    assert code == 1
    assert f"FAIL outcome\n       said   {{'roll': 17}}\n       found  {proof['outcome']}" in said


def test_a_commitment_that_was_noted_is_compared(tmp_path: Path) -> None:
    proof = played("dice")[0]

    assert verified(tmp_path, [proof], "--commitment", proof["commitment"])[0] == 0
    code, said = verified(tmp_path, [proof], "--commitment", "0" * 64)
    assert (code, "FAIL expected" in said) == (1, True)


def test_a_proof_can_be_piped_in(tmp_path: Path) -> None:
    assert verified(tmp_path, [], "-", typed=json.dumps(played("keno")[0]))[0] == 0


def test_what_is_no_proof_is_said_to_be_none(tmp_path: Path) -> None:
    for typed in (
        "",
        "[]",
        "{}",
        "7",
        '{"game": "tarot", "server_seed": "x"}',
        '{"game": ["dice"], "server_seed": "x"}',
    ):
        code, said = verified(tmp_path, [], "-", typed=typed)
        assert (code, "it is no proof that can be checked" in said) == (1, True), typed


def test_it_imports_nothing_but_the_standard_library_and_is_short() -> None:
    lines = 0
    for file in FOLDER.glob("*.py"):
        lines += len(file.read_text().splitlines())
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and not node.level:
                assert (node.module or "").partition(".")[0] in sys.stdlib_module_names, file
            if isinstance(node, ast.Import):
                assert {name.name.partition(".")[0] for name in node.names} <= sys.stdlib_module_names, file
    assert 0 < lines <= LINES_MAX
