"""Which release of this software is installed: processes of one cluster must all be of the same."""

from importlib import metadata
from typing import Final

DISTRIBUTION: Final = "croupier"


def release() -> str:
    """The one that is installed here."""
    return metadata.version(DISTRIBUTION)
