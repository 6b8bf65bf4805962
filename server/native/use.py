"""Have compiled modules imported instead of their sources, if they are there and belong together."""

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

from server.native.modules import COMPILED, folder, libraries

SWITCH: Final = "CROUPIER_COMPILED"
"""This variable in the environment with the value 0 has the sources used."""


class _Finder(MetaPathFinder):
    """Finds these modules before anything else does."""

    def __init__(self, found: dict[str, Path]) -> None:
        self._found = found

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        library = self._found.get(fullname)
        if library is None:
            return None
        return spec_from_file_location(fullname, library, loader=ExtensionFileLoader(fullname, str(library)))


def use_compiled() -> bool:
    """Call before any other module of ours is imported. Returns whether compiled modules are used from here on.

    Sources that were changed since are used as they are, all of them: compiled modules know each other's insides.
    """
    if in_use():
        return True
    if os.environ.get(SWITCH) == "0" or any(module in sys.modules for module in COMPILED):
        return False
    found = libraries(folder())
    if not found.keys() >= set(COMPILED):
        return False
    sys.meta_path.insert(0, _Finder(found))
    return True


def in_use() -> bool:
    """Whether compiled modules are used."""
    return any(isinstance(finder, _Finder) for finder in sys.meta_path)
