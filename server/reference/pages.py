"""All that is generated from the code: which files, and what they must say."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from protocol.schema import protocol_schema
from protocol.typescript import typescript
from server.reference.commands_page import commands_page
from server.reference.configuration_page import configuration_page
from server.reference.odds_page import odds_page
from server.reference.protocol_page import protocol_page
from server.reference.slots_page import slots_page


def pages(main: click.Group, flags: Mapping[str, str]) -> dict[Path, str]:
    """The text of each generated file, by its path in the repository."""
    reference = Path("docs/reference")
    return {
        reference / "protocol.md": protocol_page(),
        reference / "protocol.schema.json": json.dumps(protocol_schema(), indent=2) + "\n",
        reference / "configuration.md": configuration_page(flags),
        reference / "cli.md": commands_page(main),
        reference / "odds.md": odds_page(),
        reference / "slots.md": slots_page(),
        Path("clients/typescript/protocol.ts"): typescript(),
    }


def stale(wanted: Mapping[Path, str], root: Path) -> list[Path]:
    """The files below `root` that are missing or say something else."""
    return [path for path, text in wanted.items() if _read(root / path) != text]


def write(wanted: Mapping[Path, str], root: Path) -> None:
    """Write the files below `root`."""
    for path, text in wanted.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
