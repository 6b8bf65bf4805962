"""Reads the published cases that stand beside this file."""

import json
from pathlib import Path
from typing import Any


def read_vectors(name: str) -> Any:
    """The cases in `name`.json."""
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))
