"""The schema's history: numbered SQL files, applied in order and never edited once released."""

from pathlib import Path

__all__ = ["folder"]


def folder() -> Path:
    """Return the folder of the `NNNN_name.sql` files that belong to this version of the code."""
    return Path(__file__).parent
