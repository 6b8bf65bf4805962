"""Compiled modules are used together or not at all, for the sources they were made of only, and change nothing."""

import ast
import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from server.native import modules
from server.native.build import build, missing
from server.native.modules import COMPILED, ROOT, folder, source_of
from server.native.use import SWITCH, use_compiled

ROOMS = ("protocol", "persistence", "actors", "server", "clients")
WHERE = f"""
import importlib, json
from server.native.use import use_compiled
used = use_compiled()
print(json.dumps([used, [importlib.import_module(name).__file__ for name in {COMPILED!r}]]))
"""


def imported(**environment: str) -> tuple[bool, set[str]]:
    """Whether a new process uses compiled modules, and the endings of the files that it imports."""
    ran = subprocess.run(
        [sys.executable, "-c", WHERE],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    used, files = json.loads(ran.stdout)
    return used, {Path(file).suffix for file in files}


def test_all_of_them_are_used_once_they_were_made() -> None:
    made = build()

    assert (made == "") == (missing() == "")
    assert imported() == ((True, {".so"}) if not made else (False, {".py"}))


def test_they_can_be_switched_off() -> None:
    assert imported(**{SWITCH: "0"}) == (False, {".py"})


def test_a_process_that_has_imported_sources_goes_on_with_sources() -> None:
    importlib.import_module(COMPILED[0])
    assert not use_compiled()


def test_a_changed_source_is_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = folder()
    for name in COMPILED:
        (tmp_path / source_of(name)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source_of(name), tmp_path / source_of(name))
    monkeypatch.setattr(modules, "ROOT", tmp_path)
    assert folder() == before

    with (tmp_path / source_of("actors.wallet.wallet")).open("a") as source:
        source.write("# changed\n")

    assert folder() != before


def test_no_class_of_a_source_inherits_one_that_is_compiled() -> None:
    trees = {name: ast.parse((ROOT / source_of(name)).read_text()) for name in COMPILED}
    compiled = {
        (name, node.name) for name, tree in trees.items() for node in tree.body if isinstance(node, ast.ClassDef)
    }
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    others = [path for path in sources if ".".join(path.relative_to(ROOT).with_suffix("").parts) not in trees]
    inheriting = []
    for path in others:
        tree = ast.parse(path.read_text())
        from_compiled = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if (node.module, alias.name) in compiled
        }
        inheriting += [
            f"{path}: {node.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and not is_protocol(node)
            if from_compiled & {base.id for base in node.bases if isinstance(base, ast.Name)}
        ]

    assert inheriting == []


def test_no_compiled_class_with_slots_inherits_one_of_a_source() -> None:
    inheriting = []
    for name in COMPILED:
        tree = ast.parse((ROOT / source_of(name)).read_text())
        from_sources = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in ROOMS
            for alias in node.names
            if node.module not in COMPILED
        }
        inheriting += [
            f"{name}: {node.name}"
            for node in tree.body
            if isinstance(node, ast.ClassDef) and "__slots__" in ast.dump(node)
            if from_sources & {base.id for base in node.bases if isinstance(base, ast.Name)}
        ]

    assert inheriting == []


def is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


def test_a_machine_without_a_compiler_is_told_what_it_lacks_and_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "server.native"],
        cwd=ROOT,
        env={**os.environ, "CC": str(tmp_path / "no-cc"), "PYTHONPATH": str(empty_prefix(tmp_path))},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "there is no C compiler" in ran.stderr
    monkeypatch.setenv("CC", str(tmp_path / "no-cc"))
    assert missing() == "there is no C compiler"


def test_a_machine_that_is_too_busy_to_compile_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.native.build.folder", lambda: tmp_path / "made")
    monkeypatch.setattr("server.native.build.BUILD_SECONDS_MAX", 0.01)

    assert build() == (missing() or "it does not compile within 0.01 s")
    assert list(tmp_path.iterdir()) == []


def empty_prefix(tmp_path: Path) -> Path:
    """A folder whose `sitecustomize` lets nothing that was compiled before be found."""
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.prefix = {str(tmp_path)!r}\n")
    return tmp_path
