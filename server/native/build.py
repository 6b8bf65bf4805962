"""Compile the hot modules with mypyc, into a folder of their own beside the installed libraries."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from server.native.modules import COMPILED, ROOT, folder, libraries, source_of

BUILD_SECONDS_MAX: Final = 900
KEPT_MAX: Final = 4
"""Older results than so many are removed."""
LINES_SHOWN_MAX: Final = 12
_SETUP: Final = """
import sys
from mypyc.build import mypycify
from setuptools import setup
scratch, *sources = sys.argv[1:]
sys.argv = ["setup.py", "-q", "build_ext", "--build-lib", scratch + "/lib", "--build-temp", scratch + "/temp"]
setup(name="croupier-native", packages=[], py_modules=[],
      ext_modules=mypycify(["--strict", *sources], opt_level="2", debug_level="0", target_dir=scratch + "/c"))
"""


def missing() -> str:
    """What a machine lacks to compile, for people; nothing if it has all."""
    if find_spec("mypyc") is None or find_spec("setuptools") is None:
        return "mypyc is not installed"
    if shutil.which((os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]) is None:
        return "there is no C compiler"
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        return "Python's header files are not installed"
    return ""


def build(say: Callable[[str], None] | None = None) -> str:
    """Compile, unless it was done already. Returns why that was not possible, for people, or nothing.

    `say` is told, before it begins, that it will take a while.
    """
    made = folder()
    if libraries(made).keys() >= set(COMPILED):
        return ""
    if lack := missing():
        return lack
    if say is not None:
        say(f"Compiling {len(COMPILED)} modules, once: this takes some minutes.")
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=made.parent) as scratch:
        if problem := _compile(Path(scratch)):
            return problem
        # One rename: whoever looks meanwhile finds all of it, or nothing. Of two that build at once one is first.
        shutil.rmtree(made, ignore_errors=True)
        (Path(scratch) / "lib").rename(made)
    _forget_older(made.parent)
    return ""


def _compile(scratch: Path) -> str:
    sources = [str(source_of(module)) for module in COMPILED]
    try:
        done = subprocess.run(
            [sys.executable, "-c", _SETUP, str(scratch), *sources],
            cwd=ROOT,
            env={**os.environ, "MYPY_CACHE_DIR": str(scratch / "mypy"), "CFLAGS": _flags()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=BUILD_SECONDS_MAX,
            check=False,
        )
    except OSError as error:
        return str(error)
    except subprocess.TimeoutExpired:
        return f"it does not compile within {BUILD_SECONDS_MAX} s"
    if done.returncode == 0:
        return ""
    return "it does not compile:\n" + "\n".join(done.stdout.splitlines()[-LINES_SHOWN_MAX:])


def _flags() -> str:
    """No warnings: the C is not written by people, and to find what to warn of takes half of a compiler's time."""
    return f"{os.environ.get('CFLAGS', '')} -w".strip()


def _forget_older(parent: Path) -> None:
    results = sorted((path for path in parent.iterdir() if not path.name.startswith("build-")), key=_made_at)
    for old in results[:-KEPT_MAX]:
        shutil.rmtree(old, ignore_errors=True)


def _made_at(path: Path) -> float:
    return path.stat().st_mtime
